"""The URL of a repository: taken apart, and refused where it is unsafe. Pure.

No message repeats a URL before it is known that it holds no secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from profiles_management.git import pasted
from profiles_management.git.location import PREFIX, AddressError, Location, revision_start
from profiles_management.git.revision import names
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted

_PORTS = {"https": 443, "ssh": 22}
_USER = "git"  # what the hosts of repositories call everybody
_FILE = re.compile(r"\.(?:ya?ml|json)$")
_PRINTABLE = re.compile(r"[!-~]*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# those that a message may name
_OTHER_SCHEMES = {"http", "git", "file", "ftp", "svn", "oci", "s3", "gs"}
_URL = "https://HOST/PATH or ssh://git@HOST/PATH"
_LOCATION = "git+https://HOST/REPOSITORY@REVISION#path=PATH"


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

        The slash after the origin is part of the comparison: `https://HOST.other.example` and
        `https://HOST@other` begin with an origin that is not theirs.
        """
        return url.startswith(f"{self.origin}/")

    @property
    def repository(self) -> str:
        """The path as a program takes it, not a URL."""
        return unquote(self.path)

    def __str__(self) -> str:
        """Return the URL as messages show it; it holds no secret, because one that does is refused."""
        return self.origin + self.path


def is_location(text: str) -> bool:
    """Return whether the name of a document means Git rather than a file."""
    return text.startswith(PREFIX)


def looks_like_repository(text: str) -> bool:
    """Return whether the name of a document that `is_location` does not know means a repository all the same."""
    return pasted.is_repository(text)


def not_a_location(text: str) -> AddressError:
    """Return the error for a name of a document that means a repository and is not written as one."""
    error = _error(
        "A document in Git is written with git+ before the URL of its repository.", text, _LOCATION
    )
    if error.instead and (error.instead.path or not _FILE.search(error.instead.url)):
        return error
    what = "A document is read from a file, from standard input, or from a Git repository over https or ssh."
    return AddressError(what, form=error.form, instead=None)


def location(text: str) -> Location:
    """Take `git+https://HOST/REPOSITORY@REVISION#path=PATH` apart, as pip writes it.

    `revision_start` says where the revision begins. An `@` of the repository's own path that would
    begin one, and a `#` or a `%` in what follows it, are written as %40, %23 and %25.

    Raises:
        AddressError: it is not written so, or `parse` refuses its URL.
    """
    whole, _, fragment = text.removeprefix(PREFIX).partition("#")
    key, _, path = fragment.partition("=")
    url, revision = _apart(whole)
    fault = _fragment_fault(fragment, key, path)
    if revision == "":
        fault = fault or "After @ there is no revision."
    if fault := fault or _fault(url):
        raise _error(fault, text, _LOCATION)
    return Location(url, unquote(revision or ""), unquote(path))


def shown(text: str) -> str:
    """Return the name of a document for a message: every credential in it is masked, and as little else as possible.

    `redacted` alone takes everything before an @ for a user and a password, also where a revision
    follows it.
    """
    try:
        location(text)
    except AddressError:
        return redacted(text)
    url, revision = _apart(text)
    if not _is_plain_revision(url, revision):
        return redacted(text)  # it may be a host after a user and a password
    without_user = url.replace(f"ssh://{_USER}@", "ssh://", 1)
    return f"{url if redacted(without_user) == without_user else redacted(url)}@{redacted(revision or '')}"


def _is_plain_revision(url: str, revision: str | None) -> bool:
    """Return whether what follows the last @ can only be a revision, and not the host of a URL."""
    if revision is None or "@" in revision:
        return False
    return url.rstrip("/").endswith(".git") or "/" not in revision.partition("#")[0]


def parse(url: str) -> Address:
    """Take a URL apart.

    Raises:
        AddressError: it is none of https or ssh, is not complete, or holds what has no place in it,
            such as a password.
    """
    if fault := _fault(url):
        raise _error(fault, url, _URL)
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    user = unquote(parts.username or _USER) if parts.scheme == "ssh" else ""
    return Address(
        parts.scheme, host, parts.port or _PORTS[parts.scheme], parts.path.rstrip("/"), user
    )


def _error(what: str, text: str, form: str) -> AddressError:
    """Return the error with what was meant, if that would be accepted."""
    instead = pasted.meant(text)
    return AddressError(
        what, form=f"Write it as {form}.", instead=instead if instead and _holds(instead) else None
    )


def _holds(location: Location) -> bool:
    """Return whether a location can be read as it is written."""
    try:
        names(location.revision)
    except GitError:
        return False
    return not _fault(location.url)


def _apart(whole: str) -> tuple[str, str | None]:
    """Return the URL, and what follows the @ after it; None where there is none."""
    start = whole.find("/", whole.find("//") + 2)
    path = whole[start:] if start >= 0 else ""
    at = revision_start(path)
    return (whole, None) if at < 0 else (whole[: start + at], path[at + 1 :])


def _fragment_fault(fragment: str, key: str, path: str) -> str:
    """Return what is wrong after the #, nothing if all is well."""
    if fragment and key != "path":
        return "After # stands only path=PATH."
    if any(part.partition("=")[0] in {"ref", "revision", "path"} for part in path.split("&")[1:]):
        return "After # stands only path=PATH, and the revision after @."
    if fragment and not path:
        return "After #path= there is no path."
    return ""


def _fault(url: str) -> str:
    """Return what is wrong with a URL, nothing if all is well; it repeats nothing of the URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "The host of the repository's URL is not valid."
    if "://" not in url:
        return "This is not the URL of a repository."
    if parts.scheme == "file":
        return "A repository on this machine is not read. Give the document as a file, or the URL of a server."
    if parts.scheme not in _PORTS:
        other = f", not {parts.scheme}://" if parts.scheme in _OTHER_SCHEMES else ""
        return f"A repository is read over https:// or ssh://{other}."
    return _authority_fault(parts) or _path_fault(url, parts)


def _authority_fault(parts: SplitResult) -> str:
    """Return what is wrong with user, host and port."""
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        return "The URL of the repository holds a user or a password. Pass them as credentials instead."
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        return "After the host comes a slash, or a colon and a port from 1 to 65535."
    return "" if parts.hostname else "The URL of the repository has no host."


def _path_fault(url: str, parts: SplitResult) -> str:
    """Return what is wrong with the path, and with what follows it."""
    path = parts.path.strip("/")
    goes_on = "//" in path or ".git@" in path
    printable = _PRINTABLE.fullmatch(url) and unquote(path + (parts.username or "")).isprintable()
    faults = {
        "The URL of the repository has something after ? or #.": parts.query or parts.fragment,
        "The URL of the repository holds spaces or characters beyond ASCII.": not printable,
        "The URL of the repository has a host and no path.": not path,
        "A % in the URL of the repository is not followed by two hexadecimal digits.": _STRAY_PERCENT.search(
            path
        ),
        "The URL of the repository goes on after the repository.": goes_on,
        "This is the URL of a page about a repository, not of the repository.": pasted.is_page(
            parts.scheme, parts.hostname or "", path
        ),
    }
    return next((what for what, holds in faults.items() if holds), "")
