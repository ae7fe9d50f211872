#!/usr/bin/python3
"""Debian's packages of tools that drive tmux, used for real: with tmux, and with `tmux` -> sess.

    tools.py BIN [NAME...]         BIN: the folder with sess and sessd

A line for each: ok, FAIL and why, or SKIP when its package is not installed or tmux itself does not satisfy it here. Exit
status 1 when one failed, 77 when none could be tried.
"""
import concurrent.futures, pathlib, re, shutil, subprocess, sys, time

import dropin

PYTHON = "/usr/bin/python3"
CHECKS = {}


def check(needs):
    """`needs`: a path of the package, or "python:MODULE"."""
    def add(function):
        CHECKS[function.__name__] = (needs, function)
        return function
    return add


def ask(side, line, patience=60):
    out, err, status = side.run(line, patience)
    text = out.decode("utf-8", "replace")
    assert status == 0, f"{line}: status {status}: {err.decode('utf-8', 'replace')[-500:]}{text[-300:]}"
    return text.rstrip("\n")


def wait(fact, what, patience=dropin.PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if fact():
            return
        time.sleep(0.05)
    raise AssertionError(f"not seen: {what}")


def write(side, name, text, mode=0o644):
    path = side.root / "home" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def shown(side, target, text):
    return lambda: text in side.run(f"tmux capture-pane -p -S - -t '{target}'")[0].decode("utf-8", "replace")


LIBTMUX = r'''
import time, libtmux
server = libtmux.Server()
session = server.new_session(session_name="lib", attach=False, window_name="first")
window = session.new_window(window_name="second", attach=False)
pane = window.split_window(attach=False)
pane.send_keys("echo libtmux-$((6 * 7))")
end = time.time() + 20
while not any(line.strip() == "libtmux-42" for line in pane.capture_pane()):
    assert time.time() < end, "never seen"
    time.sleep(0.05)
window.select_layout("even-horizontal")
session.set_option("@mine", "value")
assert session.show_option("@mine") == "value", session.show_option("@mine")
window.set_window_option("main-pane-height", 12)
assert str(window.show_window_option("main-pane-height")) == "12"
session.set_environment("VAR", "x")
assert session.show_environment()["VAR"] == "x"
session.show_options(); window.show_window_options()
assert server.has_session("lib") and not server.has_session("nothing")
try:
    server.new_session(session_name="lib", attach=False)
    raise SystemExit("a second lib")
except libtmux.exc.TmuxSessionExists:
    pass
assert [w.name for w in session.windows] == ["first", "second"], session.windows
assert len(window.panes) == 2, window.panes
window.rename_window("other")
session.kill_window("other")
assert len(session.windows) == 1
'''


@check("python:libtmux")
def libtmux(side):
    script = write(side, "use.py", LIBTMUX)
    ask(side, f"{PYTHON} -W ignore {script}", 120)


WORKSPACE = """session_name: work
windows:
  - window_name: editor
    layout: main-vertical
    panes:
      - shell_command: [echo "one-$((1+1))"]
      - shell_command: [echo "two-$((2+2))"]
      - null
  - window_name: logs
    start_directory: /tmp
    panes:
      - pwd
"""


@check("/usr/bin/tmuxp")
def tmuxp(side):
    write(side, "work.yaml", WORKSPACE)
    ask(side, "tmuxp load -d -y work.yaml", 120)
    assert ask(side, "tmux list-windows -t work -F '#W #{window_panes}'") == "editor 3\nlogs 1"
    wait(shown(side, "work:editor.0", "one-2"), "one-2")
    wait(shown(side, "work:editor.1", "two-4"), "two-4")
    wait(shown(side, "work:logs.0", "/tmp"), "/tmp")
    if side.name == "sess":
        side.crash()
    ask(side, "tmuxp freeze -y -q -f yaml -o frozen.yaml work", 120)
    frozen = (side.root / "home" / "frozen.yaml").read_text()
    assert "window_name: editor" in frozen and "session_name: work" in frozen, frozen
    ask(side, "tmux kill-session -t work; tmuxp load -d -y frozen.yaml", 120)
    assert ask(side, "tmux list-windows -t work -F '#W #{window_panes}'") == "editor 3\nlogs 1"


@check("/usr/bin/tmuxinator")
def tmuxinator(side):
    write(side, ".config/tmuxinator/proj.yml", """name: proj
root: /tmp
attach: false
windows:
  - editor:
      layout: even-horizontal
      panes:
        - echo "one-$((1+1))"
        - echo "two-$((2+2))"
  - server: echo "three-$((3+3))"
""")
    ask(side, "EDITOR=vi XDG_CONFIG_HOME=$HOME/.config tmuxinator start proj", 120)
    assert ask(side, "tmux list-windows -t proj -F '#W #{window_panes}'") == "editor 2\nserver 1"
    wait(shown(side, "proj:editor.0", "one-2"), "one-2")
    wait(shown(side, "proj:editor.1", "two-4"), "two-4")
    wait(shown(side, "proj:server.0", "three-6"), "three-6")
    ask(side, "EDITOR=vi XDG_CONFIG_HOME=$HOME/.config tmuxinator stop proj", 120)


def fzf_tmux():
    for place in ("/usr/bin/fzf-tmux", "/usr/share/doc/fzf/examples/fzf-tmux"):
        if pathlib.Path(place).exists():
            return place
    return shutil.which("fzf-tmux")


def attached(side):
    """A client on a session whose shell is no login shell: /etc/profile would take `tmux` off its PATH."""
    write(side, ".tmux.conf", "set -g default-command 'exec /bin/sh'\n")
    ask(side, "tmux new-session -d -s f -x 100 -y 30")
    side.attach("100x30", "attach -t f")
    wait(lambda: ask(side, "tmux list-clients"), "the client")


def pick(side, flags, name):
    program = side.root / "bin" / "fzf-tmux"
    if not program.exists():
        shutil.copy(fzf_tmux(), program)
        program.chmod(0o755)
    before = set(ask(side, "tmux list-panes -t f -F '#{pane_id}'").split())
    ask(side, f"tmux send-keys -t f:0.0 \"printf 'one\\ntwo\\nthree\\n' | fzf-tmux {flags} > {name}; echo left-{name}\" Enter")
    return before


@check("/usr/bin/fzf")
def fzf_split(side):
    attached(side)
    before = pick(side, "-d 12", "picked")
    def fresh():
        return set(ask(side, "tmux list-panes -t f -F '#{pane_id}'").split()) - before
    wait(fresh, "the pane of fzf")
    pane = fresh().pop()
    wait(shown(side, pane, "3/3"), "fzf's list")
    ask(side, f"tmux send-keys -t {pane} two")
    wait(shown(side, pane, "1/3"), "what is left of the list")
    ask(side, f"tmux send-keys -t {pane} Enter")
    wait(lambda: (side.root / "home" / "picked").read_text() == "two\n", "what was picked")
    wait(lambda: not fresh(), "the end of the pane")


@check("/usr/bin/fzf")
def fzf_popup(side):
    attached(side)
    pick(side, "-p 80%,60%", "popped")
    terminal = side.terminals[0]
    wait(lambda: b"3/3" in terminal.seen(), "fzf's list in the popup")
    terminal.type(b"thr")

    def redrawn():  # what changed is sent alone: of "3/3" that would be one digit
        ask(side, "tmux refresh-client")
        return b"1/3" in terminal.seen()

    wait(redrawn, "what is left of the list")
    terminal.type(b"\r")
    wait(lambda: (side.root / "home" / "popped").read_text() == "three\n", "what was picked")


@check("/usr/bin/byobu")
def byobu(side):
    side.env["BYOBU_BACKEND"] = "tmux"
    ask(side, "byobu new-session -d -s b", 120)
    assert "b: 1 windows" in ask(side, "tmux list-sessions")
    assert "byobu-status" in ask(side, "tmux show-options -gv status-right")
    assert "F2" in ask(side, "tmux list-keys -T root")
    side.attach("100x30", "attach -t b")
    wait(lambda: re.search(r"\d\d:\d\d", ask(side, "tmux display-message -p '#{T:status-right}'")), "byobu's status", 60)
    ask(side, "byobu list-sessions >/dev/null")


@check("/usr/share/tmux-plugin-manager/tpm")
def tpm(side):
    for name in ("one", "two"):
        write(side, f".tmux/plugins/{name}/{name}.tmux",
              f"#!/bin/sh\ntmux set-option -g @{name} loaded\ntmux bind-key {name[0].upper()} display-message {name}\n", 0o755)
    write(side, ".tmux.conf", """set-environment -g TMUX_PLUGIN_MANAGER_PATH "$HOME/.tmux/plugins/"
set -g @plugin 'me/one'
set -g @plugin 'me/two'
run-shell /usr/share/tmux-plugin-manager/tpm
""")
    ask(side, "tmux new-session -d -s t", 120)
    wait(lambda: ask(side, "tmux show-option -gqv @two") == "loaded", "the second plugin")
    assert ask(side, "tmux show-option -gqv @one") == "loaded"
    keys = ask(side, "tmux list-keys -T prefix")
    assert re.search(r"prefix +O +display-message one", keys) and re.search(r"prefix +I +run-shell", keys), keys


@check("/usr/share/tmux/theme-pack-jimeh")
def themepack(side):
    themes = sorted(pathlib.Path("/usr/share/tmux/theme-pack-jimeh").rglob("*.tmuxtheme"))
    ask(side, "tmux new-session -d -s t")
    for theme in themes:
        assert ask(side, f"tmux source-file {theme}") == "", theme
    assert len(themes) > 10, themes
    assert ask(side, "tmux show-options -gv status-left") != "[#{session_name}] "


@check("/usr/share/powerline/bindings/tmux/powerline.conf")
def powerline(side):
    write(side, ".tmux.conf", "source /usr/share/powerline/bindings/tmux/powerline.conf\n")
    ask(side, "tmux new-session -d -s p -x 120 -y 30", 120)
    side.attach("120x30", "attach -t p")
    wait(lambda: "POWERLINE" in ask(side, "tmux show-options -gv status-right"), "powerline's status-right", 60)
    wait(lambda: "not ready" not in ask(side, "tmux display-message -p '#{T:status-right}'")
         and len(ask(side, "tmux display-message -p '#{T:status-right}'")) > 20, "what powerline prints", 60)


def installed(needs):
    if needs.startswith("python:"):
        return subprocess.run([PYTHON, "-c", f"import {needs[7:]}"], capture_output=True).returncode == 0
    return pathlib.Path(needs).exists()


def attempt(function, name, program):
    side = dropin.Side(name, program, [])
    (side.root / "home" / ".tmux.conf").unlink()
    try:
        function(side)
        return None
    except (AssertionError, OSError) as wrong:
        return str(wrong) or repr(wrong)
    finally:
        side.end()


def judge(name, sess):
    """The line about one tool."""
    needs, function = CHECKS[name]
    if not installed(needs):
        return f"SKIP dropin {name}: {needs} is not installed"
    wrong = attempt(function, "sess", sess)
    if wrong is None:
        return f"ok {name}"
    theirs = attempt(function, "tmux", dropin.TMUX)
    return f"FAIL {name}: {wrong}" if theirs is None else f"SKIP dropin {name}: not even with tmux: {theirs}"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sess = str(pathlib.Path(sys.argv[1]).resolve() / "sess")
    wanted = [name for name in CHECKS if len(sys.argv) == 2 or name in sys.argv[2:]]
    with concurrent.futures.ThreadPoolExecutor(dropin.WORKERS) as pool:
        said = list(pool.map(lambda name: judge(name, sess), wanted))
    print(*said, sep="\n")
    failed = sum(line.startswith("FAIL ") for line in said)
    tried = failed + sum(line.startswith("ok ") for line in said)
    print(f"{tried} tools tried, {failed} failed")
    return 1 if failed else 0 if tried else 77


if __name__ == "__main__":
    sys.exit(main())
