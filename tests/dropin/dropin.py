#!/usr/bin/python3
"""What the tools that drive tmux say to it, said to tmux and to `tmux` -> sess, and what both answer compared.

    dropin.py BIN [SCRIPT...]      BIN: the folder with sess and sessd; without scripts all of scripts/
    dropin.py BIN --share N        N of the scripts, always the same ones: what the test suite has time for

A script is a file of lines. Each is a shell command line, in which `tmux` is one of the two; output, errors and status of
both are compared. After the last line the state is: sessions, windows, panes, buffers, options, environment, keys.

    # text                         a comment
    !attach WxH ARGUMENTS          `tmux ARGUMENTS` on a terminal of that size, until the end of the script
    !until COMMAND => TEXT         asks until both have printed a line with TEXT
    !crash                         the server of sess is killed (kill -9); tmux's goes on
    !config TEXT                   a line of the configuration file, before anything else
    !state NAME...                 what of the state is not compared (options, keys, ...)

differences.txt says what differs and why: a command (or the name of a part of the state) as it stands in the script, then
lines "-" of tmux and "+" of sess. A difference that is not listed there fails, and so does one that is listed and is gone.
Exit status 0 when both are as said, 1 when not, 77 when there is no tmux 3.3a to compare with.
"""
import concurrent.futures, fcntl, os, pathlib, pty, random, re, shutil, signal, struct, subprocess, sys, tempfile, termios, threading, time

HERE = pathlib.Path(__file__).parent
TMUX = "/usr/bin/tmux"
VERSION = "tmux 3.3a"
PATIENCE = 20.0
WORKERS = 2
SEED = 17
SHOW = os.environ.get("DROPIN_SHOW")

# What cannot be equal: processes, times, paths, what the machine's load decides.
NORMAL = [
    (re.compile(r"/dev/pts/\d+"), "TTY"),
    (re.compile(r"\b1[6-9]\d{8}(\.\d+)?\b"), "TIME"),
    (re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \d{4}"), "DATE"),
    (re.compile(r"\b\d\d:\d\d \d\d-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d"), "CLOCK"),
    (re.compile(r"\bclient-\d+\b"), "CLIENT"),
    (re.compile(r"PID=\d+"), "PID"),
    (re.compile(r"SOCKET,\d+,"), "SOCKET,PID,"),
]

STATE = {
    "sessions": "list-sessions -F '#{session_name}:#{session_id}:#{session_windows}:#{session_attached}:#{session_group}:#{session_path}'",
    "windows": "list-windows -a -F '#{session_name}:#{window_index}:#{window_id}:#{window_name}:#{window_flags}:#{window_width}x#{window_height}:#{window_layout}:#{window_active}:#{window_zoomed_flag}'",
    "panes": "list-panes -a -F '#{session_name}:#{window_index}.#{pane_index}:#{pane_id}:#{pane_width}x#{pane_height}:#{pane_active}:#{pane_title}:#{pane_dead}:#{pane_in_mode}:#{pane_current_path}:#{pane_synchronized}'",
    "buffers": "list-buffers -F '#{buffer_name}:#{buffer_size}:#{buffer_sample}'",
    "server options": "show-options -s",
    "options": "show-options -g",
    "window options": "show-options -gw",
    "hooks": "show-hooks -g",
    "environment": "show-environment -g | grep -v '^-\\|SESS\\|TMUX\\|PATH\\|HOME\\|^_=\\|^PWD\\|^SHLVL\\|ASAN\\|UBSAN'",
    "keys": "list-keys",
}


class Terminal:
    """An attached client on a terminal of its own."""

    def __init__(self, argv, env, size, cwd):
        columns, rows = (int(side) for side in size.split("x"))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(argv[0], argv, env)
        self.bytes = b""
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        try:
            while fresh := os.read(self.fd, 65536):
                self.bytes = (self.bytes + fresh)[-200_000:]
        except OSError:
            pass

    def seen(self):
        """What it was sent, escapes and all, the newest 200 kB."""
        return self.bytes

    def type(self, keys):
        os.write(self.fd, keys)

    def end(self):
        try:
            os.kill(self.pid, signal.SIGHUP)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Side:
    """One of the two: a home, a `tmux` that is first in its PATH, and sockets of its own."""

    def __init__(self, name, program, config):
        self.name, self.terminals = name, []
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="dropin-"))
        for part in ("home", "tmp", "bin", "run", "config", "state"):
            (self.root / part).mkdir(mode=0o700)
        (self.root / "bin" / "tmux").symlink_to(program)
        (self.root / "home" / ".tmux.conf").write_text("\n".join(["setw -g automatic-rename off", "set -g default-command 'exec /bin/sh'", *config]) + "\n")
        self.env = {
            "HOME": str(self.root / "home"), "TMUX_TMPDIR": str(self.root / "tmp"), "SESS_TMPDIR": str(self.root / "tmp"),
            "XDG_RUNTIME_DIR": str(self.root / "run"), "XDG_CONFIG_HOME": str(self.root / "config"),
            "XDG_STATE_HOME": str(self.root / "state"), "TMPDIR": str(self.root / "tmp"),
            "PATH": f"{self.root / 'bin'}:/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8", "SHELL": "/bin/sh",
            "USER": "ann", "LOGNAME": "ann", "PS1": "$ ",
        }
        for variable in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if variable in os.environ:
                self.env[variable] = os.environ[variable]
        self.socket = f"{self.root}/tmp/tmux-{os.geteuid()}/default"

    def run(self, line, patience=60):
        try:
            done = subprocess.run(["/bin/sh", "-c", line], env=self.env, cwd=self.root / "home", stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=patience)
        except subprocess.TimeoutExpired as late:
            return late.stdout or b"", b"(does not end)", -1
        return done.stdout, done.stderr, done.returncode

    def attach(self, size, arguments):
        self.terminals.append(Terminal(["/bin/sh", "-c", f"exec tmux {arguments}"], self.env, size, self.root / "home"))

    def normal(self, raw):
        text = raw.decode("utf-8", "replace").replace(self.socket, "SOCKET")
        text = re.sub(re.escape(str(self.root)), "ROOT", text)
        for pattern, word in NORMAL:
            text = pattern.sub(word, text)
        return text

    def processes(self):
        mark = f"HOME={self.root / 'home'}".encode()
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)
            except OSError:
                pass

    def server(self):
        """The process that sess can lose."""
        for pid in self.processes():
            try:
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "sessd: server":
                    return pid
            except OSError:
                pass
        return 0

    def crash(self):
        pid = self.server()
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while self.server() in (0, pid) and time.monotonic() < end:
            time.sleep(0.01)

    def end(self):
        self.run("tmux kill-server", 10)
        for terminal in self.terminals:
            terminal.end()
        end = time.monotonic() + 5
        while list(self.processes()) and time.monotonic() < end:
            time.sleep(0.02)
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for trace in self.root.rglob("*san*.log*"):
            print(trace.read_text())
        shutil.rmtree(self.root, ignore_errors=True)


def difference(theirs, ours):
    """Lines that only one of the two has, or that their order differs."""
    left, right = theirs.splitlines(), ours.splitlines()
    out = []
    for line in left:
        if line in right:
            right.remove(line)
        else:
            out.append("-" + line)
    out += ["+" + line for line in right]
    return out or (["the order"] if theirs != ours else [])


def compare(theirs, ours, sides):
    out = difference(sides[0].normal(theirs[0]), sides[1].normal(ours[0]))
    out += ["error " + line for line in difference(sides[0].normal(theirs[1]), sides[1].normal(ours[1]))]
    if theirs[2] != ours[2]:
        out.append(f"status {theirs[2]} here {ours[2]}")
    return out


def read_known():
    known, at = {}, None
    for line in (HERE / "differences.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("  "):
            known[at].append(line[2:])
        else:
            at = line
            known[at] = []
    return known


def until(sides, command, text):
    for side in sides:
        end = time.monotonic() + PATIENCE
        while True:
            out = side.normal(side.run(command)[0])
            if text in out:
                break
            if time.monotonic() > end:
                return [f"{side.name} never said {text!r}: {out[-300:]!r}"]
            time.sleep(0.02)
    return []


def settle(sides):
    """A server that has lost its last session is about to end: who asks it meanwhile decides what it answers."""
    for side in sides:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            out, _, status = side.run("tmux list-sessions")
            if status != 0 or out:
                break
            time.sleep(0.02)


def play(script, programs):
    """(name of what was compared, differences) for each thing that was."""
    lines = [line.strip() for line in script.read_text().splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    config = [line[8:] for line in lines if line.startswith("!config ")]
    skipped = [name.strip() for line in lines if line.startswith("!state ") for name in line[7:].split(",")]
    sides = [Side(name, program, config) for name, program in programs]
    try:
        for line in lines:
            if line.startswith(("!config ", "!state ")):
                continue
            if line.startswith("!attach "):
                for side in sides:
                    before = len(side.run("tmux list-clients")[0].splitlines())
                    side.attach(*line[8:].split(" ", 1))
                    end = time.monotonic() + PATIENCE
                    while len(side.run("tmux list-clients")[0].splitlines()) == before and time.monotonic() < end:
                        time.sleep(0.02)
            elif line == "!crash":
                sides[1].crash()
            elif line.startswith("!until "):
                command, text = line[7:].rsplit(" => ", 1)
                missing = until(sides, command, text)
                if missing:
                    yield line, missing
            else:
                yield line, compare(sides[0].run(line), sides[1].run(line), sides)
                if "kill-" in line:
                    settle(sides)
        for name, command in STATE.items():
            if name not in skipped:
                line = "tmux " + command
                yield f"state: {name}", compare(sides[0].run(line), sides[1].run(line), sides)
    finally:
        for side in sides:
            side.end()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    have = subprocess.run([TMUX, "-V"], capture_output=True, text=True).stdout.strip() if os.path.exists(TMUX) else "none"
    if have != VERSION or os.path.basename(os.path.realpath(TMUX)) == "sess":
        print(f"SKIP dropin: what is compared with is {VERSION}, here is {have}")
        return 77
    programs = [("tmux", TMUX), ("sess", str(pathlib.Path(sys.argv[1]).resolve() / "sess"))]
    scripts = sorted((HERE / "scripts").glob("*.txt"))
    if sys.argv[2:3] == ["--share"]:
        scripts = sorted(random.Random(SEED).sample(scripts, int(sys.argv[3])))
    elif len(sys.argv) > 2:
        scripts = [pathlib.Path(name) for name in sys.argv[2:]]
    known = read_known()
    wrong, compared, equal = 0, 0, 0
    seen = set()
    # Scripts have nothing in common but the machine, and mostly wait.
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        played = list(zip(scripts, pool.map(lambda script: list(play(script, programs)), scripts)))
    for script, answers in played:
        for name, found in answers:
            key = f"{script.stem}: {name}"
            compared += 1
            equal += not found
            listed = known.get(key, known.get(f"*: {name}", []) if found else [])
            seen.update(k for k in (key, f"*: {name}") if k in known and (found or k == key))
            if SHOW and found and found == listed:
                print(key, *found, sep="\n  ")
            if found != listed:
                wrong += 1
                print(f"{key}\n  " + "\n  ".join(["differs:"] + found + ["and is listed as:"] + listed))
    if len(sys.argv) == 2:
        for key in sorted(set(known) - seen):
            wrong += 1
            print(f"{key}: is listed, and is in no script or differs nowhere")
    print(f"{len(scripts)} tools, {compared} answers compared, {equal} equal, {wrong} not as said")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
