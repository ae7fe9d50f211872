"""What runs in the panes: a program that prints numbered lines, and one that notes every byte typed for it.

    programs.py lines SHAPE FILE SEED RATE     FILE.go: begin; FILE.sent: number of lines so far; FILE.stop: end
    programs.py keys FILE                      FILE.got: what came; FILE.times: a line "BYTES TIME" for each read

Both write FILE.pid first and stay until they are killed.
"""
import os
import random
import sys
import time
import tty

SHAPES = ("plain", "wrapped", "coloured", "wide", "repaint", "excursion")


def put(text):
    data = text.encode()
    while data:
        data = data[os.write(1, data):]


def line(shape, number, dice):
    head = f"{shape} {number:06}"
    if shape == "wrapped":
        return head + " " + "0123456789" * dice.randint(8, 40)
    if shape == "coloured":
        return f"\033[1;3{number % 8}m{shape}\033[0;48;5;{number % 256}m \033[4m{number:06}\033[0m" + "".join(
            f" \033[38;2;{n * 20};{number % 256};7m{n}" for n in range(dice.randint(1, 12))) + "\033[m"
    if shape == "wide":
        return head + " " + "한글은 넓다 日本語 " * dice.randint(1, 6)
    return head + " " + "x" * dice.randint(0, 60)


def repaint(shape, number, dice):
    """A full-screen program's habits between its lines."""
    rows = os.get_terminal_size(1).lines
    if shape == "repaint":  # a status row at the bottom, painted by address; what scrolls above it is kept
        put(f"\0337\033[1;{rows - 1}r\033[{rows};1H\033[7mstatus {number}\033[K\033[0m\0338")
    elif shape == "excursion" and dice.random() < 0.2:
        put("\033[?1049h\033[H\033[2J" + "".join(f"\033[{row};{row}Helsewhere {number}" for row in range(1, rows, 3)))
        time.sleep(dice.random() * 0.1)
        put("\033[?1049l")


def lines(shape, file, seed, rate):
    dice, number = random.Random(seed), 0
    while not os.path.exists(file + ".go"):
        time.sleep(0.02)
    sent = os.open(file + ".sent", os.O_WRONLY | os.O_CREAT, 0o600)
    if shape == "repaint":
        put("\r\n" * 2 + "\033[2A")  # not in the last row when the region is set
    while not os.path.exists(file + ".stop"):
        burst = dice.randint(1, max(1, int(rate) // 10))
        for _ in range(burst):
            number += 1
            put(line(shape, number, dice) + "\r\n")
            if number % 5 == 0:
                repaint(shape, number, dice)
        os.pwrite(sent, b"%d" % number, 0)
        time.sleep(burst / float(rate))
    if shape == "repaint":
        rows = os.get_terminal_size(1).lines
        put(f"\0337\033[r\033[{rows};1H\033[K\0338")
    put(f"{shape} done\r\n")
    os.pwrite(sent, b"%d done" % number, 0)


def keys(file):
    tty.setraw(0)
    got = os.open(file + ".got", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    times = os.open(file + ".times", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    total = 0
    put("ready\r\n")
    while data := os.read(0, 65536):
        total += os.write(got, data)
        os.write(times, b"%d %f\n" % (total, time.monotonic()))
        put("got " + "".join(c if c.isalnum() or c == ";" else "." for c in data[-20:].decode("latin-1")) + "\r\n")


def main():
    kind, *arguments = sys.argv[1:]
    file = arguments[1] if kind == "lines" else arguments[0]
    with open(file + ".pid.new", "w") as out:
        out.write(str(os.getpid()))
    os.rename(file + ".pid.new", file + ".pid")
    {"lines": lines, "keys": keys}[kind](*arguments)
    while True:
        time.sleep(1000)


if __name__ == "__main__":
    main()
