#!/usr/bin/python3
"""The manual and the commands: exit 1 and a line for each command that contrib/sess.1 has no entry for, or whose entry has
other flags than `list-commands` says. Run as: manual.py CHECKOUT SESSD.
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
    print("\n".join(wrong) or f"{len(listed)} commands are in the manual as they are")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
