#!/usr/bin/env python3
"""Records what tmux makes of random sequences of layout commands: writes layouts.txt next to this file.

Run by hand when sequences are to be added; the test (recorded_layouts_test.cpp) needs no tmux. Uses a private server.
A line is `operation arguments => what tmux said`; layouts are printed as #{window_layout} #{window_visible_layout}
active pane, panes in window order.
"""
import os
import random
import subprocess
import sys
import tempfile

SOCKET = ["tmux", "-L", "record", "-f", "/dev/null"]
FORMAT = "#{window_layout} #{window_visible_layout} #{pane_id} #{P:#{pane_id}:#{pane_width}x#{pane_height}@#{pane_left}#,#{pane_top};}"


def tmux(*args):
    done = subprocess.run(SOCKET + list(args), capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).strip()


def checksum(text):
    value = 0
    for c in text:
        value = ((value >> 1) + ((value & 1) << 15)) & 0xFFFF
        value = (value + ord(c)) & 0xFFFF
    return "%04x,%s" % (value, text)


def panes(window):
    return tmux("list-panes", "-t", window, "-F", "#{pane_id}")[1].split()


def one_case(out, number, rng, seed_layouts):
    cols, rows = rng.choice([(200, 50), (80, 24), (120, 40), (33, 17), (20, 10), (11, 7)])
    tmux("new-session", "-d", "-s", "c%d" % number, "-x", str(cols), "-y", str(rows), "sleep 9999")
    window = tmux("display", "-p", "-t", "c%d:" % number, "#{window_id}")[1]
    first = panes(window)[0]
    out.append("new %d %d %s => ok" % (cols, rows, first))
    border = rng.choice(["off"] * 4 + ["top", "bottom"])
    if border != "off":
        tmux("set", "-w", "-t", window, "pane-border-status", border)
        out.append("border %s => ok" % border)
    for _ in range(rng.randint(15, 30)):
        have = panes(window)
        pane = rng.choice(have)
        other = rng.choice(have)
        op = rng.choice(["split"] * 8 + ["kill"] * 2 + ["resize"] * 6 + ["to"] * 3 + ["preset"] * 3 + ["next", "previous",
                        "spread", "spread", "window", "window", "window", "swap", "rotate", "zoom", "zoom", "select",
                        "join", "sizes", "apply"])
        line, args = "", []
        if op == "split":
            axis, before, full = rng.choice("hv"), rng.choice(["", "b"]), rng.choice(["", "", "f"])
            size = rng.choice(["-", "-", str(rng.randint(0, 60)), "3"])
            args = ["split-window", "-t", pane, "-" + axis + before + full, "-d"]
            if size != "-":
                args += ["-l", size]
            args += ["sleep 9999"]
            line = "split %s %s%s%s %s" % (pane, axis, before, full, size)
        elif op == "kill":
            if len(have) == 1:
                continue
            args = ["kill-pane", "-t", pane]
            line = "kill %s" % pane
        elif op == "resize":
            way, much = rng.choice("LRUD"), rng.choice([1, 2, 5, 17, 80])
            args = ["resize-pane", "-t", pane, "-" + way, str(much)]
            line = "resize %s %s %d" % (pane, way, much)
        elif op == "to":
            way, much = rng.choice("xy"), rng.randint(1, 70)
            args = ["resize-pane", "-t", pane, "-" + way, str(much)]
            line = "to %s %s %d" % (pane, way, much)
        elif op == "preset":
            name = rng.choice(["even-horizontal", "even-vertical", "main-horizontal", "main-vertical", "tiled"])
            args = ["select-layout", "-t", window, name]
            line = "preset %s" % name
        elif op in ("next", "previous"):
            args = [op + "-layout", "-t", window]
            line = op
        elif op == "spread":
            args = ["select-layout", "-t", pane, "-E"]
            line = "spread %s" % pane
        elif op == "window":
            x, y = rng.randint(2, 220), rng.randint(2, 60)
            args = ["resize-window", "-t", window, "-x", str(x), "-y", str(y)]
            line = "window %d %d" % (x, y)
        elif op == "swap":
            d = rng.choice(["", "d"])
            args = ["swap-pane", "-s", pane, "-t", other] + (["-d"] if d else [])
            line = "swap %s %s %s" % (pane, other, d or "-")
            if pane == other:
                continue
        elif op == "rotate":
            way = rng.choice("UD")
            args = ["rotate-window", "-t", window, "-" + way]
            line = "rotate %s" % way
        elif op == "zoom":
            args = ["resize-pane", "-Z", "-t", pane]
            line = "zoom %s" % pane
        elif op == "select":
            args = ["select-pane", "-t", pane]
            line = "select %s" % pane
        elif op == "join":
            axis, before, full = rng.choice("hv"), rng.choice(["", "b"]), rng.choice(["", "", "f"])
            args = ["join-pane", "-s", pane, "-t", other, "-" + axis + before + full]
            line = "join %s %s %s%s%s" % (pane, other, axis, before, full)
            if pane == other:
                continue
        elif op == "sizes":
            for option in ("main-pane-width", "main-pane-height", "other-pane-width", "other-pane-height"):
                value = rng.choice(["0", "5", "20", "50%", "70%", "300", "bad"])
                tmux("set", "-w", "-t", window, option, value)
                out.append("set %s %s => ok" % (option, value))
            continue
        elif op == "apply":
            if not seed_layouts:
                continue
            text = rng.choice(seed_layouts)
            args = ["select-layout", "-t", window, text]
            line = "apply %s" % text
        status, text = tmux(*args)
        answer = tmux("display", "-p", "-t", window, FORMAT)[1]
        if status != 0:
            out.append("%s => ! %s" % (line, text))
            continue
        out.append("%s => %s" % (line, answer))
        if rng.random() < 0.2:
            seed_layouts.append(answer.split()[0])
    tmux("kill-session", "-t", "c%d" % number)


def main():
    rng = random.Random(20240501)
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TMUX_TMPDIR"] = directory
        os.environ.pop("TMUX", None)
        tmux("new-session", "-d", "-s", "keep", "sleep 9999")
        out, seeds = [], []
        for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
            one_case(out, number, rng, seeds)
        tmux("kill-server")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layouts.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


main()
