"""A daemon in a home of its own, for programs that measure: commands, its two processes, and its end."""
import os
import shutil
import subprocess
import tempfile
import time

PROGRAM = "exec sleep 100000"


class Daemon:
    def __init__(self, name):
        """SESS=PATH names the sess (build/release/bin/sess); everything happens below TMPDIR."""
        sess = os.path.abspath(os.environ.get("SESS", "build/release/bin/sess"))
        self.home = tempfile.mkdtemp(prefix=f"sess-{name}-")
        self.command = [sess, "-L", f"{name}{os.getpid()}"]
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("SESS", "TMUX"))}
        self.env["HOME"] = self.home
        for variable, folder in (("STATE_HOME", "state"), ("CONFIG_HOME", "config"), ("RUNTIME_DIR", "run")):
            os.mkdir(f"{self.home}/{folder}", 0o700)
            self.env["XDG_" + variable] = f"{self.home}/{folder}"
        self.ask("new-session", "-d", "-s", "s0", PROGRAM)
        self.keeper = int(self.ask("display-message", "-p", "#{pid}"))
        self.made = 1

    def run(self, *words):
        return subprocess.run(self.command + list(words), env=self.env, capture_output=True, text=True)

    def ask(self, *words):
        answer = self.run(*words)
        if answer.returncode != 0:
            raise SystemExit(f"{words[0]}: {answer.stderr.strip()}")
        return answer.stdout.rstrip("\n")

    def server(self):
        for pid in open(f"/proc/{self.keeper}/task/{self.keeper}/children").read().split():
            if "server" in open(f"/proc/{pid}/comm").read():
                return int(pid)
        return 0

    def cpu(self, server=None):
        """Of the server, in milliseconds; whoever asks often says which."""
        fields = open(f"/proc/{server or self.server()}/schedstat").read().split()
        return int(fields[0]) / 1e6

    def grow(self, count, words):
        """Until there are so many panes; False and a line when the system refuses."""
        while self.made < count:
            line = []
            for i in range(self.made, min(count, self.made + 50)):
                line += ([";"] if line else []) + words(i)
            answer = self.run(*line)
            if answer.returncode != 0:
                print(f"refused: {answer.stderr.strip().splitlines()[-1]}")
                return False
            self.made = min(count, self.made + 50)
        return True

    def end(self):
        if os.path.exists(f"/proc/{self.keeper}"):
            self.run("kill-server")
        deadline = time.monotonic() + 60
        while os.path.exists(f"/proc/{self.keeper}") and time.monotonic() < deadline:
            time.sleep(0.1)
        shutil.rmtree(self.home, ignore_errors=True)
