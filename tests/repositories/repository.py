"""A real repository: a work tree written with `git`, and the bare one that is served."""

import os
import subprocess
from pathlib import Path

DOCUMENT = """\
profiles:
- name: {name}
  owner: {{kind: User, name: olga@example.com}}
"""


def document(name):
    """Return a document of one profile."""
    return DOCUMENT.format(name=name)


class Repository:
    """A work tree to change, and `bare`, the folder that is served."""

    def __init__(self, folder: Path):
        self.tree = folder / "tree"
        self.bare = folder / "served" / "team" / "profiles.git"
        self.bare.mkdir(parents=True)
        self.tree.mkdir()
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(self.bare))

    def git(self, *arguments):
        """Run git in the work tree, without settings of a user; return its output."""
        settings = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{
                f"GIT_{who}_{what}": "test@example.com"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }
        ran = subprocess.run(  # noqa: S603 - git, with our arguments
            ["git", *arguments],  # noqa: S607 - that of PATH
            cwd=self.tree,
            env={"PATH": os.environ["PATH"], **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    def write(self, files):
        """Write files to the work tree: text, bytes, or the Path of a symbolic link's target."""
        for name, content in files.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if isinstance(content, Path):
                path.symlink_to(content)
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content, encoding="utf-8")

    def commit(self, files, *, push=True):
        """Commit files and push them to the served repository; return the commit."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "test")
        if push:
            self.push()
        return self.git("rev-parse", "HEAD")

    def push(self, *what):
        """Force-push branches and tags to the served repository."""
        self.git("push", "--quiet", "--force", "origin", *(what or ("HEAD",)))
