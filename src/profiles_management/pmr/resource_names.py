"""Names of resources in a quota: which of them count anything, and what the others mean.

The API server takes any `domain/name`, and counts nothing by most of them. Sources:
`MatchingResources` in
https://github.com/kubernetes/kubernetes/tree/master/pkg/quota/v1/evaluator/core, and
`ValidateResourceQuotaResourceName` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from profiles_management.pmr import quantities
from profiles_management.pmr.known_resources import (
    CLOSED_GROUPS,
    CLUSTER_WIDE,
    DEVICES,
    GROUPS_OF,
    IN_CONTAINERS,
    IN_QUOTAS,
    NEVER_COUNTED,
    SIDES,
    THINGS,
)
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import is_qualified, near, quoted

_LONGEST: Final = 80  # characters of a name that a remedy looks at
_NEAR: Final = 0.8  # how alike a misspelled word is to the right one; gpu is never cpu
_SHORTEST_MISSPELLED: Final = 4
_STORAGE_CLASS: Final = ".storageclass.storage.k8s.io/"
_OF_STORAGE_CLASS: Final = ("requests.storage", "persistentvolumeclaims")
_DEVICE_CLASS: Final = ".deviceclass.resource.k8s.io/devices"
_REQUESTED_DEVICE_CLASS: Final = "requests.deviceclass.resource.kubernetes.io/"
_PAGES: Final = ("hugepages-", "requests.hugepages-")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
_COUNTING = re.compile(r"(?i)counts?[/.-]")
_VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")
_PAGE_SIZE = re.compile(r"([0-9]{1,12})((?:[KMGTkmgt][Ii]?[Bb]?)?)")
_KIBI: Final = 1024
_OBJECT_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_STANDARD: Final = {_NOT_ALPHANUMERIC.sub("", name): name for name in IN_QUOTAS}
_EXAMPLES: Final = "name a standard resource such as limits.cpu, or requests.domain/name"
_OTHER_SCHEDULER: Final = "keep it only where another scheduler reads it"


def is_extended(name: str) -> bool:
    """Return whether a container asks for this as for a device: `nvidia.com/gpu`."""
    native = "/" not in name or "kubernetes.io/" in name
    return not native and not name.startswith("requests.") and is_qualified("requests." + name)


def is_taken(name: str) -> bool:
    """Return whether the API server takes this name in a quota, even if it counts nothing by it."""
    return is_qualified(name) and ("/" in name or name in IN_QUOTAS or name.startswith(_PAGES))


def is_device(name: str) -> bool:
    """Return whether a name in a quota counts devices."""
    return name.startswith("requests.") and is_extended(name.removeprefix("requests."))


@lru_cache(maxsize=8192)
def name_error(name: str) -> Finding | None:
    """Return why a name cannot be in a quota: the server refuses it, or it is a slip of the pen."""
    if not is_taken(name):
        return _unknown(name)
    if name in IN_QUOTAS:
        return None
    if name.startswith("count/"):
        return _object_error(name)
    if name.startswith(_PAGES):
        return page_error(name)
    if _is_of_a_class(name):
        return None
    return _prefix_error(name)


def _unknown(name: str) -> Finding:
    what = f"{quoted(name)} is no resource that can be limited here"
    better = meant(name)
    remedy = f"write: {better}" if better else _EXAMPLES
    return Finding("unknown-resource", what, remedy, at_key=True)


def _counts_nothing(name: str, why: str, remedy: str, otherwise: str = "remove it") -> Finding:
    what = f"Kubernetes counts nothing by {quoted(name)}: {why}"
    return Finding("counts-nothing", what, f"write: {remedy}" if remedy else otherwise, at_key=True)


def _is_of_a_class(name: str) -> bool:
    """Return whether a name counts by storage class or by device class."""
    by_storage = any(name.endswith(_STORAGE_CLASS + resource) for resource in _OF_STORAGE_CLASS)
    return by_storage or name.endswith(_DEVICE_CLASS) or name.startswith(_REQUESTED_DEVICE_CLASS)


def _prefix_error(name: str) -> Finding | None:
    """Return what is wrong with a `domain/name` that is no count and of no class."""
    domain, _, last = name.partition("/")
    if "storageclass" in domain or "deviceclass" in domain or last in _OF_STORAGE_CLASS:
        return _class_error(name, domain, last)
    side, rest = _side_of(domain)
    if side and _side_of(rest)[0]:
        return _counts_nothing(name, "it has two prefixes", meant(name))
    is_foreign = "kubernetes.io/" in name or domain.endswith("k8s.io")
    if is_foreign or domain.startswith(("requests.", "limits.")):
        return None
    return _unknown(name)


def _class_error(name: str, domain: str, last: str) -> Finding:
    why = "a storage class counts requests.storage and persistentvolumeclaims"
    form = f"gold{_STORAGE_CLASS}requests.storage"
    if "deviceclass" in domain:
        why, form = "a device class counts devices", f"gpu{_DEVICE_CLASS}"
    return _counts_nothing(name, why, _class_meant(domain, last), f"write it as in: {form}")


def _class_meant(domain: str, last: str) -> str:
    name = domain.partition(".")[0]
    if "deviceclass" in domain:
        return f"{name}{_DEVICE_CLASS}" if name not in ("requests", "limits", "deviceclass") else ""
    word = last.lower().removeprefix("requests.").removeprefix("limits.")
    resource = THINGS.get(_NOT_ALPHANUMERIC.sub("", word), "")
    is_class = name not in ("requests", "limits", "storageclass")
    resource = last if last in _OF_STORAGE_CLASS else resource
    return f"{name}{_STORAGE_CLASS}{resource}" if is_class and resource in _OF_STORAGE_CLASS else ""


# objects


def _object_error(name: str) -> Finding | None:
    """Return what is wrong with `count/NAME.GROUP`, where it certainly counts nothing."""
    written = name.removeprefix("count/")
    plural, _, group = written.partition(".")
    if plural in NEVER_COUNTED and group in ("", "events.k8s.io"):
        return _counts_nothing(name, f"{plural} are never counted", "")
    if plural in CLUSTER_WIDE:
        return _counts_nothing(name, f"{plural} are in no namespace", "")
    if GROUPS_OF.get(plural) == group:
        return None
    better = meant(name)
    if not _OBJECT_NAME.fullmatch(written):
        return _counts_nothing(name, "kinds of objects are named in lower case", better)
    if group in CLOSED_GROUPS or "." not in group:
        why = f"the API group {group} has no {plural}" if group else f"{plural} needs its API group"
        if better and not better.startswith("count/"):
            why = f"{written} is no kind of object"
        return _counts_nothing(name, why, better, f"write it as in: count/{plural}.example.com")
    return _counts_nothing(name, "it is named otherwise", better) if better else None


def _object_meant(written: str) -> str:
    """Return the `count/NAME.GROUP` that was meant by a kind of object, or ''.

    Args:
        written: `deployment`, `deployments.v1.apps`, `apps/v1/deployments` and the like.
    """
    words = re.split(r"[./]", written.lower())
    parts = [word for word in words if word and not _VERSION.fullmatch(word)]
    place = next((place for place, part in enumerate(parts) if _plural(part)), None)
    if place is None:
        return ""
    plural = _plural(parts.pop(place))
    group = GROUPS_OF[plural]
    return f"count/{plural}.{group}".rstrip(".") if _is_that_group(".".join(parts), group) else ""


def _is_that_group(written: str, group: str) -> bool:
    """Return whether a group is missing, has no dot and so is nobody's, or is misspelled."""
    return "." not in written or near(written, [group], _NEAR) is not None


def _plural(word: str) -> str:
    """Return the plural of a known kind of object, '' for none."""
    forms = (word, f"{word}s", f"{word}es", f"{word.removesuffix('y')}ies")
    return next((form for form in forms if form in GROUPS_OF), "")


# huge pages


def page_error(name: str) -> Finding | None:
    """Return what is wrong with the size in a name of huge pages."""
    prefix, _, size = name.rpartition("-")
    better = _page_size(size)
    if size == better:
        return None
    why = "pages have a size such as 2Mi or 1Gi"
    remedy = f"{prefix}-{better}" if better else ""
    return _counts_nothing(name, why, remedy, "write it as in: hugepages-2Mi")


def _page_size(size: str) -> str:
    """Return a page size as nodes spell it, '' where there is none; pages are powers of two."""
    written = _PAGE_SIZE.fullmatch(size)
    if written is None:
        return ""
    unit = written[2][:1].upper()
    size = f"{written[1]}{unit}i" if unit else f"{int(written[1]) // _KIBI}Ki"
    spelled = quantities.canonical(size)
    amount = int(quantities.parse(spelled))
    return spelled if amount > 1 and amount & (amount - 1) == 0 and spelled.endswith("i") else ""


# what was meant


def meant(name: str) -> str:
    """Return the name in a quota that was probably meant, '' where that is not clear.

    It is valid and counts. Words are compared by what they mean: `requests.gpu` is far from
    `requests.cpu`, whatever its letters.
    """
    if len(name) > _LONGEST:
        return ""
    better = _meant(name.strip())
    return better if better != name and is_taken(better) and name_error(better) is None else ""


def _meant(name: str) -> str:
    _, unsided = _side_of(name)
    if counting := _COUNTING.match(unsided):
        rest = unsided[counting.end() :]
        if rest in IN_QUOTAS and rest not in GROUPS_OF:
            return rest
        return _device_meant(rest) or _object_meant(rest) or _meant(rest)
    if "/" in name:
        return _device_meant(name) or _object_meant(name) or _word_meant(name)
    return _word_meant(name) or _object_meant(name)


def _side_of(domain: str) -> tuple[str, str]:
    """Return the side with which `request.nvidia.com` begins, and the domain without it."""
    first, _, rest = domain.partition(".")
    return (SIDES[first.lower()], rest) if rest and first.lower() in SIDES else ("", domain)


def _device_meant(name: str) -> str:
    """Return `requests.DOMAIN/NAME` for a device with any prefixes, '' for what is none."""
    domain, slash, last = name.partition("/")
    side, rest = _side_of(domain)
    while side:
        domain = rest
        side, rest = _side_of(domain)
    known = known_device(domain, last)
    if not slash or "/" in last or domain in ("count", "counts") or "." not in domain + known:
        return ""
    if last.lower() in GROUPS_OF or any(_VERSION.fullmatch(part) for part in (domain, last)):
        return ""
    return f"requests.{known or f'{domain}/{last}'}"


def known_device(domain: str, last: str) -> str:
    """Return the device that a misspelled one means, '' where it is none or is spelled right."""
    first = domain.lower().partition(".")[0]
    vendors = {vendor.partition(".")[0]: vendor for vendor in DEVICES}
    vendor = vendors.get(first) or near(domain, DEVICES, _NEAR)
    if not vendor:
        return ""
    known = (device for device in DEVICES[vendor] if last.lower() in (device, f"{device}s"))
    device = next(known, "")
    return f"{vendor}/{device}" if device and (vendor, device) != (domain, last) else ""


def _word_meant(name: str) -> str:
    """Return the name that a word means: `limitsCpu`, `memory_limit`, `requests.gpu`."""
    word = _NOT_ALPHANUMERIC.sub("", name.lower())
    if name.lower().rpartition(".")[2].startswith("hugepages-"):
        return f"requests.{name.rpartition('.')[2]}"
    before = [(side, word.removeprefix(side)) for side in SIDES if word.startswith(side)]
    after = [(side, word.removesuffix(side)) for side in SIDES if word.endswith(side)]
    parted = [*before, *after]
    exact = ((side, _thing(rest)) for side, rest in [("", word), *parted])
    similar = ((side, _misspelled(rest)) for side, rest in parted or [("", word)])
    side, thing = next(((side, thing) for side, thing in (*exact, *similar) if thing), ("", ""))
    return f"{SIDES[side]}.{thing}" if side and thing in IN_CONTAINERS else thing


def _thing(word: str) -> str:
    """Return the name in a quota of a thing that people call so, '' for none."""
    if found := _STANDARD.get(word) or THINGS.get(word):
        return found
    plural = _plural(word)
    if not plural or plural in IN_QUOTAS:
        return plural
    return f"count/{plural}.{GROUPS_OF[plural]}".rstrip(".")


def _misspelled(word: str) -> str:
    """Return the same of a word that is long enough to have a slip of the pen in it."""
    if len(word) < _SHORTEST_MISSPELLED:
        return ""
    similar = near(word, [*THINGS, *GROUPS_OF], _NEAR)
    return _thing(similar) if similar else ""


# valid, and odd


@lru_cache(maxsize=8192)
def name_warning(name: str) -> Finding | None:
    """Return why Kubernetes counts nothing by a valid name in a quota, or perhaps nothing."""
    domain, slash, last = name.partition("/")
    if not slash or domain == "count" or _is_of_a_class(name):
        return _object_warning(name) if domain == "count" else None
    if domain.startswith("limits."):
        better = meant(name) or f"requests.{name.removeprefix('limits.')}"
        remedy = f"{better}, or {_OTHER_SCHEDULER}"
        return _counts_nothing(name, "it counts what is requested", remedy)
    if "kubernetes.io/" in name or not domain.startswith("requests."):
        return _counts_nothing(name, "it is no device", "", f"remove it, or {_OTHER_SCHEDULER}")
    device = domain.removeprefix("requests.")
    better = known_device(device, last)
    if better or "." not in device:
        what = f"{quoted(name)} counts nothing unless a device is called {device}/{last}"
        remedy = f"write: requests.{better}" if better else "check the name"
        return Finding("odd-device", what, remedy, at_key=True)
    return None


def _object_warning(name: str) -> Finding | None:
    plural, _, group = name.removeprefix("count/").partition(".")
    version, _, rest = group.partition(".")
    if _VERSION.fullmatch(version) and rest:
        what = f"{quoted(name)} counts nothing unless an API group is called {group}"
        return Finding("odd-group", what, f"write: count/{plural}.{rest}", at_key=True)
    return None
