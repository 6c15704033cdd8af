"""Names of resources in a quota: which names the API server accepts, and which of them count.

The API server accepts any `domain/name` in a quota, but most of these names count nothing.
Sources: `MatchingResources` in
https://github.com/kubernetes/kubernetes/tree/master/pkg/quota/v1/evaluator/core, and
`ValidateResourceQuotaResourceName` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

import re
from typing import Final

from profiles_management.pmr import quantities
from profiles_management.pmr.known_resources import GROUPS_OF, IN_QUOTAS, SIDES
from profiles_management.pmr.names import is_qualified

OBJECT_COUNT: Final = "count/"
STORAGE_CLASS: Final = ".storageclass.storage.k8s.io/"
STORAGE_CLASS_RESOURCES: Final = ("requests.storage", "persistentvolumeclaims")
DEVICE_CLASS: Final = ".deviceclass.resource.k8s.io/devices"
_CLASS_ENDS: Final = (
    *(STORAGE_CLASS + resource for resource in STORAGE_CLASS_RESOURCES),
    DEVICE_CLASS,
)

_REQUESTED_DEVICE_CLASS: Final = "requests.deviceclass.resource.kubernetes.io/"
_CLASS_MARKS: Final = ("storageclass", "deviceclass")
_HUGE_PAGES: Final = ("hugepages-", "requests.hugepages-")
_PAGE_SIZE = re.compile(r"([0-9]{1,12})(?:([KMGTkmgt])[Ii]?[Bb]?)?")
_KIBI: Final = 1024


def is_of_kubernetes(name: str) -> bool:
    """Return whether Kubernetes itself defines a resource: without a domain, or with its own."""
    return "/" not in name or "kubernetes.io/" in name


def is_extended(name: str) -> bool:
    """Return whether a container requests this as an extended resource: `nvidia.com/gpu`."""
    if is_of_kubernetes(name) or name.startswith("requests."):
        return False
    return is_qualified("requests." + name)


def is_taken(name: str) -> bool:
    """Return whether the API server accepts this name in a quota, even if it counts nothing."""
    return is_qualified(name) and ("/" in name or name in IN_QUOTAS or is_huge_pages(name))


def is_device(name: str) -> bool:
    """Return whether a name in a quota counts devices: `requests.nvidia.com/gpu`."""
    return name.startswith("requests.") and is_extended(name.removeprefix("requests."))


def is_huge_pages(name: str) -> bool:
    """Return whether this is a name of huge pages, whatever their size."""
    return name.startswith(_HUGE_PAGES)


def is_of_class(name: str) -> bool:
    """Return whether a name counts by storage class or by device class."""
    return name.endswith(_CLASS_ENDS) or name.startswith(_REQUESTED_DEVICE_CLASS)


def is_like_class(domain: str, last: str) -> bool:
    """Return whether `domain/last`, which is not of a class, is an attempt to name one."""
    return any(mark in domain for mark in _CLASS_MARKS) or last in STORAGE_CLASS_RESOURCES


def is_native(name: str) -> bool:
    """Return whether a `domain/name` is of a domain of Kubernetes."""
    return "kubernetes.io/" in name or name.partition("/")[0].endswith("k8s.io")


def is_sided(domain: str) -> bool:
    """Return whether a domain says which side it counts: requests or limits."""
    return domain.startswith(("requests.", "limits."))


def sides_of(domain: str) -> tuple[list[str], str]:
    """Return the sides with which a domain begins, and the domain without them.

    The sides of `request.limits.nvidia.com` are `requests` and `limits`.
    """
    sides: list[str] = []
    first, _, rest = domain.partition(".")
    while rest and first.lower() in SIDES:
        sides.append(SIDES[first.lower()])
        domain = rest
        first, _, rest = domain.partition(".")
    return sides, domain


def has_two_sides(domain: str) -> bool:
    """Return whether two prefixes follow each other: `requests.limits.nvidia.com`."""
    return len(sides_of(domain)[0]) > 1


def is_counted(name: str) -> bool:
    """Return whether Kubernetes certainly counts something under this name in a quota."""
    if not is_taken(name):
        return False
    if name in IN_QUOTAS:
        return True
    if name.startswith(OBJECT_COUNT):
        plural, _, group = name.removeprefix(OBJECT_COUNT).partition(".")
        return GROUPS_OF.get(plural) == group
    if is_huge_pages(name):
        return page_size(name) == name.rpartition("-")[2]
    return is_of_class(name) or _is_counted_domain(name)


def _is_counted_domain(name: str) -> bool:
    domain, _, last = name.partition("/")
    if is_like_class(domain, last) or has_two_sides(domain):
        return False
    return is_native(name) or is_sided(domain)


def page_size(name: str) -> str:
    """Return the page size in a name of huge pages as nodes spell it: `2Mi` for `hugepages-2MB`.

    Returns:
        '' where there is no such size: the size of a page is a power of two.
    """
    written = _PAGE_SIZE.fullmatch(name.rpartition("-")[2])
    if written is None:
        return ""
    number, unit = written.groups(default="")
    if not unit:
        number, unit = str(int(number) // _KIBI), "K"
    spelled = quantities.canonical(f"{number}{unit.upper()}i")
    size = int(quantities.parse(spelled))
    is_power_of_two = size > 1 and size.bit_count() == 1
    return spelled if is_power_of_two and spelled.endswith("i") else ""
