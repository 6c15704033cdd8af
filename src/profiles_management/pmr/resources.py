"""Lists of resources in a quota or a LimitRange: validation of each name and each amount.

Source: `validateContainerResourceName` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from profiles_management.pmr import quantities
from profiles_management.pmr.amounts import amount_error, amount_warning
from profiles_management.pmr.document_limits import Budget
from profiles_management.pmr.known_resources import (
    COUNTED,
    GROUPS_OF,
    IN_CONTAINERS,
    IN_LIMIT_RANGES,
)
from profiles_management.pmr.model import MOST_FINDINGS, Finding, refuse
from profiles_management.pmr.names import is_qualified, value_finding
from profiles_management.pmr.resource_errors import (
    name_error,
    name_warning,
    page_error,
    unknown_resource,
)
from profiles_management.pmr.resource_names import is_extended, is_of_kubernetes, is_taken
from profiles_management.pmr.resource_suggestions import known_device, suggested_name

CONTAINER_RESOURCES: Final = "use cpu, memory, ephemeral-storage or domain/name"
NameCheck = Callable[[str], Finding | None]
_NOT_CHECKED: Final = Finding(
    "too-many-problems", "this was not checked", "fix the problems above first"
)
_TOO_MANY_AMOUNTS: Final = Finding(
    "too-many-values",
    "this document has too many amounts of resources",
    "split it over several sources",
)


def is_container_resource(name: str) -> bool:
    """Return whether a container or a pod may ask for this."""
    if not is_qualified(name):
        return False
    if "/" in name:
        return is_of_kubernetes(name) or is_extended(name)
    return name in IN_CONTAINERS or name.startswith("hugepages-")


def allows_overcommit(name: str) -> bool:
    """Return whether the limit of a resource may exceed its request."""
    return is_of_kubernetes(name) and not name.startswith("hugepages-")


def suggested_container_resource(name: str) -> str:
    """Return the resource of a container that was probably meant, '' where that is not clear."""
    for candidate in (name, suggested_name(name)):
        better = candidate.removeprefix("requests.").removeprefix("limits.")
        if better != name and is_container_resource(better):
            return better
    return ""


@lru_cache(maxsize=8192)
def _limit_error(name: str) -> Finding | None:
    """Return what is wrong with a name in a LimitRange, whatever type of object it limits."""
    if name.startswith("hugepages-"):
        return page_error(name)
    if is_taken(name) or name in IN_LIMIT_RANGES:
        return None
    return unknown_resource(name, suggested_container_resource(name), CONTAINER_RESOURCES)


def _resource_findings(
    amounts: dict[Any, Any], check_name: NameCheck, budget: Budget
) -> list[Finding]:
    budget.amounts -= len(amounts)
    if budget.amounts < 0:
        return [_TOO_MANY_AMOUNTS]
    if budget.findings <= 0:  # the document is refused already
        return [_NOT_CHECKED]
    most = min(MOST_FINDINGS, budget.findings)
    findings = [*islice(_amount_findings(amounts, check_name), most)]
    budget.findings -= len(findings)
    return findings


def _amount_findings(amounts: dict[Any, Any], check_name: NameCheck) -> Iterator[Finding]:
    for key, value in amounts.items():
        name = str(key)
        finding = check_name(name)
        if finding is not None:
            yield finding._replace(path=(name,))
            continue
        finding = amount_error(name, value)
        if finding is not None:
            yield finding


def _resource_list(check_name: NameCheck) -> Callable[[Any, ValidationInfo], dict[str, str]]:
    """Return a validator of lists of resources; it reports everything at once and returns text.

    Where the context of validation is an `Budget`, it looks at no more than that leaves.
    """

    def validate(value: object, info: ValidationInfo) -> dict[str, str]:
        if not isinstance(value, dict):
            raise PydanticCustomError(
                "dict_type", "this must be a mapping of resources to quantities"
            )
        budget = Budget.of(info.context)
        refuse(_resource_findings(value, check_name, budget))
        return {str(name): str(amount) for name, amount in value.items()}

    return validate


_SCHEMA = WithJsonSchema(
    {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
)
QuotaResources = Annotated[dict[str, str], PlainValidator(_resource_list(name_error)), _SCHEMA]
LimitResources = Annotated[dict[str, str], PlainValidator(_resource_list(_limit_error)), _SCHEMA]


# warnings


_ALIASES: Final = (
    *((name, f"requests.{name}") for name in sorted(IN_CONTAINERS)),
    *((name, f"count/{name}") for name in sorted(COUNTED & GROUPS_OF.keys())),
)
"""Pairs of names under which a quota counts the same."""


def quota_list_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    """Return what is valid in a quota but probably a mistake; paths begin with the names."""
    return [*_name_warnings(amounts), *_amount_warnings(amounts), *_counted_twice(amounts)]


def limit_list_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    """Return what is valid in a LimitRange but probably a mistake; paths begin with the names."""
    return [*_device_warnings(amounts), *_amount_warnings(amounts)]


def _name_warnings(amounts: Mapping[str, str]) -> Iterator[Finding]:
    for name in amounts:
        warning = name_warning(name)
        if warning is not None:
            yield warning._replace(path=(name,))


def _amount_warnings(amounts: Mapping[str, str]) -> list[Finding]:
    return [*filter(None, map(amount_warning, amounts, amounts.values()))]


def _device_warnings(amounts: Mapping[str, str]) -> Iterator[Finding]:
    for name in amounts:
        domain, _, last = name.partition("/")
        better = known_device(domain, last)
        if better:
            why = "limits nothing unless a device is called that"
            yield value_finding("odd-device", name, why, f"write: {better}", (name,), at_key=True)


def _counted_twice(amounts: Mapping[str, str]) -> Iterator[Finding]:
    for name, alias in _ALIASES:
        if name not in amounts or alias not in amounts:
            continue
        if not quantities.same(amounts[name], amounts[alias]):
            what = f"{name} and {alias} count the same, and the lower amount applies"
            yield Finding("counted-twice", what, "keep one of them", (alias,), at_key=True)
