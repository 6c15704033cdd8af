"""The quota of a profile: the spec of a ResourceQuota. What Kubernetes refuses is refused here.

Source: `ValidateResourceQuotaSpec` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from profiles_management.pmr.known_resources import IN_QUOTAS
from profiles_management.pmr.model import Finding, Model, Text, below, refusal, refuse, write_or
from profiles_management.pmr.names import near, value_finding
from profiles_management.pmr.resources import QuotaResources, quota_list_warnings

SCOPES: Final = (
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)
_TAKE_VALUES: Final = frozenset({"PriorityClass", "VolumeAttributesClass"})
_PODS: Final = frozenset({"pods"})
_COMPUTE: Final = _PODS | {
    f"{side}{name}" for side in ("", "limits.", "requests.") for name in ("cpu", "memory")
}
_COUNTED_BY: Final = {
    "Terminating": _COMPUTE,
    "NotTerminating": _COMPUTE,
    "BestEffort": _PODS,
    "NotBestEffort": _COMPUTE,
    "PriorityClass": _COMPUTE,
    "CrossNamespacePodAffinity": _COMPUTE,
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}
_CONTRADICTIONS: Final = (("Terminating", "NotTerminating"), ("BestEffort", "NotBestEffort"))


_KEEP_ONE: Final = "keep one of them"


class Operator(StrEnum):
    """How a scope selector compares."""

    In = "In"
    NotIn = "NotIn"
    Exists = "Exists"
    DoesNotExist = "DoesNotExist"


def _contradictions(scopes: Sequence[str]) -> list[Finding]:
    return [
        Finding("contradictory-scopes", f"{' and '.join(pair)} exclude each other", _KEEP_ONE)
        for pair in _CONTRADICTIONS
        if set(pair) <= set(scopes)
    ]


def _scope(scope: str) -> str:
    if scope in SCOPES:
        return scope
    remedy = write_or(near(scope, SCOPES), f"use one of: {', '.join(SCOPES)}")
    raise refusal(value_finding("unknown-scope", scope, "is not a scope of a quota", remedy))


def _scopes(scopes: list[str]) -> list[str]:
    refuse(_contradictions(scopes))
    return scopes


Scope = Annotated[Text, AfterValidator(_scope)]


class ScopedResourceSelectorRequirement(Model):
    """One condition of a scope selector."""

    operator: Operator
    scope_name: Scope = Field(validation_alias="scopeName", serialization_alias="scopeName")
    values: list[Text] | None = None

    @model_validator(mode="after")
    def _operator_fits(self) -> Self:
        finding = _operator_finding(self)
        if finding is not None:
            raise refusal(finding)
        return self


def _operator_finding(requirement: ScopedResourceSelectorRequirement) -> Finding | None:
    operator, scope = requirement.operator, requirement.scope_name
    if scope not in _TAKE_VALUES and operator is not Operator.Exists:
        what = f"{scope} allows only the operator Exists, not {operator}"
        return Finding("bad-operator", what, "write: operator: Exists", ("operator",))
    needs_values = operator in (Operator.In, Operator.NotIn)
    if needs_values == bool(requirement.values):
        return None
    if needs_values:
        what = f"{operator} needs at least one value"
        return Finding("no-values", what, 'add: values: ["..."]', ("operator",))
    what = f"{operator} takes no values"
    return Finding("needless-values", what, "remove values", ("values",))


class ScopeSelector(Model):
    """Restricts a quota to pods that meet every condition."""

    match_expressions: list[ScopedResourceSelectorRequirement] = Field(
        validation_alias="matchExpressions", serialization_alias="matchExpressions"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        existing = [item for item in self.match_expressions if item.operator is Operator.Exists]
        findings = _contradictions([item.scope_name for item in existing])
        refuse(below(findings, "matchExpressions"))
        return self


def _uncounted(quota: ResourceQuotaSpecModel) -> Iterator[Finding]:
    """Yield a finding for each standard resource that a scope of the quota does not count."""
    for name in quota.hard or {}:
        for scope in quota.all_scopes():
            if name in IN_QUOTAS and name not in _COUNTED_BY.get(scope, IN_QUOTAS):
                what, path = f"the scope {scope} does not count {name}", ("hard", name)
                yield Finding("scope-misfit", what, "remove one of them", path, at_key=True)


class ResourceQuotaSpecModel(Model):
    """How much a profile may use; without `hard`: explicitly no quota."""

    hard: QuotaResources | None = None
    scope_selector: ScopeSelector | None = Field(
        default=None, validation_alias="scopeSelector", serialization_alias="scopeSelector"
    )
    scopes: Annotated[list[Scope], AfterValidator(_scopes)] | None = None

    @model_validator(mode="after")
    def _scopes_fit(self) -> Self:
        refuse(_uncounted(self))
        return self

    def all_scopes(self) -> list[str]:
        """Return the scopes of the quota and of its selector, each once."""
        scopes: list[str] = [*(self.scopes or ())]
        if self.scope_selector is not None:
            scopes += [item.scope_name for item in self.scope_selector.match_expressions]
        return [*dict.fromkeys(scopes)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is limited, so that there is no ResourceQuota."""
        return not self.hard

    def to_spec(self) -> dict[str, Any]:
        """Return the spec for Kubernetes: camelCase, only what is set, quantities as text."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def quota_warnings(quota: ResourceQuotaSpecModel) -> list[Finding]:
    """Return what is valid in a quota but probably a mistake."""
    return below(quota_list_warnings(quota.hard or {}), "hard")
