#!/usr/bin/python3
"""The manual and the tables: exit 1 and a line for each command that contrib/sess.1 has no entry for, or whose entry has
other flags than `list-commands` says, and for each list (options, formats, hooks, job-files) that says something else than
`sessd --manual LIST`, which `sess help` says, too. Run as: manual.py CHECKOUT SESSD [--write]; --write puts the lists into the page.
"""
import pathlib, re, subprocess, sys


def flags_of_usage(usage):
    """Letters and long names: "[-ab] [-c file] [--json]" gives a, b, c, --json."""
    found = set(re.findall(r"(?<![\w-])--[\w-]+", usage))
    for letters in re.findall(r"(?<![\w-])-(\w+)", usage): found |= set(letters)
    return found


def flags_of_entry(entry):
    found = set()
    for word in re.findall(r"\bFl (\S+)", entry):
        word = word.replace("\\-", "-")
        found |= {"-" + word} if word.startswith("-") else set(word)
    return found


def entries(page):
    """Command name → the words of its entry's first line, which may be continued."""
    found = {}
    for line in page.replace("\\\n", "").splitlines():
        match = re.match(r"\.It Ic ([\w-]+)(.*)", line)
        if match: found.setdefault(match[1], match[2])
    return found


LISTS = "options formats hooks job-files".split()


def compare_lists(page_path, sessd, write):
    """Lines about lists of the page, between `.\\" LIST begins` and `.\\" LIST ends`, that differ from the program's."""
    page, wrong = page_path.read_text(), []
    for name in LISTS:
        made = subprocess.run([sessd, "--manual", name], capture_output=True, text=True)
        if made.returncode != 0:
            wrong.append(made.stderr.strip())
            continue
        begin, end = f'.\\" {name} begins\n', f'.\\" {name} ends\n'
        if begin not in page or end not in page:
            wrong.append(f"{name}: the page has no such list")
            continue
        before, rest = page.split(begin, 1)
        old, after = rest.split(end, 1)
        if old == made.stdout: continue
        if write:
            page = before + begin + made.stdout + end + after
            page_path.write_text(page)
            continue
        new, had = set(made.stdout.splitlines()), set(old.splitlines())
        first = sorted(new - had)[:3] or sorted(had - new)[:3]
        wrong.append(f"{name}: the page is not what the program says ({' / '.join(first)}); manual.py CHECKOUT SESSD --write")
    return wrong


def main():
    checkout, sessd = pathlib.Path(sys.argv[1]), sys.argv[2]
    listed = subprocess.run([sessd, "--list-commands", "#{command_list_name} #{command_list_usage}"], capture_output=True,
                            text=True, check=True).stdout.splitlines()
    page = entries((checkout / "contrib/sess.1").read_text())
    wrong = []
    for line in listed:
        name, _, usage = line.partition(" ")
        if name not in page:
            wrong.append(f"{name}: not in the manual")
            continue
        ours, theirs = flags_of_usage(usage), flags_of_entry(page[name])
        if "[options]" in usage: continue  # a section of its own lists them
        if ours - theirs: wrong.append(f"{name}: the manual's line lacks {' '.join(sorted(ours - theirs))}")
        if theirs - ours: wrong.append(f"{name}: there is no {' '.join(sorted(theirs - ours))}")
    wrong += compare_lists(checkout / "contrib/sess.1", sessd, "--write" in sys.argv)
    print("\n".join(wrong) or f"{len(listed)} commands and {len(LISTS)} lists are in the manual as they are")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
