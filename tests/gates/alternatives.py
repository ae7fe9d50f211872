"""contrib/alternatives on a small system of its own: `tmux` leads to sess, tmux's package may come and go, and all is undone.

    alternatives.py SOURCE
"""
import os, pathlib, shutil, subprocess, sys, tempfile

SCRIPT = pathlib.Path(sys.argv[1]) / "contrib" / "alternatives"


def program(path, says):
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)


def image(root, with_tmux):
    for folder in ("usr/bin", "usr/local/bin", "var/lib/dpkg", "var/log", "etc"):
        (root / folder).mkdir(parents=True)
    program(root / "usr/local/bin/sess", "sess")
    if with_tmux:
        program(root / "usr/bin/tmux", "tmux")


def tree(root):
    """What a user meets: programs and links, without the books of dpkg."""
    found = {}
    for path in sorted((root / "usr").rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(root))] = "-> " + os.readlink(path)
        elif path.is_file():
            found[str(path.relative_to(root))] = path.read_text()
    return found


def run(root, *arguments, status=0):
    done = subprocess.run([SCRIPT, "--root", root, *arguments], capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == status, f"{arguments}: status {done.returncode}: {said}"
    return said.strip()


def divert_and_back(root):
    image(root, with_tmux=True)
    before = tree(root)
    assert run(root, "install", "/usr/local/bin/sess") == "/usr/bin/tmux -> /usr/local/bin/sess"
    assert run(root, "install", "/usr/local/bin/sess") == "/usr/bin/tmux -> /usr/local/bin/sess", "a second time"
    assert "tmux" in (root / "usr/bin/tmux.tmux").read_text()
    subprocess.run(["update-alternatives", "--root", root, "--quiet", "--set", "tmux", "/usr/bin/tmux.tmux"], check=True)
    assert run(root, "status") == "/usr/bin/tmux -> /usr/bin/tmux.tmux"
    assert run(root, "remove", "/usr/local/bin/sess") == "/usr/bin/tmux -> /usr/bin/tmux"
    assert tree(root) == before, tree(root)
    assert (root / "var/lib/dpkg/diversions").read_text() == ""
    run(root, "remove", "/usr/local/bin/sess")
    assert tree(root) == before, "a second time"


def package_comes_later(root):
    image(root, with_tmux=False)
    before = tree(root)
    assert run(root, "install", "/usr/local/bin/sess") == "/usr/bin/tmux -> /usr/local/bin/sess"
    where = subprocess.run(["dpkg-divert", "--root", root, "--truename", "/usr/bin/tmux"], capture_output=True, text=True)
    assert where.stdout.strip() == "/usr/bin/tmux.tmux", "the package's file would take the place of the link"
    program(root / "usr/bin/tmux.tmux", "tmux")
    assert run(root, "status") == "/usr/bin/tmux -> /usr/local/bin/sess"
    assert run(root, "remove", "/usr/local/bin/sess") == "/usr/bin/tmux -> /usr/bin/tmux"
    (root / "usr/bin/tmux").unlink()
    assert tree(root) == before, tree(root)


def another_entry_stays(root):
    image(root, with_tmux=True)
    run(root, "install", "/usr/local/bin/sess")
    program(root / "usr/bin/tmuxer", "other")
    subprocess.run(["update-alternatives", "--root", root, "--quiet", "--install", "/usr/bin/tmux", "tmux",
                    "/usr/bin/tmuxer", "20"], check=True)
    assert run(root, "remove", "/usr/local/bin/sess") == "/usr/bin/tmux -> /usr/bin/tmuxer"


def refused(root):
    image(root, with_tmux=True)
    before = tree(root)
    assert "cannot be run" in run(root, "install", "/usr/bin/sess", status=1)
    assert "is not called sess" in run(root, "install", "/usr/bin/tmux", status=1)
    assert "install [SESS]" in run(root, status=2)
    assert tree(root) == before


def main():
    if not (shutil.which("dpkg-divert") and shutil.which("update-alternatives")):
        print("SKIP alternatives: this is no Debian")
        return 77
    for check in (divert_and_back, package_comes_later, another_entry_stays, refused):
        with tempfile.TemporaryDirectory(prefix="alternatives-") as folder:
            check(pathlib.Path(folder))
            print("ok", check.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
