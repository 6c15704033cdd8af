"""The LimitRange of a profile: defaults and bounds of each pod, container or claim.

Source: `ValidateLimitRange` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from profiles_management.pmr import quantities
from profiles_management.pmr.effort import Effort
from profiles_management.pmr.model import Finding, Model, Text, no_items, refusal
from profiles_management.pmr.names import is_qualified, near, quoted
from profiles_management.pmr.resources import (
    LimitResources,
    allows_overcommit,
    container_meant,
    is_container_resource,
    limit_list_warnings,
)

TYPES: Final = ("Pod", "Container", "PersistentVolumeClaim")
_RISING: Final = ("min", "defaultRequest", "default", "max")
_NOT_FOR_PODS: Final = ("default", "defaultRequest")
_AMOUNTS: Final = ("max", "min", "default", "defaultRequest")


def _type(name: str) -> str:
    if name in TYPES or ("/" in name and is_qualified(name)):
        return name
    meant = near(name, TYPES)
    remedy = f"write: type: {meant}" if meant else "use one of: " + ", ".join(TYPES)
    raise refusal([Finding("unknown-limit-type", f"{quoted(name)} cannot be limited", remedy)])


class LimitRangeItem(Model):
    """Bounds and defaults for one type of object."""

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
        effort = info.context if isinstance(info.context, Effort) else Effort()
        if found := [*islice(_item_findings(self), max(1, effort.findings))]:
            effort.findings -= len(found)
            raise refusal(found)
        return self


def _item_findings(item: LimitRangeItem) -> Iterator[Finding]:
    given = item.model_dump(by_alias=True, exclude_none=True, exclude={"type"})
    yield from _type_findings(item.type, given)
    yield from _order_findings(given)
    yield from _ratio_findings(given)


def _type_findings(type_: str, given: dict[str, dict[str, str]]) -> Iterator[Finding]:
    if type_ in ("Pod", "Container"):
        names = (
            (field, key)
            for field, amounts in given.items()
            for key in amounts
            if not is_container_resource(key)
        )
        for field, key in names:
            what = f"a {type_} cannot ask for {quoted(key)}"
            yield Finding("unknown-resource", what, _meant(key), (field, key), at_key=True)
    if type_ == "Pod":
        for field in filter(given.get, _NOT_FOR_PODS):
            yield Finding(
                "no-pod-defaults",
                f"a Pod has no {field}",
                "set it for type Container",
                (field,),
                at_key=True,
            )
    if type_ == "PersistentVolumeClaim" and not any(
        "storage" in given.get(field, {}) for field in ("min", "max")
    ):
        remedy = "write: max: {storage: 10Gi}"
        yield Finding(
            "no-storage", "a PersistentVolumeClaim needs a min or max of storage", remedy, ("type",)
        )


def _meant(key: str) -> str:
    meant = container_meant(key)
    return f"write: {meant}" if meant else "name cpu, memory, ephemeral-storage or domain/name"


def _order_findings(given: dict[str, dict[str, str]]) -> list[Finding]:
    found: list[Finding] = []
    for lower, upper in combinations([field for field in _RISING if field in given], 2):
        for key in given[lower].keys() & given[upper].keys():
            low, high = given[lower][key], given[upper][key]
            if quantities.stored(low) > quantities.stored(high):
                what = f"{lower} of {key} is {low}, more than its {upper} of {high}"
                found.append(
                    Finding("wrong-order", what, f"lower {lower} or raise {upper}", (lower, key))
                )
            elif not _may_differ(lower, upper, key, given) and not quantities.same(low, high):
                what = f"{upper} and defaultRequest of {key} must be equal"
                found.append(Finding("no-overcommit", what, f"write: {key}: {high}", (lower, key)))
    return sorted(found)


def _may_differ(lower: str, upper: str, key: str, given: dict[str, dict[str, str]]) -> bool:
    """A resource that cannot be overcommitted is given what is asked for; where no default says, max does."""
    stands_for_default = upper == "default" or (
        upper == "max" and key not in given.get("default", {})
    )
    return allows_overcommit(key) or lower != "defaultRequest" or not stands_for_default


def _ratio_findings(given: dict[str, dict[str, str]]) -> list[Finding]:
    found: list[Finding] = []
    for key, text in given.get("maxLimitRequestRatio", {}).items():
        ratio = quantities.stored(text)
        path = ("maxLimitRequestRatio", key)
        low, high = (
            quantities.stored(given.get(field, {}).get(key, "0")) for field in ("min", "max")
        )
        if ratio < 1:
            found.append(
                Finding(
                    "bad-ratio", f"a ratio is at least 1, this is {text}", "write 1 or more", path
                )
            )
        elif low and high and ratio > high / low:
            what = f"the ratio {text} of {key} is more than its max divided by its min"
            found.append(Finding("bad-ratio", what, "lower the ratio", path))
    return found


class LimitRangeSpec(Model):
    """What each pod, container or claim of a profile may use. Without limits it stands for explicitly none."""

    limits: list[LimitRangeItem] = Field(default_factory=no_items)

    @model_validator(mode="after")
    def _each_type_once(self) -> Self:
        types = [item.type for item in self.limits]
        first = {name: index for index, name in reversed([*enumerate(types)])}
        found = [
            Finding(
                "duplicate-type",
                f"{name} is limited twice",
                "put both into one item",
                ("limits", index, "type"),
            )
            for index, name in enumerate(types)
            if first[name] != index
        ]
        if found:
            raise refusal(found)
        return self

    def to_spec(self) -> dict[str, Any]:
        """Return the spec as Kubernetes takes it: camelCase, nothing unset, quantities as text."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def limit_range_warnings(spec: LimitRangeSpec) -> list[Finding]:
    """Return what is valid in a LimitRange and probably not meant."""
    return [
        warning._replace(path=("limits", index, *warning.path))
        for index, item in enumerate(spec.limits)
        for warning in _item_warnings(item)
    ]


def _item_warnings(item: LimitRangeItem) -> list[Finding]:
    warnings: list[Finding] = []
    for field, amounts in zip(
        _AMOUNTS, (item.max, item.min, item.default, item.default_request), strict=True
    ):
        listed = limit_list_warnings(amounts or {})
        if item.type == "PersistentVolumeClaim" and field in ("min", "max"):
            listed += [_no_claim(name) for name in amounts or () if name != "storage"]
        warnings += [warning._replace(path=(field, *warning.path)) for warning in listed]
    return warnings


def _no_claim(name: str) -> Finding:
    """Source: `PersistentVolumeClaimValidateLimitFunc` of the admission plugin LimitRanger."""
    what = f"a claim asks for storage alone, so a bound on {name} keeps every claim out"
    return Finding("no-claims", what, "write: storage", (name,), at_key=True)
