#!/usr/bin/python3
"""The tree is formatted by clang-format 14 as .clang-format says: exit 1 and a line for each place that is not, 77 where
that version is not installed. Other versions format otherwise and judge nothing. With --write the tree is formatted.
Run from anywhere: format.py [--write] [CHECKOUT].
"""
import pathlib, re, shutil, subprocess, sys

MAJOR = 14
ROOMS = ("src", "tests")
AT_ONCE = 50  # files for one process


def formatter():
    for name in (f"clang-format-{MAJOR}", "clang-format"):
        path = shutil.which(name)
        if path is None: continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        version = re.search(r"version (\d+)\.", said)
        if version and int(version.group(1)) == MAJOR: return path
    return None


def main():
    words = [word for word in sys.argv[1:] if word != "--write"]
    root = pathlib.Path(words[0] if words else pathlib.Path(__file__).parents[2]).resolve()
    program = formatter()
    if program is None:
        print(f"SKIP format: clang-format {MAJOR} is not installed")
        return 77
    files = sorted(str(path.relative_to(root)) for room in ROOMS for path in (root / room).rglob("*.[ch]pp"))
    how = ["-i"] if "--write" in sys.argv else ["--dry-run"]
    wrong = []
    for start in range(0, len(files), AT_ONCE):
        run = subprocess.run([program, "--style=file", *how, *files[start:start + AT_ONCE]], cwd=root, capture_output=True, text=True)
        if run.returncode != 0: wrong.append(run.stderr.strip())
        wrong += re.findall(r"^(\S+:\d+:\d+): warning", run.stderr, re.M)
    print("\n".join(wrong[:50]) or f"{len(files)} files are formatted")
    if len(wrong) > 50: print(f"and {len(wrong) - 50} more; tests/gates/format.py --write formats them")
    return 1 if wrong else 0


sys.exit(main())
