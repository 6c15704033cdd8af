"""The location of a document in Git, as the command line and the charm's options write it. Pure."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from profiles_management.pmr.problems import GitError

PREFIX = "git+"

_PLAIN = "/!$&'()*+,;=:~-._"  # these end neither a revision nor a path
_PATTERNS = (
    r"(?s)(.*?\.git)@(.*+)",  # the first @ after .git
    r"(?s)(.*?\.git/)@(.*+)",
    r"(?s)(.*[^/])@(.*+)",  # or the last @ that does not begin a scope, as in /@scope/package
)


@dataclass(frozen=True, slots=True)
class Location:
    """The location of a document in Git.

    Attributes:
        url: the URL of the repository.
        revision: a branch, a tag or a commit; empty for the default branch.
        path: a file or a folder in the repository; empty for its top folder.
    """

    url: str
    revision: str = ""
    path: str = ""

    def __str__(self) -> str:
        """Return the form of the command line: `git+https://HOST/REPOSITORY@REVISION#path=PATH`."""
        text = f"{PREFIX}{self.url}"
        if self.revision:
            text += f"@{quote(self.revision, safe=_PLAIN)}"
        if self.path:
            text += f"#path={quote(self.path, safe=_PLAIN)}"
        return text

    def options(self, prefix: str = "") -> str:
        """Return the form of options: `git-url=https://… git-revision=main` for `git-`."""
        values = {"url": self.url, "revision": self.revision, "path": self.path}
        return " ".join(f"{prefix}{name}={value}" for name, value in values.items() if value)


def split_revision(path: str) -> tuple[str, str | None]:
    """Return the path of a URL without its revision, and the revision or None."""
    for pattern in _PATTERNS:
        match = re.fullmatch(pattern, path)
        if match:
            return match[1], match[2]
    return path, None


def normal_path(path: str) -> str:
    """Return a path relative to the top folder of a repository; empty if it leads out of it."""
    if not path:
        return ""
    normal = posixpath.normpath(path.replace("\\", "/").lstrip("/"))
    leads_out = normal in {".", ".."} or normal.startswith("../")
    return normal if normal.isprintable() and not leads_out else ""


class AddressError(GitError):
    """A URL is refused before any request is sent.

    Attributes:
        what: a sentence that says what is wrong. It repeats no part of the URL.
        instead: the location that was probably meant, or None.
        form: how to write a location, for the case that `instead` is None.
    """

    code: ClassVar[str] = "address"

    def __init__(self, what: str, *, form: str, instead: Location | None) -> None:
        self.what = what
        self.form = form
        self.instead = instead
        super().__init__(self.written(_as_attributes(instead) if instead else ""))

    def written(self, instead: str) -> str:
        """Return the message, with `instead` in the form that the user writes."""
        return f"{self.what} Write: {instead}" if self.instead else f"{self.what} {self.form}"


def _as_attributes(location: Location) -> str:
    """Return a location as the attributes of a GitSource; only the URL if it has nothing else."""
    if location.revision or location.path:
        return location.options()
    return location.url
