"""The URL of a repository: taken apart, and refused where it is unsafe. Pure.

No message repeats a URL before it is known that it holds no secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from profiles_management.pmr.problems import GitError

_PORTS = {"https": 443, "ssh": 22}
_USER = "git"  # what the hosts of repositories call everybody
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//|:)")
_PRINTABLE = re.compile(r"[!-~]*")
_PREFIX = "git+"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository is. `path` starts with a slash and is as the URL has it, `user` is for ssh alone."""

    scheme: str
    host: str
    port: int
    path: str
    user: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port; the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    def is_origin_of(self, url: str) -> bool:
        """Return whether a URL leads to this scheme, host and port, and so may be sent the credentials.

        The slash after the origin is part of the comparison: `https://HOST.other.example` and `https://HOST@other`
        begin with an origin that is not theirs.
        """
        return url.startswith(f"{self.origin}/")

    @property
    def repository(self) -> str:
        """The path as a program takes it, not a URL."""
        return unquote(self.path)

    def __str__(self) -> str:
        """Return the URL as messages show it; it holds no secret, because one that does is refused."""
        return self.origin + self.path


@dataclass(frozen=True, slots=True)
class Location:
    """What stands on the command line in place of a file, taken apart."""

    url: str
    revision: str = ""
    path: str = ""


def is_location(text: str) -> bool:
    """Tell whether the name of a document means Git rather than a file."""
    return text.startswith(_PREFIX)


def location(text: str) -> Location:
    """Take `git+https://HOST/REPOSITORY@REVISION#path=PATH` apart, as pip writes it; the URL is not looked at yet.

    The revision begins after the last `@` of the path, for a branch may hold slashes. An `@` of the repository's own
    path, and a `#`, `@` or `%` in what follows it, are written as %40, %23 and %25.

    Raises:
        GitError: what follows the `#` is no path.
    """
    whole, _, fragment = text.removeprefix(_PREFIX).partition("#")
    key, _, path = fragment.partition("=")
    if fragment and key != "path":
        raise GitError("After # only path=… is known, such as: git+https://HOST/REPOSITORY@REVISION#path=pmr.yaml")
    start = whole.find("/", whole.find("//") + 2)
    at = whole.rfind("@", start) if start >= 0 else -1
    url, revision = (whole, "") if at < 0 else (whole[:at], whole[at + 1 :])
    return Location(url, unquote(revision), unquote(path))


def parse(url: str) -> Address:
    """Take a URL apart.

    Raises:
        GitError: it is none of https or ssh, is not complete, or holds what has no place in it, such as a password.
    """
    if _SCP.match(url) and "://" not in url:
        raise GitError("The repository is not a URL. Write it as ssh://git@HOST/PATH, with / after the host.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise GitError("The URL of the repository is not valid. Write it as https://HOST/PATH.") from None
    _check(url, parts)
    host = (parts.hostname or "").lower()
    user = unquote(parts.username or _USER) if parts.scheme == "ssh" else ""
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], parts.path.rstrip("/"), user)


def _check(url: str, parts: SplitResult) -> None:
    if parts.scheme not in _PORTS:
        name = f"{parts.scheme}:" if parts.scheme else "without a scheme"
        raise GitError(f"A repository is read over https:// or ssh://, and this one is {name}.")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise GitError("The URL of the repository holds a user or a password. Take it out, credentials go apart.")
    if parts.query or parts.fragment:
        raise GitError("The URL of the repository has something after ? or #. Take it out.")
    if not parts.hostname or not parts.path.strip("/"):
        raise GitError("The URL of the repository names no host or no path. Write it as https://HOST/PATH.")
    if not _PRINTABLE.fullmatch(url) or not unquote(parts.path + (parts.username or "")).isprintable():
        raise GitError(
            "The URL of the repository holds spaces, or marks beyond plain ASCII. Write them as %20 and so on."
        )
