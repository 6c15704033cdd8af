"""The keys of a host in a known_hosts file. Pure.

The format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import translate

_FIELDS = 3
_DEFAULT_PORT = 22
_HASHED = "|1|"


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The keys of a host that are trusted and those that are revoked, each as (type, key)."""

    trusted: frozenset[tuple[str, bytes]] = frozenset()
    revoked: frozenset[tuple[str, bytes]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file: its marker or an empty text, the patterns of host names, the key."""

    marker: str
    patterns: str
    key: tuple[str, bytes]


def of_host(text: str, host: str, port: int) -> HostKeys:
    """Return the keys of a host.

    Lines that cannot be read are skipped, as ssh does. So are certificate authorities.

    Args:
        text: the content of the file.
        host: a name or an address.
        port: the port of the server.
    """
    name = host if port == _DEFAULT_PORT else f"[{host}]:{port}"
    keys: dict[str, set[tuple[str, bytes]]] = defaultdict(set)
    for line in map(_parsed, text.splitlines()):
        if line is not None and _matches(line.patterns, name):
            keys[line.marker].add(line.key)
    return HostKeys(trusted=frozenset(keys[""]), revoked=frozenset(keys["@revoked"]))


def _parsed(line: str) -> _Line | None:
    """Return the content of a line; None for a comment and for a line that cannot be read."""
    fields = line.split()
    marker = fields.pop(0) if line.lstrip().startswith("@") else ""
    if len(fields) < _FIELDS or fields[0].startswith("#"):
        return None
    patterns, kind, key = fields[:_FIELDS]
    try:
        return _Line(marker, patterns, (kind, base64.b64decode(key, validate=True)))
    except ValueError:
        return None


def _matches(patterns: str, name: str) -> bool:
    """Return whether a list of patterns matches a name; a match after `!` excludes the name."""
    is_listed = False
    for pattern in patterns.split(","):
        if not _matches_pattern(pattern.removeprefix("!"), name):
            continue
        if pattern.startswith("!"):
            return False
        is_listed = True
    return is_listed


def _matches_pattern(pattern: str, name: str) -> bool:
    if pattern.startswith(_HASHED):
        return _is_hash_of(pattern, name)
    return _matches_wildcards(pattern, name)


def _matches_wildcards(pattern: str, name: str) -> bool:
    """Return whether a pattern matches a name. Only * and ? are special; [ begins an address."""
    escaped = pattern.lower().replace("[", "[[]")
    return re.match(translate(escaped), name.lower()) is not None


def _is_hash_of(pattern: str, name: str) -> bool:
    """Return whether `|1|SALT|DIGEST` is the hash of a name."""
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in pattern.split("|")[2:])
    except ValueError:
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), digest)
