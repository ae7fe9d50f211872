#!/usr/bin/python3
"""Functions of ours that neither program can reach: exit 1 and a line for each. unused.py BUILD

As a linker that collects garbage would, but function by function out of the objects that are there, so that nothing is
compiled or linked again: from main and what runs before it, along the relocations (calls, addresses, tables, vtables).
Functions in headers are compiled only where they are used, so only those with a home of their own are looked at. What
tests alone call is unused, too: there is no list of exceptions. A build without optimization sees all; see below for the others.
"""
import bisect, collections, json, mmap, pathlib, re, struct, subprocess, sys

SECTION, SYMBOL, RELA = struct.Struct("<IIQQQQIIQQ"), struct.Struct("<IBBHQQ"), struct.Struct("<QQq")
GATE = pathlib.Path(__file__).resolve()
RELOCATIONS, INIT, FUNCTION, SECTION_SYMBOL = 4, (14, 16), (2, 10), 3  # sh_type, sh_type, st_info's type, the same


def text_at(data, at):
    return data[at:data.find(b"\0", at)].decode()


class Object:
    """One object's functions and tables, and what refers to what. A global name is the same everywhere."""

    def __init__(self, path, edges, functions, roots):
        with open(path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start, = struct.unpack_from("<Q", data, 0x28)
        count, names_at = struct.unpack_from("<HH", data, 0x3C)
        sections = [SECTION.unpack_from(data, start + i * SECTION.size) for i in range(count)]
        if count == 0: return
        names = [text_at(data, sections[names_at][4] + section[0]) for section in sections]
        table = next(s for s in sections if s[1] == 2)
        strings = sections[table[6]][4]
        symbols, inside = [], {}
        for i, (name, info, _, section, value, size) in enumerate(SYMBOL.iter_unpack(data[table[4]:table[4] + table[5]])):
            kind, bound = info & 15, info >> 4
            key = text_at(data, strings + name) if bound != 0 else (path, i)
            symbols.append((key, kind, section, value))
            if not 0 < section < 0xFF00 or kind == SECTION_SYMBOL: continue
            if kind in (0, 1) + FUNCTION: inside.setdefault(section, []).append((value, size, key))
            if bound == 1 and kind in FUNCTION: functions.add(key)
        for held in inside.values(): held.sort(key=lambda one: one[:2])
        starts = {section: [one[0] for one in held] for section, held in inside.items()}

        def holder(section, at):
            held = inside.get(section, [])
            i = bisect.bisect_right(starts.get(section, []), at) - 1
            while i >= 0:
                value, size, key = held[i]
                if value <= at < value + max(size, 1): return key
                if size: break
                i -= 1
            return (path, "section", section)

        # A call within a section of what has no name outside is no relocation: whoever is there may make it. The compiler
        # warns of those that nobody calls.
        for section, held in inside.items():
            for _, _, key in held:
                if isinstance(key, tuple): edges.setdefault((path, "section", section), set()).add(key)
                edges.setdefault(key, set()).add((path, "section", section))
        # Symbols at one address are one thing: a constructor's and a destructor's kinds.
        for section, held in inside.items():
            for (value, _, key), (next_value, _, next_key) in zip(held, held[1:]):
                if value == next_value:
                    edges.setdefault(key, set()).add(next_key)
                    edges.setdefault(next_key, set()).add(key)
        for section in sections:
            if section[1] != RELOCATIONS or names[section[7]].startswith((".debug", ".eh_frame")): continue
            target, before = section[7], names[section[7]]
            for at, info, addend in RELA.iter_unpack(data[section[4]:section[4] + section[5]]):
                key, kind, where, value = symbols[info >> 32]
                if kind == SECTION_SYMBOL: key = holder(where, addend + (4 if addend < 0 or info & 0xFFFFFFFF in (2, 4) else 0))
                source = holder(target, at)
                # A switch's table, without a name in read-only data, leads back into its function.
                if before.startswith(".rodata") and source == (path, "section", target): continue
                if sections[target][1] in INIT: roots.add(key)
                edges.setdefault(source, set()).add(key)

def words_of(source):
    """How often each word stands in the sources, comments left out."""
    count = collections.Counter()
    for path in source.rglob("*.[ch]pp"): count.update(re.findall(r"\w+", re.sub(r"//[^\n]*", "", path.read_text())))
    return count


def main():
    build, source = pathlib.Path(sys.argv[1]), GATE.parents[2] / "src"
    # Those that are built now: a folder also has what files left behind that are gone.
    commands = [one["command"] for one in json.loads((build / "compile_commands.json").read_text())]
    names = {re.search(r" -o (\S+)", command)[1]: command for command in commands}
    names = {name: command for name, command in names.items() if name.startswith("src/") and "/sess-debug.dir/" not in name and (build / name).exists()}
    edges, functions, roots = {}, set(), {"main"}
    for name in sorted(names): Object(str(build / name), edges, functions, roots)
    reached, ahead = set(), list(roots)
    while ahead:
        key = ahead.pop()
        if key in reached: continue
        reached.add(key)
        ahead.extend(edges.get(key, ()))
    mangled = sorted(functions)
    shown = subprocess.run(["c++filt", "-p"], input="\n".join(mangled), capture_output=True, text=True, check=True).stdout.splitlines()
    plain = {key: re.sub(r"\[abi:\w+\]", "", name) for key, name in zip(mangled, shown)}
    # Kinds of one constructor are one; so are overloads, which the compiler tells apart but this list does not.
    found = {plain[key] for key in functions - reached if plain[key].startswith("sess::")} - {plain[key] for key in functions & reached}
    if any(re.findall(r" -O(\w+)", command)[-1:] not in ([], ["0"]) for command in names.values()):
        # An optimizer leaves no trace of a call that it inlined: a name that stands somewhere else may be called there.
        words = words_of(source)
        found = {name for name in found if words[name.split("::")[-1]] <= 2}
    for name in sorted(found): print(f"{name}: called by neither program")
    if not found: print(f"{len(functions)} functions, all called")
    return 1 if found else 0


sys.exit(main())
