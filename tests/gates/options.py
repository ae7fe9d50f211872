#!/usr/bin/python3
"""Every option does something: exit 1 and a line for each option of the table that no code reads, and for each name in the
lists below that is read by now or is no option any more. Run from anywhere: options.py [CHECKOUT].

An option is read where its name stands in the sources outside the table, or in the default of another option that is a
format (status-left in status-format). Hooks run by their events' names.
"""
import pathlib, re, sys

# Read by what there is not yet.
WAITING = []
# Without effect in tmux 3.3a, too: kept for old configurations.
OBSOLETE = ["xterm-keys"]
# Known gaps: tmux 3.3a obeys these.
GAPS = []


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]) / "src"
    table = (source / "model/options/rows.hpp").read_text()
    rows = re.findall(r'\b(text|style|number|flag|choice|key|colour|command|list|words|hook)\("([a-z0-9-]+)"', table)
    of_table = {source / "model/options" / name for name in ("rows.hpp", "table.hpp", "table.cpp")}
    of_table.add(source / "command/language/texts.cpp")  # says what each is
    code = "\n".join(p.read_text() for p in sorted(source.rglob("*.[ch]pp")) if p not in of_table)
    formats = set(re.findall(r"[a-z][a-z-]+[a-z]", " ".join(re.findall(r'R"\((.*?)\)"', table, re.S))))
    names = {name for _, name in rows}
    wrong, allowed = [], {*WAITING, *OBSOLETE, *GAPS}
    for kind, name in rows:
        # A command's own hook is run by its name (after-NAME).
        read = f'"{name}"' in code or (kind != "hook" and name in formats) or (kind == "hook" and name.startswith("after-"))
        if not read and name not in allowed: wrong.append(f"{name}: no code reads it")
        if read and name in allowed: wrong.append(f"{name}: is read by now; take it off the list")
    for name in sorted(allowed - names): wrong.append(f"{name}: is listed, but no option")
    print("\n".join(wrong) or f"{len(rows)} options, {len(rows) - len(allowed)} read, {len(WAITING)} wait, {len(GAPS)} gaps")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
