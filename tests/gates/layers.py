#!/usr/bin/python3
"""The house: which room may include which. Exit 1 and a line for each include that goes up.

A room may use what its row names, base, and what those rooms use themselves. A new room or arrow is a row here, with
a look at the whole table first. Run from anywhere: layers.py [CHECKOUT].
"""
import pathlib, re, sys

TABLE = {
    "base": "",
    "os": "base",
    "protocol": "base",
    "terminal": "base",
    "model": "base",
    "input": "base",
    "render": "terminal model",
    "modes": "terminal model input render",
    "job": "os",
    "command": "model job input terminal",
    "keeper": "os",
    "panes": "terminal model keeper command",
    "views": "panes render protocol",
    "store": "model input job command panes",
    "jobs": "protocol job panes store command",
    "peers": "views store input modes",
    "display": "peers modes",
    "dispatch": "display",
    "server": "jobs dispatch",
    "client": "os protocol input terminal",
    "cli": "client server keeper",
}


def closure(room):
    found, todo = {room, "base"}, [room]
    while todo:
        for below in TABLE[todo.pop()].split():
            if below not in found:
                found.add(below)
                todo.append(below)
    return found


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]) / "src"
    allowed = {room: closure(room) for room in TABLE}
    wrong = []
    for path in sorted(source.rglob("*.[ch]pp")):
        room = path.relative_to(source).parts[0]
        if room not in TABLE:
            wrong.append(f"{path.relative_to(source)}: the room {room} is not in the table")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "([a-z_]+)/', line)
            if match and (source / match[1]).is_dir() and match[1] not in allowed[room]:
                wrong.append(f"{path.relative_to(source)}:{number}: {room} may not use {match[1]}")
    for row, uses in TABLE.items():
        if not (source / row).is_dir(): wrong.append(f"the table has a room {row} that there is not")
        order = list(TABLE)
        for below in uses.split():
            if order.index(below) >= order.index(row): wrong.append(f"the table lets {row} use {below}, which is not above it")
    print("\n".join(wrong) or f"{len(TABLE)} rooms, no include goes up")
    return 1 if wrong else 0


sys.exit(main())
