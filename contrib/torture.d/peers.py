"""The programs that are tortured, each behind the same few functions. What one cannot do it answers with None."""
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys

from client import Client, Relay, state, until

PATIENCE = 30


def processes(mark):
    """Names of those that have this in their environment, by pid."""
    out = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if mark.encode() not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{name}/comm") as file:
                out[int(name)] = file.read().strip()
        except OSError:
            pass
    return {pid: comm for pid, comm in out.items() if state(pid) not in ("", "Z")}


def end_processes(mark):
    for _ in range(5):  # what is being forked meanwhile is there the next time
        for pid in processes(mark):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if until(lambda: not processes(mark), 2):
            return


class Peer:
    """A home of its own for one round, and everything that was started in it."""
    name, prefix, suspend_key = "", b"", b""
    bound_key = b""            # prefix and a key that does nothing a program could notice
    upgrades = draws = False
    direct = False             # lines go into the user's own terminal's scrollback
    cannot = ()                # columns of the table that say nothing about it

    def __init__(self, home, programs):
        self.home, self.programs = home, programs
        os.makedirs(home + "/run", mode=0o700)
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")}
        self.env = {**keep, "HOME": home, "TMPDIR": home, "XDG_RUNTIME_DIR": home + "/run", "XDG_STATE_HOME": home + "/state",
                    "XDG_CONFIG_HOME": home + "/config", "TORTURE": os.environ["TORTURE"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "SHELL": "/bin/sh",
                    "SCREENDIR": home + "/run", "TORTURE_HOME": home}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            self.env[name] = f"{self.env.get(name, '')}:log_path={home}/sanitizer".lstrip(":")
        self.clients = []

    def call(self, *argv, data=None, quiet=True, patience=PATIENCE):
        """Exit status, output. 124: it did not end."""
        try:
            done = subprocess.run(argv, env=self.env, input=data, capture_output=True, timeout=patience, cwd="/")
        except subprocess.TimeoutExpired:
            return 124, "did not end"
        text = (done.stdout + (b"" if quiet and done.returncode == 0 else done.stderr)).decode("utf-8", "replace")
        return done.returncode, text

    def program(self, *arguments):
        return [sys.executable, "-S", self.programs, *arguments]

    def processes(self):
        return processes(f"TORTURE_HOME={self.home}")

    def start_client(self, name, argv):
        client = Client(argv, self.env, name)
        self.clients.append(client)
        return client

    def servers(self):
        return []

    def cut(self, client, seconds, sleep):
        """A connection that is gone: the client dies with it, and after a while the person attaches again."""
        client.kill(signal.SIGKILL)
        sleep(seconds)
        client.again()

    def run(self, name, seconds, status):
        return None

    def status(self, name):
        return None

    def history(self, name, pane=0):
        return None

    def picture(self, name, pane=0):
        return None

    def probe(self):
        return 0, ""

    def end(self):
        for client in self.clients:
            client.end()
        end_processes(f"TORTURE_HOME={self.home}")
        shutil.rmtree(self.home, ignore_errors=True)


class Tmux(Peer):
    name, bound_key, suspend_key, draws = "tmux", b"\x02X", b"\x02\x1a", True
    cannot = ("scrollback missing", "scrollback doubled")
    more = "set -g assume-paste-time 0\n"  # a prefix and its key are typed in one go
    config = "set -g status off\nset -g history-limit 200000\nbind X set -g @x y\nset -g lock-command 'sleep 0.3'\nset -g escape-time 50\n"

    def command(self):
        return ["tmux", "-S", self.home + "/s", "-f", self.home + "/conf"]

    def ask(self, *arguments, **more):
        return self.call(*self.command(), *arguments, **more)

    def begin(self):
        with open(self.home + "/conf", "w") as file:
            file.write(self.config + self.more)

    def session(self, name, argv):
        return self.ask("new-session", "-d", "-s", name, "-x", "80", "-y", "24", "exec " + shlex.join(argv))

    def pane(self, name, argv):
        return self.ask("split-window", "-t", name, "exec " + shlex.join(argv))

    def attach(self, name):
        return self.start_client(name, [*self.command(), "attach-session", "-t", name])

    def history(self, name, pane=0):
        rc, text = self.ask("capture-pane", "-J", "-p", "-S", "-", "-t", f"{name}.{pane}")
        return text.split("\n") if rc == 0 else []

    def picture(self, name, pane=0):
        rc, text = self.ask("capture-pane", "-p", "-t", f"{name}.{pane}")
        return [row.rstrip() for row in text.removesuffix("\n").split("\n")] if rc == 0 else []

    def run(self, name, seconds, status):
        return self.ask("new-session", "-d", "-s", name, "-x", "80", "-y", "24", f"sleep {seconds}; exit {status}", ";", "set", "-t", name,
                        "remain-on-exit", "on")[0]

    def status(self, name):
        answer = ""

        def dead():
            nonlocal answer
            rc, answer = self.ask("display-message", "-p", "-t", name, "#{pane_dead} #{pane_dead_status}")
            return rc != 0 or answer.startswith("1")
        until(dead, PATIENCE)
        found = re.fullmatch(r"1 (\d+)\n", answer)
        return int(found.group(1)) if found else -1

    def servers(self):
        return [pid for pid, comm in self.processes().items() if comm.startswith("tmux: server")]

    def paste(self, name, data):
        rc, _ = self.ask("load-buffer", "-b", "torture", "-", data=data)
        return rc or self.ask("paste-buffer", "-b", "torture", "-t", name)[0]

    def lock(self, client):
        return self.ask("lock-session", "-t", client.name)[0]

    def probe(self):
        return self.ask("list-sessions")


class Sess(Tmux):
    name, upgrades, direct, cannot = "sess", True, True, ()
    more = "set -g attach-history 200000\n"  # a pause of any length: no more lines are printed
    binary = ""

    def command(self):
        return [self.binary, "-f", self.home + "/conf", "-S", self.home + "/s"]

    def attach(self, name):
        relay = Relay(f"{self.home}/relay-{len(self.clients)}", self.home + "/s")
        client = self.start_client(name, [self.binary, "-S", f"{self.home}/relay-{len(self.clients)}", "attach-session", "-t", name])
        client.relay = relay
        return client

    def run(self, name, seconds, status):
        return self.ask("run", "-d", "-s", name, "--", "sh", "-c", f"sleep {seconds}; exit {status}")[0]

    def status(self, name):
        return self.ask("wait", name)[0]

    def __init__(self, home, programs):
        super().__init__(home, programs)
        self.env["SESS_FAULTS"] = home + "/faults"

    def fault(self, line):
        path = self.env["SESS_FAULTS"]
        if os.path.exists(path + ".hits"):
            os.remove(path + ".hits")
        with open(path + ".new", "w") as file:
            file.write(line + "\n")
        os.rename(path + ".new", path)

    def part(self, which):
        return [pid for pid, comm in self.processes().items() if comm.startswith("sessd: " + which)]

    def servers(self):
        return self.part("server")

    def upgrade(self):
        for pid in self.part("keeper"):
            os.kill(pid, signal.SIGUSR2)

    def ring(self):
        for pid in self.part("keeper"):
            os.kill(pid, signal.SIGUSR1)

    def cut(self, client, seconds, sleep):
        client.relay.open.clear()
        client.relay.cut()
        sleep(seconds)
        client.relay.open.set()

    def hush(self, client, seconds, sleep):
        client.relay.flow.clear()
        sleep(seconds)
        client.relay.flow.set()

    def end(self):
        for client in self.clients:
            client.relay.close()
        super().end()


class Screen(Peer):
    name, suspend_key = "screen", b"\x01\x1a"
    cannot = Tmux.cannot + ("statuses", "statuses wrong", "commands failed")

    def begin(self):
        with open(self.home + "/conf", "w") as file:
            file.write("startup_message off\ndefscrollback 200000\ndefutf8 on\nmsgwait 0\nvbell off\naltscreen on\n")

    def session(self, name, argv):
        return self.call("screen", "-U", "-c", self.home + "/conf", "-dmS", name, "-h", "200000", *argv)

    def attach(self, name):
        return self.start_client(name, ["screen", "-U", "-c", self.home + "/conf", "-x", name])

    def hardcopy(self, name, *flags):
        path = f"{self.home}/hardcopy-{name}"
        if os.path.exists(path):
            os.remove(path)
        self.call("screen", "-S", name, "-p", "0", "-X", "hardcopy", *flags, path, patience=5)
        if not until(lambda: os.path.exists(path) and os.path.getsize(path) > 0, 5):
            return []
        with open(path, encoding="utf-8", errors="replace") as file:
            return [row.rstrip() for row in file.read().split("\n")]

    def history(self, name, pane=0):
        return self.hardcopy(name, "-h")

    def servers(self):
        return [pid for pid, comm in self.processes().items() if comm == "screen" and self.is_server(pid)]

    def is_server(self, pid):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[0] == b"SCREEN"

    def probe(self):
        return 0, self.call("screen", "-ls")[1]  # its exit status says how many there are


class Dtach(Peer):
    name, suspend_key, direct = "dtach", b"\x1a", True
    cannot = ("missing", "doubled", "statuses", "statuses wrong", "pictures wrong", "commands failed")

    def begin(self):
        pass

    def session(self, name, argv):
        return self.call("dtach", "-n", f"{self.home}/{name}.s", *argv)

    def attach(self, name):
        return self.start_client(name, ["dtach", "-a", f"{self.home}/{name}.s", "-r", "none"])

    def servers(self):
        out = []
        for pid, comm in self.processes().items():
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if comm == "dtach" and file.read().split(b"\0")[1] == b"-n":
                    out.append(pid)
        return out


PEERS = {peer.name: peer for peer in (Sess, Tmux, Screen, Dtach)}
