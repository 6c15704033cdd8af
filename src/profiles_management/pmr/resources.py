"""Lists of resources: which names and quantities Kubernetes takes in a quota or a LimitRange.

Source: `ValidateResourceQuotaResourceName`, `ValidateResourceQuantityValue` and `validateContainerResourceName` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from profiles_management.pmr import quantities
from profiles_management.pmr.model import MOST_FINDINGS, Finding, refusal
from profiles_management.pmr.names import is_qualified, near, quoted

COUNTED: Final = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
IN_CONTAINERS: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
IN_QUOTAS: Final = (
    COUNTED
    | IN_CONTAINERS
    | {f"{side}.{name}" for side in ("requests", "limits") for name in IN_CONTAINERS}
    | {"requests.storage"}
)
IN_LIMIT_RANGES: Final = IN_QUOTAS | {"storage"}

_IN_BYTES: Final = ("memory", "storage")

Judge = Callable[[str], bool]


def is_quota_resource(name: str) -> bool:
    """Tell whether a quota limits this: a standard name, huge pages, or `domain/name` but for a device's bare name.

    Of a device, such as `nvidia.com/gpu`, the API server takes the bare name too, and then counts nothing. Source:
    https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-for-extended-resources
    """
    return _is_taken(name) and not _is_bare_device(name)


def _is_taken(name: str) -> bool:
    if not is_qualified(name):
        return False
    return "/" in name or name in IN_QUOTAS or name.startswith(("hugepages-", "requests.hugepages-"))


def _is_bare_device(name: str) -> bool:
    domain = name.partition("/")[0]
    prefixed = domain == "count" or domain.startswith(("requests.", "limits."))
    return _is_extended(name) and not prefixed and not domain.endswith("k8s.io")


def is_container_resource(name: str) -> bool:
    """Tell whether a container or a pod may ask for this."""
    if not is_qualified(name):
        return False
    if "/" not in name:
        return name in IN_CONTAINERS or name.startswith("hugepages-")
    return "kubernetes.io/" in name or _is_extended(name)


def is_limit_resource(name: str) -> bool:
    """Tell whether a LimitRange for something else than pods and containers may limit this."""
    return _is_taken(name) or name in IN_LIMIT_RANGES


def _is_extended(name: str) -> bool:
    native = "/" not in name or "kubernetes.io/" in name
    return not native and not name.startswith("requests.") and is_qualified("requests." + name)


def is_whole(name: str) -> bool:
    """Tell whether a resource is counted in whole numbers: objects, and extended resources such as GPUs."""
    return name in COUNTED or _is_extended(name)


def allows_overcommit(name: str) -> bool:
    """Tell whether the limit of a resource may exceed its request."""
    return ("/" not in name or "kubernetes.io/" in name) and not name.startswith("hugepages-")


@lru_cache(maxsize=8192, typed=True)
def quantity_finding(key: str, value: str | int) -> Finding | None:
    """Return what Kubernetes would refuse in this amount of this resource, or None."""
    try:
        amount = quantities.parse(value)
    except ValueError:
        return Finding("bad-quantity", f"{quoted(str(value))} is no quantity", _better(str(value)), (key,))
    if amount < 0:
        return Finding("negative-quantity", f"{value} is less than nothing", "write 0 or more", (key,))
    if is_whole(key) and amount * 1000 % 1000:
        what = f"{key} is counted in whole numbers, this is {value}"
        return Finding("not-whole", what, "write a whole number", (key,))
    return None


_SLIPS: Final = (
    (re.compile(r"(?i)([kmgtpe])i?b(ytes)?"), r"\1i"),
    (re.compile(r"(?i)([kmgtpe])i"), r"\1i"),
    (re.compile(r"(?i)(v?cpus?|cores?|bytes?|b)"), ""),
    (re.compile(r"([kgt])"), r"\1"),
)


def _better(text: str) -> str:
    number = re.fullmatch(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if number:
        amount = number[1].replace(",", ".")
        for pattern, better in _SLIPS:
            found = pattern.fullmatch(number[2])
            suffix = _cased(found.expand(better)) if found else number[2]
            try:
                quantities.parse(amount + suffix)
            except ValueError:
                continue
            return f'write: "{amount}{suffix}"'
    if number and number[2] == "K":
        return f'write: "{number[1]}Ki", or "{number[1]}k" for thousands'
    return 'write a number with a suffix that Kubernetes knows, such as "500m", "4" or "16Gi"'


def _cased(suffix: str) -> str:
    if len(suffix) == 1 and suffix.lower() == "k":
        return "k"
    return suffix[:1].upper() + suffix[1:].lower()


def _typed_finding(key: str, value: object) -> Finding | None:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return quantity_finding(key, value)
    if isinstance(value, float) and isfinite(value):
        if is_whole(key):
            return quantity_finding(key, repr(value))
        what = f"a quantity with a fraction must be text, this is the number {value!r}"
        return Finding("not-text", what, f'write: {key}: "{value!r}"', (key,))
    return Finding("not-a-quantity", "a quantity is a number or text", f'write it as in: {key}: "4"', (key,))


def resource_findings(amounts: dict[Any, Any], is_known: Judge, examples: frozenset[str]) -> list[Finding]:
    """Return all that is wrong in a list of resources.

    Args:
        amounts: as it was written, names to quantities.
        is_known: tells whether a name may stand here.
        examples: the standard names, to find the one that was meant.
    """
    found: list[Finding] = []
    for key, value in amounts.items():
        if len(found) >= MOST_FINDINGS:
            break
        if not isinstance(key, str) or not is_known(key):
            found.append(_unknown_resource(str(key), examples))
        elif finding := _typed_finding(key, value):
            found.append(finding)
    return found


def amount_warnings(amounts: Mapping[str, str], *path: str | int) -> list[Finding]:
    """Return the valid amounts of a list of resources that are probably not meant; `path` leads to the list."""
    warnings = (_amount_warning(key, amount) for key, amount in amounts.items())
    return [warning._replace(path=(*path, *warning.path)) for warning in warnings if warning is not None]


@lru_cache(maxsize=8192)
def _amount_warning(key: str, amount: str) -> Finding | None:
    if key.endswith(_IN_BYTES) and amount.endswith("m"):
        what = f"{key} is {amount}, which is in thousandths of a byte"
        return Finding("milli-bytes", what, f'write: "{amount[:-1]}Mi" for mebibytes', (key,))
    return None


def _unknown_resource(key: str, examples: frozenset[str]) -> Finding:
    device = "nvidia.com/gpu" if key.casefold() in ("gpu", "gpus") else key if _is_bare_device(key) else ""
    meant = f"requests.{device}" if device else near(key, examples)
    remedy = f"write: {meant}" if meant else "name a standard resource such as limits.cpu, or domain/name"
    what = f"{quoted(key)} is no resource that can be limited here"
    return Finding("unknown-resource", what, remedy, (key,), at_key=True)


def resource_list(is_known: Judge, examples: frozenset[str]) -> Callable[[Any], dict[str, str]]:
    """Return a validator of lists of resources; it reports everything at once and turns whole numbers to text."""

    def validate(value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            raise PydanticCustomError("dict_type", "a mapping of resources to quantities is wanted")
        if found := resource_findings(value, is_known, examples):
            raise refusal(found)
        return {key: str(amount) for key, amount in value.items()}

    return validate


_SCHEMA = WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "integer"]}})
QuotaResources = Annotated[dict[str, str], PlainValidator(resource_list(is_quota_resource, IN_QUOTAS)), _SCHEMA]
LimitResources = Annotated[dict[str, str], PlainValidator(resource_list(is_limit_resource, IN_LIMIT_RANGES)), _SCHEMA]
