"""Errors and warnings about names of resources in a quota, each with a remedy.

Refused are names that the API server refuses, and names that certainly count nothing, because
somebody relies on a limit that does not exist. Names that probably count nothing are warnings.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from profiles_management.pmr.known_resources import (
    CLOSED_GROUPS,
    CLUSTER_WIDE,
    NEVER_COUNTED,
)
from profiles_management.pmr.model import Finding, write_or
from profiles_management.pmr.names import quoted, value_finding
from profiles_management.pmr.resource_names import (
    DEVICE_CLASS,
    OBJECT_COUNT,
    STORAGE_CLASS,
    has_two_sides,
    is_counted,
    is_huge_pages,
    is_like_class,
    is_of_class,
    is_taken,
    page_size,
)
from profiles_management.pmr.resource_suggestions import (
    API_VERSION,
    known_device,
    suggested_class,
    suggested_name,
)

_EXAMPLES: Final = "use a standard resource such as limits.cpu, or requests.domain/name"
_OTHER_SCHEDULER: Final = "keep it only if another scheduler reads it"
_OBJECT_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


def _ignored(name: str, why: str, advice: str) -> Finding:
    value = quoted(name)
    what = f"Kubernetes counts nothing under {value}: {why}"
    return Finding("counts-nothing", what, advice, at_key=True, values=(value,))


def unknown_resource(name: str, better: str, advice: str) -> Finding:
    """Return the finding for a name that the API server refuses.

    Args:
        name: the name in the document.
        better: the name that was probably meant, or ''.
        advice: what to do where `better` is ''.
    """
    why = "is not a resource that can be limited here"
    return value_finding("unknown-resource", name, why, write_or(better, advice), at_key=True)


@lru_cache(maxsize=8192)
def name_error(name: str) -> Finding | None:
    """Return why a name is refused in a quota, None for a name that counts or may count."""
    if is_counted(name):
        return None
    if not is_taken(name):
        return unknown_resource(name, suggested_name(name), _EXAMPLES)
    if name.startswith(OBJECT_COUNT):
        return _object_error(name)
    if is_huge_pages(name):
        return page_error(name)
    return _domain_error(name)


def _domain_error(name: str) -> Finding | None:
    """Return what is wrong with a `domain/name` that counts neither objects nor a class."""
    domain, _, last = name.partition("/")
    if is_like_class(domain, last):
        return _class_error(name, domain, last)
    better = suggested_name(name)
    if has_two_sides(domain):
        return _ignored(name, "it has two prefixes", write_or(better, "remove it"))
    return unknown_resource(name, better, _EXAMPLES)


def _class_error(name: str, domain: str, last: str) -> Finding:
    why = "a storage class counts requests.storage and persistentvolumeclaims"
    example = f"gold{STORAGE_CLASS}requests.storage"
    if "deviceclass" in domain:
        why, example = "a device class counts devices", f"gpu{DEVICE_CLASS}"
    better = suggested_class(domain, last)
    return _ignored(name, why, write_or(better, f"write it as in: {example}"))


def _object_error(name: str) -> Finding | None:
    """Return what is wrong with `count/NAME.GROUP`; of an unknown group, nobody can tell."""
    written = name.removeprefix(OBJECT_COUNT)
    plural, _, group = written.partition(".")
    if plural in NEVER_COUNTED and group in ("", "events.k8s.io"):
        return _ignored(name, f"{plural} are never counted", "remove it")
    if plural in CLUSTER_WIDE:
        return _ignored(name, f"{plural} are not in a namespace", "remove it")
    better = suggested_name(name)
    if not _OBJECT_NAME.fullmatch(written):
        why = "kinds of objects are written in lower case"
        return _ignored(name, why, write_or(better, "remove it"))
    if group in CLOSED_GROUPS or "." not in group:
        why = _why_unknown(written, plural, group, better)
        advice = f"write it as in: {OBJECT_COUNT}{plural}.example.com"
        return _ignored(name, why, write_or(better, advice))
    return _ignored(name, "it has another name", f"write: {better}") if better else None


def _why_unknown(written: str, plural: str, group: str, better: str) -> str:
    if better and not better.startswith(OBJECT_COUNT):
        return f"{written} is not a kind of object"
    if group:
        return f"the API group {group} has no {plural}"
    return f"{plural} needs its API group"


def page_error(name: str) -> Finding | None:
    """Return what is wrong with the size in a name of huge pages."""
    prefix, _, written = name.rpartition("-")
    size = page_size(name)
    if size == written:
        return None
    better = f"{prefix}-{size}" if size else ""
    why = "pages have a size such as 2Mi or 1Gi"
    return _ignored(name, why, write_or(better, "write it as in: hugepages-2Mi"))


@lru_cache(maxsize=8192)
def name_warning(name: str) -> Finding | None:
    """Return why a valid name in a quota counts nothing, or probably nothing."""
    if name.startswith(OBJECT_COUNT):
        return _object_warning(name)
    if "/" not in name or is_of_class(name):
        return None
    domain, _, last = name.partition("/")
    if domain.startswith("limits."):
        better = suggested_name(name) or f"requests.{name.removeprefix('limits.')}"
        remedy = f"write: {better}, or {_OTHER_SCHEDULER}"
        return _ignored(name, "a quota counts requests of it, not limits", remedy)
    if "kubernetes.io/" in name or not domain.startswith("requests."):
        return _ignored(name, "it is not a device", f"remove it, or {_OTHER_SCHEDULER}")
    return _device_warning(name, domain.removeprefix("requests."), last)


def _device_warning(name: str, domain: str, device: str) -> Finding | None:
    better = known_device(domain, device)
    if not better and "." in domain:
        return None
    why = f"counts nothing unless a device is called {domain}/{device}"
    remedy = write_or(f"requests.{better}" if better else "", "check the name")
    return value_finding("odd-device", name, why, remedy, at_key=True)


def _object_warning(name: str) -> Finding | None:
    plural, _, group = name.removeprefix(OBJECT_COUNT).partition(".")
    version, _, rest = group.partition(".")
    if not rest or not API_VERSION.fullmatch(version):
        return None
    why = f"counts nothing unless an API group is called {group}"
    return value_finding(
        "odd-group", name, why, f"write: {OBJECT_COUNT}{plural}.{rest}", at_key=True
    )
