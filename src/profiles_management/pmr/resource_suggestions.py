"""Suggestions for names in a quota that count nothing: the name that was probably meant.

Words are compared by what they mean. `requests.gpu` is far from `requests.cpu`, although they
differ in one letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Final

from profiles_management.pmr.known_resources import (
    DEVICES,
    GROUPS_OF,
    IN_CONTAINERS,
    IN_QUOTAS,
    SIDES,
    THINGS,
)
from profiles_management.pmr.names import near
from profiles_management.pmr.resource_names import (
    DEVICE_CLASS,
    OBJECT_COUNT,
    STORAGE_CLASS,
    STORAGE_CLASS_RESOURCES,
    is_counted,
    sides_of,
)

API_VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")

_NO_CLASSES: Final = frozenset({"requests", "limits", "storageclass", "deviceclass"})
_LONGEST: Final = 80  # characters; longer names get no suggestion
_CUTOFF: Final = 0.8  # similarity of a misspelled word; a lower one would take gpu for cpu
_SHORTEST_MISSPELLED: Final = 4  # characters; of two shorter words, nobody can say which is meant
_PARTS = re.compile(r"[^./]+")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
_COUNT_PREFIX = re.compile(r"(?i)counts?[/.-]")


def _words_of(plural: str) -> Iterator[str]:
    """Yield the words that mean a kind of object: its plural, and what may be its singular."""
    yield plural.removesuffix("ies") + "y"
    yield from map(plural.removesuffix, ("ies", "es", "s", ""))


def object_count(plural: str) -> str:
    """Return the name in a quota that counts a known kind of object: `count/jobs.batch`."""
    return f"{OBJECT_COUNT}{plural}.{GROUPS_OF[plural]}".rstrip(".")


_PLURALS: Final = {word: plural for plural in GROUPS_OF for word in _words_of(plural)}
"""The plural of a known kind of object by each of its words."""

_NOT_OBJECTS: Final = IN_QUOTAS - GROUPS_OF.keys()
_NAMES: Final = {
    **{word: object_count(plural) for word, plural in _PLURALS.items()},
    **{word: plural for word, plural in _PLURALS.items() if plural in IN_QUOTAS},
    **THINGS,
    **{_NOT_ALPHANUMERIC.sub("", name): name for name in IN_QUOTAS},
}
"""The name in a quota of each thing by what people call it."""


def suggested_name(name: str) -> str:
    """Return the name in a quota that was probably meant, '' where that is not clear.

    The returned name is valid, counts, and differs from the given one.
    """
    if len(name) > _LONGEST:
        return ""
    better = _candidate(name.strip())
    if better == name or not is_counted(better):
        return ""
    return better


def _candidate(name: str) -> str:
    unsided = sides_of(name)[1]
    prefix = _COUNT_PREFIX.match(unsided)
    if prefix is not None:
        return _candidate_for_count(unsided[prefix.end() :])
    readings = (_device, _object_count, _from_word) if "/" in name else (_from_word, _object_count)
    return _first_reading(name, readings)


def _first_reading(name: str, readings: Iterable[Callable[[str], str]]) -> str:
    """Return the first name that one of these ways to read a name gives, '' for none."""
    return next(filter(None, (read(name) for read in readings)), "")


def _candidate_for_count(counted: str) -> str:
    """Return the candidate for `count/NAME`, which many people write for what is not an object."""
    if counted in _NOT_OBJECTS:
        return counted
    return _first_reading(counted, (_device, _object_count, _candidate))


# storage classes and device classes


def suggested_class(domain: str, last: str) -> str:
    """Return the name of a class that `domain/last` means, '' where that is not clear."""
    class_name = domain.partition(".")[0]
    if class_name in _NO_CLASSES:
        return ""
    if "deviceclass" in domain:
        return f"{class_name}{DEVICE_CLASS}"
    resource = _storage_resource(last)
    if resource not in STORAGE_CLASS_RESOURCES:
        return ""
    return f"{class_name}{STORAGE_CLASS}{resource}"


def _storage_resource(last: str) -> str:
    """Return the resource that the end of a name means, '' for none."""
    if last in STORAGE_CLASS_RESOURCES:
        return last
    word = last.lower().removeprefix("requests.").removeprefix("limits.")
    return THINGS.get(_simplified(word), "")


# objects


def _object_count(written: str) -> str:
    """Return the `count/NAME.GROUP` that was meant by a kind of object, or ''.

    Args:
        written: `deployment`, `deployments.v1.apps`, `apps/v1/deployments` and the like.
    """
    words = re.findall(r"[^./]+", written.lower())
    parts = [word for word in words if not API_VERSION.fullmatch(word)]
    kind = next(filter(_PLURALS.__contains__, parts), None)
    if kind is None:
        return ""
    parts.remove(kind)
    plural = _PLURALS[kind]
    if not _is_group_of(plural, ".".join(parts)):
        return ""
    return object_count(plural)


def _is_group_of(plural: str, written: str) -> bool:
    """Return whether the written group is absent, incomplete or a misspelling of the right one.

    A group without a dot is incomplete: only Kubernetes itself has such groups.
    """
    return "." not in written or near(written, [GROUPS_OF[plural]], _CUTOFF) is not None


# devices


def _device(name: str) -> str:
    """Return `requests.DOMAIN/NAME` for a device with any prefixes, '' for any other name."""
    prefixed_domain, _, device = name.partition("/")
    domain = sides_of(prefixed_domain)[1]
    has_one_slash = name.count("/") == 1
    if not has_one_slash or _is_object(domain, device):
        return ""
    known = known_device(domain, device)
    written = f"{domain}/{device}" if "." in domain else ""
    meant = known or written
    return f"requests.{meant}" if meant else ""


def _is_object(domain: str, last: str) -> bool:
    """Return whether `domain/last` names a kind of object or an API version, not a device."""
    if domain in ("count", "counts") or last.lower() in GROUPS_OF:
        return True
    return any(map(API_VERSION.fullmatch, (domain, last)))


def known_device(domain: str, device: str) -> str:
    """Return the known `domain/device` that is misspelled here, '' where there is none."""
    vendor = _vendor(domain)
    for known in DEVICES.get(vendor, ()):
        if device.lower() in (known, f"{known}s"):
            meant = f"{vendor}/{known}"
            return "" if meant == f"{domain}/{device}" else meant
    return ""


def _vendor(domain: str) -> str:
    """Return the domain of the vendor of devices that a domain means: nvidia.com for nvidia."""
    first_part = domain.lower().partition(".")[0]
    by_first_part = {vendor.partition(".")[0]: vendor for vendor in DEVICES}
    return by_first_part.get(first_part) or near(domain, DEVICES, _CUTOFF) or ""


# words


def _from_word(name: str) -> str:
    """Return the name that a word means: `limitsCpu`, `memory_limit`, `requests.gpu`."""
    last = name.rpartition(".")[2]
    if last.lower().startswith("hugepages-"):
        return f"requests.{last}"
    word = _simplified(name)
    unsided = [*_without_side(word)]
    for side, thing in (("", word), *unsided):
        if thing in _NAMES:
            return _on_side(side, thing)
    return _from_similar_word(unsided or [("", word)])


def _from_similar_word(words: Iterable[tuple[str, str]]) -> str:
    """Return the name that the first of these words, each with its side, misspells."""
    for side, word in words:
        similar = _similar_word(word)
        if similar is not None:
            return _on_side(side, similar)
    return ""


def _simplified(name: str) -> str:
    """Return only the letters and digits of a name, in lower case."""
    return _NOT_ALPHANUMERIC.sub("", name.lower())


def _without_side(word: str) -> Iterator[tuple[str, str]]:
    """Yield each side with which a word may begin or end, and the word without it."""
    for remove, side in product((word.removeprefix, word.removesuffix), SIDES):
        rest = remove(side)
        if rest != word:
            yield side, rest


def _on_side(side: str, thing: str) -> str:
    """Return the name for one side of a thing; only resources of containers have two sides."""
    name = _NAMES[thing]
    return f"{SIDES[side]}.{name}" if side and name in IN_CONTAINERS else name


def _similar_word(word: str) -> str | None:
    """Return the known word that a long enough word misspells, None for none."""
    if len(word) < _SHORTEST_MISSPELLED:
        return None
    return near(word, [*THINGS, *GROUPS_OF], _CUTOFF)
