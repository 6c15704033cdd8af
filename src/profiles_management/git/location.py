"""Which document of which repository is meant, as the command line and the charm's options write it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from profiles_management.pmr.problems import GitError

PREFIX = "git+"

_PLAIN = "/!$&'()*+,;=:~-._"  # what neither ends a revision nor a path


@dataclass(frozen=True, slots=True)
class Location:
    """A document in a repository: its URL, a revision and a path, the last two empty for the defaults."""

    url: str
    revision: str = ""
    path: str = ""

    def __str__(self) -> str:
        """Return it as the command line takes it: `git+https://HOST/REPOSITORY@REVISION#path=PATH`."""
        revision = f"@{quote(self.revision, safe=_PLAIN)}" if self.revision else ""
        path = f"#path={quote(self.path, safe=_PLAIN)}" if self.path else ""
        return f"{PREFIX}{self.url}{revision}{path}"

    def options(self, prefix: str = "") -> str:
        """Return it as options: `git-url=https://… git-revision=main` for the prefix `git-`."""
        values = {"url": self.url, "revision": self.revision, "path": self.path}
        return " ".join(f"{prefix}{name}={value}" for name, value in values.items() if value)


def revision_start(path: str) -> int:
    """Return where the @ before a revision is in a path, -1 where there is none.

    It is the first after `.git`, or else the last that does not follow a slash: a scope begins with
    an @ too.
    """
    for ending in (".git@", ".git/@"):
        if (found := path.find(ending)) >= 0:
            return found + len(ending) - 1
    found = path.rfind("@")
    while found > 0 and path[found - 1] == "/":
        found = path.rfind("@", 0, found)
    return found if found > 0 else -1


class AddressError(GitError):
    """A URL is refused before anything is sent.

    Attributes:
        what: what is wrong, in a sentence. It repeats nothing of the URL.
        instead: what was probably meant, None where nobody can know.
        form: what to write in general, for where `instead` is None.
    """

    def __init__(self, what: str, *, form: str, instead: Location | None) -> None:
        self.what = what
        self.form = form
        self.instead = instead
        super().__init__(self.written(_named(instead) if instead else ""))

    def written(self, instead: str) -> str:
        """Return the message for a user who writes the location as `instead` is written."""
        return f"{self.what} Write: {instead}" if self.instead else f"{self.what} {self.form}"


def _named(location: Location) -> str:
    """Return a location as the attributes of a GitSource, or its URL where it has nothing else."""
    return location.options() if location.revision or location.path else location.url
