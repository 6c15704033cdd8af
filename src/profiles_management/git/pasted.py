"""What people paste in place of a repository's URL, and the location that each of these means. Pure.

Pages of web interfaces (GitHub, GitLab, Gitea, Bitbucket, Azure DevOps, cgit, sourcehut), the scp
form, what pip, npm, Terraform and Kustomize write, and slips of the hand. A location made here is
for a message: it holds nothing of what stands before an @ or, unless it is known to be harmless,
after a question mark, because either may be a secret.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import parse_qsl, quote, unquote

from profiles_management.git.location import Location, revision_start

_WRAPPING = "\"'`<>,; \t\r\n"
_SECURE = {"ssh": "ssh", "svn+ssh": "ssh"}  # every other scheme becomes https
_TOOLS = re.compile(r"(?:git::|git\+)+", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+]*)(?::[/\\]*|[/\\]{2,})(?=[^:])", re.IGNORECASE)
_SCHEMES = {"http", "https", "ssh", "git", "svn+ssh"}
_SCP = re.compile(r"(?:[^/@:\s]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(?!//)[^:]")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+/[^/]")
_CODECOMMIT = re.compile(r"codecommit::(?P<region>[a-z0-9-]+)://(?:[^@/]*@)?(?P<name>[\w.-]+)")
_LARGEST_PORT = 65535
_USER = "git"  # the only user that a message shows: another may be a token
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = "/%~@!$&'()*+,;=-._"

_REVISIONS = ("ref", "revision", "rev", "branch", "tag", "commit", "version", "at", "h", "sha")
_PATHS = ("path", "subdirectory", "file", "dir")
# of a page, not of Git
_ANCHOR = re.compile(r"(?:L\d+.*|lines-\d.*|readme|user-content.*|/.*)", re.IGNORECASE)
_WORD = re.compile(r"[\w./+-]+")  # what a revision or a path in a query may be, to be shown
_AZURE = re.compile(r"G[BTC](?=.)")  # how Azure DevOps begins a branch, a tag and a commit

_VIEWS = {"tree", "blob", "raw", "blame", "edit"}
_GITEA = {"src", "raw", "media", "blame", "commits"}
_KINDS = {"branch", "tag", "commit"}
_GITHUB = "github.com"
_FORGES = {_GITHUB, "gitlab.com", "bitbucket.org", "dev.azure.com", "codeberg.org"}
_RAW_HOSTS = {"raw.githubusercontent.com", "raw.github.com"}
_OWNED = 2  # segments of OWNER/REPOSITORY


@dataclass(frozen=True, slots=True)
class _Text:
    """A pasted text, taken apart: `path` begins with a slash, `query` and `fragment` are as they were written."""

    scheme: str
    host: str
    path: str
    query: Mapping[str, str]
    fragment: str


def meant(text: str) -> Location | None:
    """Return the location that a text probably means, None where nobody can know; nothing of it is verified."""
    text = text.strip(_WRAPPING)
    if found := _CODECOMMIT.fullmatch(text):
        host = f"git-codecommit.{found['region']}.amazonaws.com"
        return Location(f"https://{host}/v1/repos/{found['name']}")
    parts = _apart(_TOOLS.sub("", text, count=1))
    if parts is None:
        return None
    asked = _asked(parts)
    whole, asked_revision = _revision_apart(parts.path)
    parts = replace(parts, path=whole)
    location = _page(parts) or _folder(parts)
    if location is None:
        location = Location(whole.rstrip("/"))
    if not location.url.strip("/"):
        return None
    host = _GITHUB if parts.host in _RAW_HOSTS else parts.host
    return Location(
        f"{parts.scheme}://{host}{_written(location.url)}",
        asked_revision or asked.revision or location.revision,
        normal(asked.path or location.path),
    )


def is_repository(text: str) -> bool:
    """Return whether the name of a document looks like the URL of a repository rather than like a file."""
    text = text.strip(_WRAPPING)
    scheme = _SCHEME.match(text)
    if scheme is not None and ("://" in text or scheme[1].lower() in _SCHEMES):
        return True
    if _TOOLS.match(text) or text.startswith("codecommit::"):
        return True
    scp = _SCP.match(text)
    if text.partition("/")[0].lower() in _FORGES:
        return True
    return (scp is not None and "@" in scp[0]) or (
        text.rstrip("/").endswith(".git") and (scp is not None or _BARE.match(text) is not None)
    )


def is_page(scheme: str, host: str, path: str) -> bool:
    """Return whether a path is that of a page of a web interface; one that ends in `.git` never is."""
    return scheme == "https" and _page(_Text(scheme, host, path, {}, "")) is not None


def _apart(text: str) -> _Text | None:
    """Take a text apart as leniently as can be; None where its host is not certain."""
    text, _, fragment = text.partition("#")
    text, _, query = text.partition("?")
    scheme, rest = _scheme(text)
    if scheme is None:
        return None
    authority, slash, path = rest.replace("\\", "/").partition("/")
    userinfo, at, host = authority.rpartition("@")
    scp = bool(at) or (scheme == "ssh" and "@" not in path)
    where = _host(host, scp=scp, tail=f"{slash}{path}")
    if where is None:
        return None
    host, path = where
    if scheme == "ssh":
        user = userinfo.partition(":")[0] if at else _USER
        host = f"{_USER if user == _USER else 'USER'}@{host}"
    return _Text(scheme, host, path, dict(parse_qsl(query)), fragment)


def _scheme(text: str) -> tuple[str | None, str]:
    """Return the scheme that a text should have, None where it means no repository of a server, and what follows."""
    found = _SCHEME.match(text)
    if found and found[1].lower() in _SCHEMES:
        return _SECURE.get(found[1].lower(), "https"), text[found.end() :]
    if found and "://" in text:
        return None, ""
    if _SCP.match(text):
        return "ssh", text
    return ("https", text) if _BARE.match(text) else (None, "")


def _host(text: str, *, scp: bool, tail: str) -> tuple[str, str] | None:
    """Return the host, with its port, and the path, of which scp writes the beginning after a colon.

    Args:
        text: what stands between the user and the first slash.
        scp: whether what follows a colon can be a path. Without a user before it, it can be a
            password.
        tail: what follows.
    """
    try:
        return f"[{IPv6Address(text)}]", tail
    except AddressValueError:
        pass
    bracket = text.rpartition("]")[0]
    host, _, port = text[len(bracket) :].partition(":")
    host = _ascii(bracket + host)
    if not host or not port:
        return (host, tail) if host else None
    if port.isascii() and port.isdecimal():
        return (f"{host}:{port}", tail) if 0 < int(port) <= _LARGEST_PORT else None
    path = f"/{port}{tail}"
    repository = path.partition(".git@")[0]
    return (host, path) if scp and "@" not in repository else None


def _ascii(host: str) -> str:
    """Return a host as URLs have it, nothing where it is none."""
    if host.startswith("["):
        return host if host.endswith("]") else ""
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def _asked(parts: _Text) -> Location:
    """Return the revision and the path that stand after ? and #; of the rest nothing is kept."""
    if re.match(r"\w+=", parts.fragment):
        named = dict(parse_qsl(parts.fragment))
    elif not parts.fragment or _ANCHOR.fullmatch(parts.fragment):
        named = {}
    else:
        named = {"ref": parts.fragment}
    given = {
        name: value for name, value in {**parts.query, **named}.items() if _WORD.fullmatch(value)
    }
    revision = next((given[name] for name in _REVISIONS if name in given), "")
    path = next((given[name] for name in _PATHS if name in given), "")
    if "version" in given:
        revision = _AZURE.sub("", revision, count=1)
    return Location("", revision.removeprefix("refs/heads/"), path)


def _revision_apart(path: str) -> tuple[str, str]:
    """Return a path and the revision that follows the @ at its end."""
    at = revision_start(path)
    return (path, "") if at < 0 else (path[:at], unquote(path[at + 1 :]))


def _folder(parts: _Text) -> Location | None:
    """Return what Terraform and Kustomize mean: `REPOSITORY//FOLDER`."""
    repository, _, folder = parts.path.strip("/").partition("//")
    return Location(f"/{repository}", "", folder) if folder else None


def _page(parts: _Text) -> Location | None:
    """Return what a page of a web interface shows, its URL without scheme and host; None where it is no page."""
    host = parts.host.rpartition("@")[2].lower()
    path = parts.path.strip("/")
    segments = path.split("/")
    if host in _RAW_HOSTS:
        return _at(segments[:_OWNED], segments[_OWNED:])
    if "//" in path or (
        path.endswith(".git") and not any(one.endswith(".git") for one in segments[:-1])
    ):
        return None
    for read in (_gitlab, _inside, _gitea, _bitbucket_server, _azure):
        if (found := read(segments)) is not None:
            return found
    return _owned(host, segments)


def _gitlab(segments: Sequence[str]) -> Location | None:
    """GROUP/…/PROJECT/-/tree/REVISION/PATH."""
    if "-" not in segments[_OWNED:]:
        return None
    end = segments.index("-", _OWNED)
    return _view(segments[:end], segments[end + 1 :])


def _inside(segments: Sequence[str]) -> Location | None:
    """…/REPOSITORY.git/ and anything: a page of cgit, or what Git itself asks a server for."""
    ends = [
        number for number, one in enumerate(segments[:-1]) if one.endswith(".git") and one != ".git"
    ]
    if not ends:
        return None
    repository, rest = segments[: ends[0] + 1], segments[ends[0] + 1 :]
    if rest[0] in {"tree", "plain"}:  # cgit has the revision in its query
        return Location(_joined(repository), "", "/".join(rest[1:]))
    return Location(_joined(repository))


def _gitea(segments: Sequence[str]) -> Location | None:
    """OWNER/REPOSITORY/src/branch/REVISION/PATH."""
    match segments:
        case [owner, name, view, kind, _, *_] if view in _GITEA and kind in _KINDS:
            return _at([owner, name], segments[4:])
    return None


def _bitbucket_server(segments: Sequence[str]) -> Location | None:
    """projects/KEY/repos/NAME/browse/PATH, whose repository is scm/key/NAME.git; people have a ~ before their name."""
    if "repos" not in segments:
        return None
    end = segments.index("repos")
    match segments[max(end - 2, 0) :]:
        case ["projects" | "users" as kind, key, "repos", name, *rest]:
            key = f"~{key}" if kind == "users" else key.lower()
            path = "/".join(rest[1:]) if rest[:1] in (["browse"], ["raw"]) else ""
            return Location(_joined([*segments[: end - 2], "scm", key, f"{name}.git"]), "", path)
    return None


def _azure(segments: Sequence[str]) -> Location | None:
    """…/_git/NAME and more; what is shown is in the query."""
    if "_git" not in segments:
        return None
    end = segments.index("_git") + 2
    return Location(_joined(segments[:end])) if len(segments) > end else None


def _owned(host: str, segments: Sequence[str]) -> Location | None:
    """OWNER/REPOSITORY/tree/REVISION/PATH, as GitHub has it; Bitbucket writes src, sourcehut has an item."""
    repository, rest = segments[:_OWNED], segments[_OWNED:]
    views = _VIEWS | {"src"} if host == "bitbucket.org" else _VIEWS
    if len(rest) > 1 and rest[0] in views:
        return _view(repository, rest)
    if host == _GITHUB and rest:
        return _view(repository, rest)
    return None


def _view(repository: Sequence[str], rest: Sequence[str]) -> Location | None:
    """Return what stands after a repository: a view, a revision, a path."""
    match rest:
        case ["pull", number, *_] if number.isdecimal():
            return Location(_joined(repository), f"refs/pull/{number}/head")
        case ["commit", revision, *_] | ["releases", "tag", revision, *_]:
            return Location(_joined(repository), unquote(revision))
        case [view, _, *_] if view in {*_VIEWS, "src", "commits"}:
            return _at(repository, rest[1:])
    return Location(_joined(repository))


def _at(repository: Sequence[str], rest: Sequence[str]) -> Location | None:
    """Return a revision, which is one segment unless it is written whole, and the path that follows it."""
    if not rest:
        return None
    if list(rest[:1]) == ["refs"] and len(rest) > _OWNED:
        rest = rest[_OWNED:]
    of_sourcehut = repository[0].startswith("~") and list(rest[1:2]) == ["item"]
    path = rest[2:] if of_sourcehut else rest[1:]
    return Location(_joined(repository), unquote(rest[0]), unquote("/".join(path)))


def _joined(segments: Sequence[str]) -> str:
    return f"/{'/'.join(segments)}"


def _written(path: str) -> str:
    """Return a path as a URL has it."""
    return _STRAY_PERCENT.sub("%25", quote(path, safe=_PLAIN))


def normal(path: str) -> str:
    """Return a path as it is written from the top of the repository, nothing where it leads out of it."""
    top = posixpath.normpath(path.replace("\\", "/").lstrip("/")) if path else "."
    leads_out = top in {".", ".."} or top.startswith("../") or not top.isprintable()
    return "" if leads_out else top
