"""What people paste in place of a repository's URL, and the location that they probably mean. Pure.

These are pages of web interfaces, the scp form, the forms of pip, npm, Terraform and Kustomize, and
typing errors. The location is for a message. Text before an @ or after a question mark may be a
secret, so the location contains only what is known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import parse_qsl, quote, unquote

from profiles_management.git.location import Location, normal_path, split_revision
from profiles_management.git.web_pages import RAW_HOSTS, location_of_page

_WRAPPING = "\"'`<>,; \t\r\n"
_SCHEMES = {"http": "https", "https": "https", "git": "https", "ssh": "ssh", "svn+ssh": "ssh"}
"""The schemes of repositories, and the scheme to use in place of each."""

_TOOLS = re.compile(r"(?:git::|git\+)+", re.IGNORECASE)
_AFTER_SCHEME = r"(?::[/\\]*|[/\\]{2,})(?=[^:])"
_KNOWN_SCHEME = re.compile(rf"({'|'.join(map(re.escape, _SCHEMES))}){_AFTER_SCHEME}", re.IGNORECASE)
_OTHER_SCHEME = re.compile(rf"[a-z][a-z0-9+]*{_AFTER_SCHEME}", re.IGNORECASE)
_SCP = re.compile(r"(?:[^/@:\s]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(?!//)[^:]")
_WITH_PASSWORD = re.compile(r"(?<![^/@:\s])[^/@:\s]++:[^/@:\s]++@[\w.-]++(?:/|:(?!//))")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+/[^/]")
_WITHOUT_SCHEME = {"ssh": _SCP, "https": _BARE}
_CODECOMMIT = re.compile(r"codecommit::(?P<region>[a-z0-9-]+)://(?:[^@/]*@)?(?P<name>[\w.-]+)")
_PORT = re.compile(r"[0-9]+")
_LARGEST_PORT = 65535
_MOST_DIGITS = 6  # more than any port has
_USER = "git"  # messages show only this user, because another user may be a token
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = "/%~@!$&'()*+,;=-._"

_REVISIONS = ("ref", "revision", "rev", "branch", "tag", "commit", "version", "at", "h", "sha")
_PATHS = ("path", "subdirectory", "file", "dir")
_SETTING = re.compile(r"\w+=")
# fragments that web pages use; Git has no meaning for them
_ANCHOR = re.compile(r"(?:L\d+.*|lines-\d.*|readme|user-content.*|/.*)", re.IGNORECASE)
_WORD = re.compile(r"[\w./+-]+")  # a revision or a path in a query that a message may show
_AZURE = re.compile(r"G[BTC](?=.)")  # Azure DevOps writes GB, GT or GC before a revision

_GITHUB = "github.com"
_FORGES = {_GITHUB, "gitlab.com", "bitbucket.org", "dev.azure.com", "codeberg.org"}


@dataclass(frozen=True, slots=True)
class _PastedUrl:
    """The parts of a pasted text. The path begins with a slash; query and fragment are unchanged.

    For ssh the host includes the user, or USER in place of a user that must not be shown.
    """

    scheme: str
    host: str
    path: str
    query: Mapping[str, str]
    fragment: str

    @property
    def repository_host(self) -> str:
        """The host that serves the repository."""
        return _GITHUB if self.host in RAW_HOSTS else self.host

    @property
    def host_without_user(self) -> str:
        """The host, also for ssh without the user."""
        return self.host.rpartition("@")[2]


def guess_location(text: str) -> Location | None:
    """Return the location that a text probably means; it is not verified. None if nothing fits."""
    text = text.strip(_WRAPPING)
    repository = _CODECOMMIT.fullmatch(text)
    if repository:
        host = f"git-codecommit.{repository['region']}.amazonaws.com"
        return Location(f"https://{host}/v1/repos/{repository['name']}")
    try:
        return _location(_split(_TOOLS.sub("", text, count=1)))
    except _UncertainError:
        return None


def is_repository(text: str) -> bool:
    """Return whether the name of a document looks like a repository's URL rather than a file."""
    text = text.strip(_WRAPPING)
    scp = _SCP.match(text)
    has_host = scp or _BARE.match(text)
    forms = (
        _has_scheme(text),
        _TOOLS.match(text),
        text.startswith("codecommit::"),
        text.partition("/")[0].lower() in _FORGES,
        scp and "@" in scp[0],
        has_password(text),
        has_host and text.rstrip("/").endswith(".git"),
    )
    return any(forms)


def has_password(text: str) -> bool:
    """Return whether a text has `USER:PASSWORD@HOST` in it, with or without a scheme before it."""
    return _WITH_PASSWORD.search(text) is not None


def is_page(scheme: str, host: str, path: str) -> bool:
    """Return whether a URL is that of a page of a web interface."""
    return scheme == "https" and location_of_page(host, path) is not None


class _UncertainError(Exception):
    """A text does not show a scheme, a host or a path for certain."""


def _location(url: _PastedUrl) -> Location:
    """Return the location that the parts of a text mean.

    A revision after @ or in the query counts before that of a page, and so does a path.

    Raises:
        _UncertainError: they name no repository.
    """
    path, revision = split_revision(url.path)
    shown = location_of_page(url.host_without_user, path) or _subfolder(path)
    if not shown.url.strip("/"):
        raise _UncertainError
    asked = _asked(url)
    repository = _STRAY_PERCENT.sub("%25", quote(shown.url, safe=_PLAIN))
    return Location(
        f"{url.scheme}://{url.repository_host}{repository}",
        unquote(revision or "") or asked.revision or shown.revision,
        normal_path(asked.path or shown.path),
    )


def _subfolder(path: str) -> Location:
    """Return what `REPOSITORY//FOLDER` means, which is a form of Terraform and Kustomize."""
    repository, _, folder = path.strip("/").partition("//")
    if folder:
        return Location(f"/{repository}", "", folder)
    return Location(path.rstrip("/"))


def _asked(url: _PastedUrl) -> Location:
    """Return the revision and the path in the query and in the fragment, if they may be shown."""
    settings = {**url.query, **_fragment_settings(url.fragment)}
    settings = {name: value for name, value in settings.items() if _WORD.fullmatch(value)}
    revision = _first(settings, _REVISIONS)
    if "version" in settings:
        revision = _AZURE.sub("", revision, count=1)
    return Location("", revision.removeprefix("refs/heads/"), _first(settings, _PATHS))


def _fragment_settings(fragment: str) -> dict[str, str]:
    """Return the settings in a fragment. A single word is a revision, as npm writes it."""
    if _SETTING.match(fragment):
        return dict(parse_qsl(fragment))
    if not fragment or _ANCHOR.fullmatch(fragment):
        return {}
    return {"ref": fragment}


def _first(settings: Mapping[str, str], names: Iterable[str]) -> str:
    """Return the value of the first of several names that is set; empty if none is."""
    return next((settings[name] for name in names if name in settings), "")


# Taking a text apart


def _split(text: str) -> _PastedUrl:
    """Split a text into the parts of a URL.

    Raises:
        _UncertainError: its scheme, host or path is not certain.
    """
    text, _, fragment = text.partition("#")
    text, _, query = text.partition("?")
    scheme, rest = _scheme(text)
    authority, slash, path = rest.replace("\\", "/").partition("/")
    _, user, host = authority.rpartition("@")
    # Without a user before it, the text after a colon can be a password.
    has_scp_path = bool(user) or (scheme == "ssh" and "@" not in path)
    host, path = _host_and_path(host, f"{slash}{path}", has_scp_path=has_scp_path)
    if scheme == "ssh":
        host = f"{_shown_user(authority)}@{host}"
    return _PastedUrl(scheme, host, path, dict(parse_qsl(query)), fragment)


def _has_scheme(text: str) -> bool:
    has_other_scheme = "://" in text and _OTHER_SCHEME.match(text)
    return bool(has_other_scheme or _KNOWN_SCHEME.match(text))


def _scheme(text: str) -> tuple[str, str]:
    """Return the scheme to use and the text after it.

    Raises:
        _UncertainError: the text is not a server's URL.
    """
    scheme = _KNOWN_SCHEME.match(text)
    if scheme:
        return _SCHEMES[scheme[1].lower()], text[scheme.end() :]
    if not _has_scheme(text):
        for name, form in _WITHOUT_SCHEME.items():
            if form.match(text):
                return name, text
    raise _UncertainError


def _shown_user(authority: str) -> str:
    """Return the user that a message shows for `USER@HOST`."""
    userinfo, at, _ = authority.rpartition("@")
    is_harmless = not at or userinfo.partition(":")[0] == _USER
    return _USER if is_harmless else "USER"


def _host_and_path(text: str, path: str, *, has_scp_path: bool) -> tuple[str, str]:
    """Return the host with its port, and the path.

    Args:
        text: the text between the user and the first slash.
        path: the text from that slash on.
        has_scp_path: whether the text after a colon can be the beginning of the path.

    Raises:
        _UncertainError: one of them is not certain.
    """
    address = _ipv6(text)
    if address:
        return address, path
    bracket = text.rpartition("]")[0]
    name, _, after_colon = text[len(bracket) :].partition(":")
    host = _ascii_host(bracket + name)
    if not after_colon:
        return host, path
    if _PORT.fullmatch(after_colon):
        return f"{host}:{_port(after_colon)}", path
    path = f"/{after_colon}{path}"
    if not has_scp_path or "@" in path.partition(".git@")[0]:
        raise _UncertainError
    return host, path


def _port(digits: str) -> str:
    """Return the digits of a port.

    Raises:
        _UncertainError: there is no such port.
    """
    if not 0 < int(digits[:_MOST_DIGITS]) <= _LARGEST_PORT:
        raise _UncertainError
    return digits


def _ipv6(text: str) -> str:
    """Return an IPv6 address that was written without brackets, with them; empty for other text."""
    try:
        return f"[{IPv6Address(text)}]"
    except AddressValueError:
        return ""


def _ascii_host(host: str) -> str:
    """Return a host as a URL writes it.

    Raises:
        _UncertainError: it is not a host.
    """
    if host.startswith("[") and host.endswith("]"):
        return host
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        raise _UncertainError from None
    if not _HOST.fullmatch(ascii_host):
        raise _UncertainError
    return ascii_host
