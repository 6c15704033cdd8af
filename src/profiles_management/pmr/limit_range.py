"""The LimitRange of a profile: default and extreme amounts of each pod, container or claim.

Source: `ValidateLimitRange` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from profiles_management.pmr import quantities
from profiles_management.pmr.document_limits import Budget
from profiles_management.pmr.model import (
    Finding,
    Model,
    Text,
    below,
    no_items,
    refusal,
    refuse,
    write_or,
)
from profiles_management.pmr.names import is_qualified, near, quoted, value_finding
from profiles_management.pmr.resources import (
    CONTAINER_RESOURCES,
    LimitResources,
    allows_overcommit,
    is_container_resource,
    limit_list_warnings,
    suggested_container_resource,
)

TYPES: Final = ("Pod", "Container", "PersistentVolumeClaim")
_RISING: Final = ("min", "defaultRequest", "default", "max")
_NOT_FOR_PODS: Final = ("default", "defaultRequest")


def _type(name: str) -> str:
    if name in TYPES or ("/" in name and is_qualified(name)):
        return name
    meant = near(name, TYPES)
    remedy = f"write: type: {meant}" if meant else "use one of: " + ", ".join(TYPES)
    raise refusal(value_finding("unknown-limit-type", name, "cannot be limited", remedy))


class LimitRangeItem(Model):
    """Limits and defaults for one type of object."""

    type: Annotated[Text, AfterValidator(_type)]
    max: LimitResources | None = None
    min: LimitResources | None = None
    default: LimitResources | None = None
    default_request: LimitResources | None = Field(
        default=None, validation_alias="defaultRequest", serialization_alias="defaultRequest"
    )
    max_limit_request_ratio: LimitResources | None = Field(
        default=None,
        validation_alias="maxLimitRequestRatio",
        serialization_alias="maxLimitRequestRatio",
    )

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        budget = Budget.of(info.context)
        findings = [*islice(_item_findings(self), max(1, budget.findings))]
        budget.findings -= len(findings)
        refuse(findings)
        return self


def _item_findings(item: LimitRangeItem) -> Iterator[Finding]:
    given = item.model_dump(by_alias=True, exclude_none=True, exclude={"type"})
    yield from _type_findings(item.type, given)
    yield from _order_findings(given)
    yield from _ratio_findings(given)


def _type_findings(type_: str, given: dict[str, dict[str, str]]) -> Iterator[Finding]:
    """Yield what the type of object does not allow.

    Args:
        type_: the type of object.
        given: the amounts by resource, by field such as `min`.
    """
    if type_ in ("Pod", "Container"):
        yield from _resource_findings(type_, given)
    if type_ == "Pod":
        for field in _NOT_FOR_PODS:
            if given.get(field):
                what, remedy = f"a Pod has no {field}", "set it for type Container"
                yield Finding("no-pod-defaults", what, remedy, (field,), at_key=True)
    if type_ == "PersistentVolumeClaim" and not _limits_storage(given):
        what = "a PersistentVolumeClaim needs a min or max of storage"
        yield Finding("no-storage", what, "write: max: {storage: 10Gi}", ("type",))


def _resource_findings(type_: str, given: dict[str, dict[str, str]]) -> Iterator[Finding]:
    for field, amounts in given.items():
        for name in amounts:
            if not is_container_resource(name):
                remedy = write_or(suggested_container_resource(name), CONTAINER_RESOURCES)
                yield _not_requestable(type_, name, remedy)._replace(path=(field, name))


def _not_requestable(type_: str, name: str, remedy: str) -> Finding:
    value = quoted(name)
    what = f"a {type_} cannot request {value}"
    return Finding("unknown-resource", what, remedy, at_key=True, values=(value,))


def _limits_storage(given: dict[str, dict[str, str]]) -> bool:
    return "storage" in {**given.get("min", {}), **given.get("max", {})}


def _order_findings(given: dict[str, dict[str, str]]) -> list[Finding]:
    findings: list[Finding | None] = []
    fields = [field for field in _RISING if field in given]
    for lower, upper in combinations(fields, 2):
        names = given[lower].keys() & given[upper].keys()
        findings += (_pair_finding(lower, upper, name, given) for name in names)
    return sorted(filter(None, findings))


def _pair_finding(
    lower: str, upper: str, name: str, given: dict[str, dict[str, str]]
) -> Finding | None:
    """Return what is wrong between two fields of a resource; `lower` may not exceed `upper`."""
    low, high = given[lower][name], given[upper][name]
    if quantities.stored(low) > quantities.stored(high):
        what = f"{lower} of {name} is {low}, more than its {upper} of {high}"
        return Finding("wrong-order", what, f"lower {lower} or raise {upper}", (lower, name))
    if _may_differ(lower, upper, name, given) or quantities.same(low, high):
        return None
    what = f"{upper} and defaultRequest of {name} must be equal"
    return Finding("no-overcommit", what, f"write: {name}: {high}", (lower, name))


def _may_differ(lower: str, upper: str, name: str, given: dict[str, dict[str, str]]) -> bool:
    """Return whether two fields of a resource may have different amounts.

    The default of a resource that cannot be overcommitted equals its default request. If there is
    no default, max takes its place.
    """
    if lower != "defaultRequest" or allows_overcommit(name):
        return True
    return upper != "default" and name in given.get("default", {})


def _ratio_findings(given: dict[str, dict[str, str]]) -> Iterator[Finding]:
    for name, text in given.get("maxLimitRequestRatio", {}).items():
        ratio = quantities.stored(text)
        path = ("maxLimitRequestRatio", name)
        low = quantities.stored(given.get("min", {}).get(name, "0"))
        high = quantities.stored(given.get("max", {}).get(name, "0"))
        if ratio < 1:
            what = f"a ratio is at least 1, this is {text}"
            yield Finding("bad-ratio", what, "write 1 or more", path)
        elif low and high and ratio > high / low:
            what = f"the ratio {text} of {name} is more than its max divided by its min"
            yield Finding("bad-ratio", what, "lower the ratio", path)


class LimitRangeSpec(Model):
    """What each pod, container or claim of a profile may use; without limits: explicitly none."""

    limits: list[LimitRangeItem] = Field(default_factory=no_items)

    @model_validator(mode="after")
    def _each_type_once(self) -> Self:
        findings: list[Finding] = []
        types: set[str] = set()
        for index, item in enumerate(self.limits):
            if item.type in types:
                what, path = f"{item.type} is limited twice", ("limits", index, "type")
                findings.append(Finding("duplicate-type", what, "put both into one item", path))
            types.add(item.type)
        refuse(findings)
        return self

    def to_spec(self) -> dict[str, Any]:
        """Return the spec for Kubernetes: camelCase, only what is set, quantities as text."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def limit_range_warnings(spec: LimitRangeSpec) -> list[Finding]:
    """Return what is valid in a LimitRange but probably a mistake."""
    warnings: list[Finding] = []
    for index, item in enumerate(spec.limits):
        warnings += below(_item_warnings(item), "limits", index)
    return warnings


def _item_warnings(item: LimitRangeItem) -> Iterator[Finding]:
    fields = {
        "max": item.max,
        "min": item.min,
        "default": item.default,
        "defaultRequest": item.default_request,
    }
    for field, amounts in fields.items():
        if amounts is not None:
            yield from below(_field_warnings(item.type, field, amounts), field)


def _field_warnings(type_: str, field: str, amounts: dict[str, str]) -> Iterator[Finding]:
    yield from limit_list_warnings(amounts)
    if type_ == "PersistentVolumeClaim" and field in ("min", "max"):
        yield from (_not_of_claims(name) for name in amounts if name != "storage")


def _not_of_claims(name: str) -> Finding:
    """Source: `PersistentVolumeClaimValidateLimitFunc` of the admission plugin LimitRanger."""
    what = f"a claim requests only storage, so a limit of {name} refuses every claim"
    return Finding("no-claims", what, "write: storage", (name,), at_key=True)
