"""The keys that a known_hosts file names for a host, as sshd(8) describes it (SSH_KNOWN_HOSTS FILE FORMAT). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate

_FIELDS = 3
_USUAL_PORT = 22


@dataclass(frozen=True, slots=True)
class HostKeys:
    """What is known of a host: the keys that are trusted and those that are revoked, each as (type, key)."""

    trusted: frozenset[tuple[str, bytes]] = frozenset()
    revoked: frozenset[tuple[str, bytes]] = frozenset()


def of_host(text: str, host: str, port: int) -> HostKeys:
    """Return the keys of a host. Lines that cannot be read are passed over, as ssh does; so are authorities of hosts.

    Args:
        text: what the file holds.
        host: a name or an address.
        port: where it listens.
    """
    name = host if port == _USUAL_PORT else f"[{host}]:{port}"
    keys: dict[str, set[tuple[str, bytes]]] = {"": set(), "@revoked": set()}
    for marker, patterns, key in _lines(text):
        if marker in keys and _names(patterns, name):
            keys[marker].add(key)
    return HostKeys(frozenset(keys[""]), frozenset(keys["@revoked"]))


def _lines(text: str) -> Iterator[tuple[str, str, tuple[str, bytes]]]:
    for line in text.splitlines():
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < _FIELDS or fields[0].startswith("#"):
            continue
        try:
            yield marker, fields[0], (fields[1], base64.b64decode(fields[2], validate=True))
        except ValueError:
            continue


def _names(patterns: str, name: str) -> bool:
    """Tell whether a list of patterns names a host; one after `!` that fits takes it out."""
    fits = False
    for pattern in patterns.split(","):
        if pattern.startswith("|1|"):
            fits = fits or _is_hash_of(pattern, name)
        elif _fits(pattern.removeprefix("!"), name):
            if pattern.startswith("!"):
                return False
            fits = True
    return fits


def _fits(pattern: str, name: str) -> bool:
    # only * and ? are special, [ stands before an address
    plain = pattern.lower().replace("[", "[[]")
    return re.match(translate(plain), name.lower()) is not None


def _is_hash_of(pattern: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in pattern.split("|")[2:])
    except ValueError:
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), digest)
