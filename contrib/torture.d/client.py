"""A client on a terminal of its own, with somebody who types; and a relay that can be cut between client and daemon."""
import collections
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import termios
import threading
import time

from screen import Screen


def state(pid):
    """'S', 'T', … of proc(5); '' when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def until(fact, seconds):
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Client:
    """Its process is stopped, cut off and continued by the torture; `away` holds the spans when that was so."""

    def __init__(self, argv, env, name):
        self.argv, self.env, self.name = argv, env, name
        self.screen, self.stream = Screen(), bytearray()
        self.queue, self.away, self.lock = collections.deque(), [], threading.Lock()
        self.deaf = self.closing = False
        self.pauses = 0  # how often it gave its terminal back to a shell
        self.start()
        threading.Thread(target=self.pump, daemon=True).start()

    def start(self):
        reading, writing = os.pipe()
        self.leader, self.fd = pty.fork()
        if self.leader == 0:
            # Below a leader, in a group of its own, as a shell would: only then can it be suspended.
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
            child = os.fork()
            if child == 0:
                os.close(writing)
                os.setpgid(0, 0)
                os.tcsetpgrp(0, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                os.execvpe(self.argv[0], self.argv, self.env)
            os.write(writing, struct.pack("i", child))
            os.close(writing)
            os.waitpid(child, 0)
            os._exit(0)
        os.close(writing)
        self.pid, = struct.unpack("i", os.read(reading, 4))
        os.close(reading)
        os.set_blocking(self.fd, False)

    def alive(self):
        return state(self.pid) not in ("", "Z")

    def pump(self):
        while not self.closing:
            fd = self.fd
            try:
                ready = select.select([fd], [fd] if self.queue else [], [], 0.02)
                if ready[0]:
                    data = os.read(fd, 65536)
                    self.stream += data
                    self.screen.feed(data)
                    for _ in range(data.count(b"\033[c")):
                        self.queue.appendleft(b"\033[?62;22c")
                if ready[1] and self.queue:
                    chunk = self.queue[0]
                    sent = os.write(fd, chunk[:1024])
                    if sent == len(chunk):
                        self.queue.popleft()
                    else:
                        self.queue[0] = chunk[sent:]
            except (OSError, ValueError):
                time.sleep(0.02)

    def type(self, data):
        self.queue.append(data)

    def absent(self):
        """A span in which what is typed cannot be asked for at once."""
        span = [time.monotonic(), float("inf")]
        self.away.append(span)
        return span

    def kill(self, signo):
        try:
            os.kill(self.pid, signo)
        except ProcessLookupError:
            pass

    def again(self):
        """The person attaches anew, on the same terminal: after the client was killed."""
        self.end(keep=True)
        self.screen.rest = ""
        self.screen.switch(False)
        self.start()

    def end(self, keep=False):
        self.closing = not keep
        for pid in (self.pid, self.leader):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.waitpid(self.leader, 0)
        os.close(self.fd)


class Relay:
    """A socket before the daemon's: silent or cut when the torture says so."""

    def __init__(self, path, target):
        self.target, self.pairs, self.open = target, [], threading.Event()
        self.flow = threading.Event()
        self.open.set()
        self.flow.set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.open.wait()
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.target)
            except OSError:
                client.close()
                continue
            self.pairs.append((client, server))
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=ends, daemon=True).start()

    def copy(self, source, target):
        try:
            while data := source.recv(65536):
                self.flow.wait()
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        for pair in self.pairs:
            for one in pair:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs.clear()

    def close(self):
        self.cut()
        self.listener.close()
        self.open.set()
        self.flow.set()
