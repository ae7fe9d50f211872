#!/usr/bin/python3
"""The README's lines are tried: each indented line that begins with `sess ` is run in a home of its own, in the order in which
they stand, with what the text around them takes for granted (jobs web, make and db, a session app). Exit 1 and a line for each that ends otherwise
than it says. Lines on a terminal get one, and are left by detaching. Run as: readme.py CHECKOUT SESS.
"""
import os, pathlib, pty, re, select, shlex, shutil, signal, subprocess, sys, tempfile, time

# What cannot be tried here, by how it begins, and why.
ELSEWHERE = {
    "sess ssh host": "needs another machine (tests/e2e/remote_test.cpp)",
    "sess ls -H host": "needs another machine",
    "sess ls -H a,b,@web": "needs other machines (tests/e2e/remote_test.cpp)",
    "sess -H 'exec:docker": "needs a container",
    "sess restore app": "needs a daemon that ended before (tests/e2e/restore_test.cpp)",
    "sess logs -f web": "goes on as long as the job does (tests/e2e/job_logs_test.cpp)",
    "sess top": "stays until q (tests/e2e/top_test.cpp)",
    "sess new -s app  ": "the session that the rest is tried with",
}
# Exit statuses other than 0 that a line may have here: doctor finds something on most machines.
MAY_END = {"sess doctor": {0, 1}, "sess status web": {0, 3}, "sess wait make": {0}}


def lines_of(readme):
    block = re.compile(r"^    (sess .*)$", re.M)
    return [re.sub(r"\s+#.*$", "", line).strip() for line in block.findall(readme)], [line for line in block.findall(readme)]


def run_on_terminal(argv, env, cwd, leave):
    """Exit status of a command with a terminal. Who is to `leave` is detached; the others end by themselves."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe(argv[0], argv, env)
    end, text, asked = time.time() + 30, b"", 0
    while time.time() < end:
        if select.select([fd], [], [], 0.3)[0]:
            try:
                got = os.read(fd, 65536)
            except OSError:
                break
            if not got: break
            text += got
            if b"\x1b[c" in got or b"\x1b[0c" in got: os.write(fd, b"\x1b[?62;c")
        elif leave and time.time() - asked > 2:
            asked = time.time()
            os.write(fd, b"\x02d")
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), text.decode(errors="replace")


def main():
    checkout, sess = pathlib.Path(sys.argv[1]), sys.argv[2]
    commands, whole = lines_of((checkout / "README.md").read_text())
    home = tempfile.mkdtemp(prefix="sess-readme-")
    env = {"HOME": home, "PATH": f"{os.path.dirname(os.path.abspath(sess))}:{os.environ['PATH']}", "TERM": "xterm-256color",
           "LANG": "C.UTF-8", "SESS_TMPDIR": home, "XDG_STATE_HOME": home + "/state", "XDG_CONFIG_HOME": home + "/config", "SHELL": "/bin/sh"}
    pathlib.Path(home, "Makefile").write_text("all:\n\t@echo made\n")
    pathlib.Path(home, "server").write_text("#!/bin/sh\necho serving\nexec sleep 1000\n")
    os.chmod(home + "/server", 0o755)
    pathlib.Path(home, "deploy").write_text("#!/bin/sh\n")
    os.chmod(home + "/deploy", 0o755)
    shell = lambda line: subprocess.run(line, shell=True, cwd=home, env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    wrong, tried = [], 0
    try:
        for line in ("sess new -d -s app", "sess run -d -s db -- sleep 1000"):
            made = shell(line)
            if made.returncode != 0: wrong.append(f"{line}: {made.stderr.strip()}")
        for command, line in zip(commands, whole):
            if any((line + "  ").startswith(begin) for begin in ELSEWHERE): continue
            tried += 1
            may = next((ends for begin, ends in MAY_END.items() if command.startswith(begin)), {0})
            if command.startswith(("sess attach", "sess run -- ")):
                status, said = run_on_terminal(["/bin/sh", "-c", "exec " + command], env, home, command.startswith("sess attach"))
            else:
                outcome = shell(command)
                status, said = outcome.returncode, outcome.stdout + outcome.stderr
            if status not in may: wrong.append(f"{command}: status {status}: {said.strip()[-200:]}")
    finally:
        subprocess.run([sess, "kill-server"], env=env, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
    if tried < 15: wrong.append(f"only {tried} lines were found to try")
    print("\n".join(wrong) or f"{tried} lines of the README do what they say")
    return 1 if wrong else 0


sys.exit(main())
