#!/usr/bin/python3
"""System calls belong to os: exit 1 and a line for each call outside it that syscalls.txt does not name, and for each
name there that is not called any more. Every such call is written with its `::`. A call that os has a function for is
replaced; one that is truly the file's own business is a word in the list. Run from anywhere: syscalls.py [CHECKOUT].
"""
import pathlib, re, sys

# Of the C library, and no question to the system.
PURE = set("strcasestr strncasecmp strptime gmtime_r timegm getopt_long fnmatch sigabbrev_np regcomp regexec regfree".split())

GATE = pathlib.Path(__file__).parent / "syscalls.txt"


def calls_of(path):
    text = re.sub(r"//[^\n]*", "", path.read_text())
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    return set(re.findall(r"(?<![\w>])::([a-z_0-9]+)\(", text)) - PURE


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else GATE.parents[2]) / "src"
    found = {}
    for path in sorted(source.rglob("*.[ch]pp")):
        name = str(path.relative_to(source))
        if not name.startswith("os/") and (calls := calls_of(path)): found[name] = calls
    if "--list" in sys.argv:
        for name, calls in found.items(): print(f"{name}: {' '.join(sorted(calls))}")
        return 0
    named = {}
    for line in GATE.read_text().splitlines():
        if line and not line.startswith("#"): named[line.split(":")[0]] = set(line.split(":")[1].split())
    wrong = []
    for name in sorted(found | named):
        for call in sorted(found.get(name, set()) - named.get(name, set())): wrong.append(f"{name}: {call}() belongs to os")
        for call in sorted(named.get(name, set()) - found.get(name, set())): wrong.append(f"{name}: {call} is not called any more: take it off the list")
    print("\n".join(wrong) or f"{sum(map(len, named.values()))} calls outside os, all of them named")
    return 1 if wrong else 0


sys.exit(main())
