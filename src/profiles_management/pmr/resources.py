"""Lists of resources in a quota or a LimitRange: every name and every amount is judged.

Source: `validateContainerResourceName` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from profiles_management.pmr import quantities
from profiles_management.pmr.amounts import amount_error, amount_warning
from profiles_management.pmr.effort import Effort
from profiles_management.pmr.known_resources import (
    COUNTED,
    GROUPS_OF,
    IN_CONTAINERS,
    IN_LIMIT_RANGES,
)
from profiles_management.pmr.model import MOST_FINDINGS, Finding, refusal
from profiles_management.pmr.names import is_qualified, quoted
from profiles_management.pmr.resource_names import (
    is_extended,
    is_taken,
    known_device,
    meant,
    name_error,
    name_warning,
    page_error,
)

Judge = Callable[[str], Finding | None]
_NOT_LOOKED_AT: Final = Finding(
    "too-many-problems", "this was not looked at", "correct what is above"
)
_SPLIT: Final = "split it over several sources"


def is_container_resource(name: str) -> bool:
    """Return whether a container or a pod may ask for this."""
    if not is_qualified(name):
        return False
    if "/" not in name:
        return name in IN_CONTAINERS or name.startswith("hugepages-")
    return "kubernetes.io/" in name or is_extended(name)


def allows_overcommit(name: str) -> bool:
    """Return whether the limit of a resource may exceed its request."""
    return ("/" not in name or "kubernetes.io/" in name) and not name.startswith("hugepages-")


def container_meant(name: str) -> str:
    """Return the resource of a container that was probably meant, '' where that is not clear."""
    better = name.removeprefix("requests.").removeprefix("limits.")
    if better == name or not is_container_resource(better):
        better = meant(name).removeprefix("requests.").removeprefix("limits.")
    return better if is_container_resource(better) else ""


@lru_cache(maxsize=8192)
def _limit_error(name: str) -> Finding | None:
    """Return what is wrong with a name in a LimitRange, whatever type of object it limits."""
    if name.startswith("hugepages-"):
        return page_error(name)
    if is_taken(name) or name in IN_LIMIT_RANGES:
        return None
    better = container_meant(name)
    remedy = f"write: {better}" if better else "name cpu, memory, ephemeral-storage or domain/name"
    what = f"{quoted(name)} is no resource that can be limited here"
    return Finding("unknown-resource", what, remedy, at_key=True)


def _resource_findings(amounts: dict[Any, Any], judge: Judge, effort: Effort) -> list[Finding]:
    effort.amounts -= len(amounts)
    if effort.amounts < 0:
        return [
            Finding("too-many-values", "this document holds too many amounts of resources", _SPLIT)
        ]
    if effort.findings <= 0:  # the document is refused already
        return [_NOT_LOOKED_AT]
    findings: list[Finding] = []
    for name, value in amounts.items():
        if len(findings) >= min(MOST_FINDINGS, effort.findings):
            break
        if finding := judge(str(name)):
            findings.append(finding._replace(path=(str(name),)))
        elif finding := amount_error(str(name), value):
            findings.append(finding)
    effort.findings -= len(findings)
    return findings


def _resource_list(judge: Judge) -> Callable[[Any, ValidationInfo], dict[str, str]]:
    """Return a validator of lists of resources; it reports everything at once and returns text.

    Where the context of validation is an `Effort`, it looks at no more than that leaves.
    """

    def validate(value: object, info: ValidationInfo) -> dict[str, str]:
        if not isinstance(value, dict):
            raise PydanticCustomError("dict_type", "a mapping of resources to quantities is wanted")
        effort = info.context if isinstance(info.context, Effort) else Effort()
        if findings := _resource_findings(value, judge, effort):
            raise refusal(findings)
        return {str(name): str(amount) for name, amount in value.items()}

    return validate


_SCHEMA = WithJsonSchema(
    {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
)
QuotaResources = Annotated[dict[str, str], PlainValidator(_resource_list(name_error)), _SCHEMA]
LimitResources = Annotated[dict[str, str], PlainValidator(_resource_list(_limit_error)), _SCHEMA]


# valid, and odd


_ALIASES: Final = (
    *((name, f"requests.{name}") for name in sorted(IN_CONTAINERS)),
    *((name, f"count/{name}") for name in sorted(COUNTED & GROUPS_OF.keys())),
)
"""Pairs of names by which a quota counts the same."""


def quota_list_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    """Return what is valid in a quota and probably not meant; paths begin with the names."""
    named = ((name, name_warning(name)) for name in amounts)
    warnings = [finding._replace(path=(name,)) for name, finding in named if finding]
    return [*warnings, *_amount_warnings(amounts), *_doubles(amounts)]


def limit_list_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    """Return what is valid in a LimitRange and probably not meant; paths begin with the names."""
    return [*_device_warnings(amounts), *_amount_warnings(amounts)]


def _amount_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    warnings = (amount_warning(name, amount) for name, amount in amounts.items())
    return [warning for warning in warnings if warning is not None]


def _device_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    warnings = []
    for name in amounts:
        domain, slash, last = name.partition("/")
        if slash and (better := known_device(domain, last)):
            what = f"{quoted(name)} limits nothing unless a device is called that"
            warnings.append(Finding("odd-device", what, f"write: {better}", (name,), at_key=True))
    return warnings


def _doubles(amounts: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            "counted-twice",
            f"{one} and {other} count the same, and the lower amount holds",
            "keep one of them",
            (other,),
            at_key=True,
        )
        for one, other in _ALIASES
        if one in amounts and other in amounts and not quantities.same(amounts[one], amounts[other])
    ]
