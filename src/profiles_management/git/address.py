"""The URL of a repository: its parts, and the refusal of an unsafe one. Pure.

A message repeats a URL only after a check that the URL contains no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from profiles_management.git import pasted
from profiles_management.git.location import PREFIX, AddressError, Location, split_revision
from profiles_management.git.revision import references
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import MASK, redacted

_PORTS = {"https": 443, "ssh": 22}
_USER = "git"  # the user that the hosts of repositories have for everybody
_FILE = re.compile(r"\.(?:ya?ml|json)$")
_PRINTABLE = re.compile(r"[!-~]*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# other text before :// may be a secret, so messages name only these
_OTHER_SCHEMES = {"http", "git", "file", "ftp", "svn", "oci", "s3", "gs"}
_URL_FORM = "https://HOST/PATH or ssh://git@HOST/PATH"
_LOCATION_FORM = "git+https://HOST/REPOSITORY@REVISION#path=PATH"

_ON_THIS_MACHINE = (
    "Repositories on this machine are not supported. "
    "Give the document as a file, or the URL of a server."
)
_HAS_CREDENTIALS = (
    "The URL of the repository contains a user or a password. Pass them as credentials instead."
)
_Fault = tuple[object, str]
"""Whether a URL has a fault, and the text of the fault."""


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a repository's URL.

    Attributes:
        scheme: `https` or `ssh`.
        host: the host name in lower case, or the address without brackets.
        port: the port, also where the URL has none.
        path: the path as the URL writes it; it begins with a slash.
        user: the user for ssh; empty for https.
    """

    scheme: str
    host: str
    port: int
    path: str
    user: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port; without the default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    def is_origin_of(self, url: str) -> bool:
        """Return whether a URL has this scheme, host and port, and may receive the credentials.

        The comparison includes the slash after the origin, because `https://HOST.other.example` and
        `https://HOST@other` begin with the text of the origin too.
        """
        return url.startswith(f"{self.origin}/")

    @property
    def repository(self) -> str:
        """The path without percent-encoding."""
        return unquote(self.path)

    def __str__(self) -> str:
        """Return the URL for a message. It contains no secret, because `parse` refuses one."""
        return self.origin + self.path


def is_location(text: str) -> bool:
    """Return whether the name of a document is a location in Git, and not a file."""
    return text.startswith(PREFIX)


def looks_like_repository(text: str) -> bool:
    """Return whether the name of a document without `git+` is probably the URL of a repository."""
    return pasted.is_repository(text)


def has_password(text: str) -> bool:
    """Return whether a text has a user and a password before a host."""
    return pasted.has_password(text)


def not_a_location(text: str) -> AddressError:
    """Return the error for the name of a document that `looks_like_repository`."""
    what = "A document in a Git repository needs git+ before the URL."
    error = _error(what, text, _LOCATION_FORM)
    if error.instead and (error.instead.path or not _FILE.search(error.instead.url)):
        return error
    what = (
        "A document comes from a file, from standard input, or from a Git repository "
        "over https or ssh."
    )
    return AddressError(what, form=error.form, instead=None)


def location(text: str) -> Location:
    """Return the parts of `git+https://HOST/REPOSITORY@REVISION#path=PATH`, which is pip's form.

    Where the revision begins: see `split_revision`. In other places write %40 for an @, %23 for a #
    and %25 for a %.

    Raises:
        AddressError: the text has another form, or `parse` refuses its URL.
    """
    whole, _, fragment = text.removeprefix(PREFIX).partition("#")
    url, revision = _without_revision(whole)
    fault = _fragment_fault(fragment)
    if not fault and revision == "":
        fault = "The revision after @ is missing."
    fault = fault or _fault(url)
    if fault:
        raise _error(fault, text, _LOCATION_FORM)
    path = fragment.partition("=")[2]
    return Location(url, unquote(revision or ""), unquote(path))


def shown(text: str) -> str:
    """Return the name of a document for a message, with every credential masked.

    `redacted` alone masks all text before an @, also where a revision follows it.
    """
    try:
        location(text)
    except AddressError:
        return _without_user(redacted(text)) if looks_like_repository(text) else redacted(text)
    url, revision = _without_revision(text)
    if revision is None or not _ends_before_revision(url, revision):
        return redacted(text)  # the text after @ may be a host, after a user and a password
    without_user = url.replace(f"ssh://{_USER}@", "ssh://", 1)
    has_secret = redacted(without_user) != without_user
    shown_url = redacted(url) if has_secret else url
    return f"{shown_url}@{redacted(revision)}"


def _without_user(text: str) -> str:
    """Return the URL of a repository in a form that `redacted` does not know, without its user."""
    _, at, rest = text.rpartition("@")
    return f"{MASK}@{rest}" if at else text


def _ends_before_revision(url: str, revision: str) -> bool:
    """Return whether the text after the @ can only be a revision, and not the host of a URL."""
    if "@" in revision:
        return False
    return url.rstrip("/").endswith(".git") or "/" not in revision.partition("#")[0]


def parse(url: str) -> Address:
    """Return the parts of a URL.

    Raises:
        AddressError: the scheme is neither https nor ssh, the URL is not complete, or it contains
            what must not be in it, such as a password.
    """
    fault = _fault(url)
    if fault:
        raise _error(fault, url, _URL_FORM)
    parts = urlsplit(url)
    return Address(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        path=parts.path.rstrip("/"),
        user=unquote(parts.username or _USER) if parts.scheme == "ssh" else "",
    )


def _error(what: str, text: str, form: str) -> AddressError:
    """Return the error with the location that was probably meant, if that one is valid."""
    guess = pasted.guess_location(text)
    instead = guess if guess and _is_valid(guess) else None
    return AddressError(what, form=f"Write it as {form}.", instead=instead)


def _is_valid(location: Location) -> bool:
    try:
        references(location.revision)
    except GitError:
        return False
    return not _fault(location.url)


def _without_revision(whole: str) -> tuple[str, str | None]:
    """Return the URL and the revision after its @; None if it has no revision."""
    authority, slashes, rest = whole.partition("//")
    host, slash, path = rest.partition("/")
    path, revision = split_revision(f"{slash}{path}")
    return f"{authority}{slashes}{host}{path}", revision


def _fragment_fault(fragment: str) -> str:
    """Return what is wrong with the text after #; empty if it is valid."""
    if not fragment:
        return ""
    key, _, path = fragment.partition("=")
    other_keys = {setting.partition("=")[0] for setting in path.split("&")[1:]}
    faults = (
        (key != "path", "Only path=PATH may follow #."),
        (
            other_keys & {"ref", "revision", "path"},
            "Only path=PATH may follow #; the revision follows @.",
        ),
        (not path, "The path after #path= is missing."),
    )
    return _first(faults)


def _fault(url: str) -> str:
    """Return what is wrong with a URL, without any part of it; empty if it is valid."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "The host in the URL of the repository is not valid."
    return _first((*_scheme(url, parts), *_authority(parts), *_path(url, parts)))


def _first(faults: Iterable[_Fault]) -> str:
    """Return the text of the first fault that a URL has; empty if it has none."""
    return next((text for is_wrong, text in faults if is_wrong), "")


def _scheme(url: str, parts: SplitResult) -> tuple[_Fault, ...]:
    """Return the faults that a scheme can have."""
    begin = "The URL of a repository begins with https:// or ssh://"
    return (
        ("://" not in url, "This is not the URL of a repository."),
        (parts.scheme == "file", _ON_THIS_MACHINE),
        (parts.scheme in _OTHER_SCHEMES, f"{begin}, not with {parts.scheme}://."),
        (parts.scheme not in _PORTS, f"{begin}."),
    )


def _authority(parts: SplitResult) -> tuple[_Fault, ...]:
    """Return the faults that user, host and port can have."""
    has_user = parts.scheme == "https" and parts.username is not None
    return (
        (has_user or parts.password is not None, _HAS_CREDENTIALS),
        (
            _port(parts) == 0,
            "A slash must follow the host, or a colon and a port from 1 to 65535.",
        ),
        (not parts.hostname, "The URL of the repository has no host."),
    )


def _port(parts: SplitResult) -> int | None:
    """Return the port of a URL: None if it has none, 0 if it is not a port."""
    try:
        return parts.port
    except ValueError:
        return 0


def _path(url: str, parts: SplitResult) -> tuple[_Fault, ...]:
    """Return the faults that the path, and the text after it, can have."""
    path = parts.path.strip("/")
    decoded = unquote(path + (parts.username or ""))
    is_plain = _PRINTABLE.fullmatch(url) and decoded.isprintable()
    return (
        (parts.query or parts.fragment, "The URL of the repository contains ? or #."),
        (not is_plain, "The URL of the repository contains spaces or characters beyond ASCII."),
        (not path, "The URL of the repository has a host and no path."),
        (
            _STRAY_PERCENT.search(path),
            "A % in the URL of the repository is not followed by two hexadecimal digits.",
        ),
        (
            "//" in path or ".git@" in path,
            "The URL of the repository continues after the name of the repository.",
        ),
        (
            pasted.is_page(parts.scheme, parts.hostname or "", path),
            "This is the URL of a web page about a repository, not of the repository.",
        ),
    )
