"""The quota of a profile: the spec of a ResourceQuota, with what Kubernetes would refuse refused here.

Source: `ValidateResourceQuotaSpec` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from profiles_management.pmr.known_resources import IN_QUOTAS
from profiles_management.pmr.model import Finding, Model, Text, refusal
from profiles_management.pmr.names import near, quoted
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


class Operator(StrEnum):
    """How a scope selector compares."""

    In = "In"
    NotIn = "NotIn"
    Exists = "Exists"
    DoesNotExist = "DoesNotExist"


def _contradictions(scopes: Sequence[str]) -> list[Finding]:
    return [
        Finding("contradictory-scopes", f"{one} and {other} exclude each other", "keep one of them")
        for one, other in _CONTRADICTIONS
        if one in scopes and other in scopes
    ]


def _scope(scope: str) -> str:
    if scope in SCOPES:
        return scope
    meant = near(scope, SCOPES)
    remedy = f"write: {meant}" if meant else "use one of: " + ", ".join(SCOPES)
    raise refusal([Finding("unknown-scope", f"{quoted(scope)} is no scope of a quota", remedy)])


def _scopes(scopes: list[str]) -> list[str]:
    if found := _contradictions(scopes):
        raise refusal(found)
    return scopes


Scope = Annotated[Text, AfterValidator(_scope)]


class ScopedResourceSelectorRequirement(Model):
    """One condition of a scope selector."""

    operator: Operator
    scope_name: Scope = Field(validation_alias="scopeName", serialization_alias="scopeName")
    values: list[Text] | None = None

    @model_validator(mode="after")
    def _operator_fits(self) -> Self:
        if found := [*_operator_findings(self)]:
            raise refusal(found)
        return self


def _operator_findings(requirement: ScopedResourceSelectorRequirement) -> list[Finding]:
    operator, scope = requirement.operator, requirement.scope_name
    if scope not in _TAKE_VALUES and operator is not Operator.Exists:
        what = f"{scope} goes with Exists alone, not {operator}"
        return [Finding("bad-operator", what, "write: operator: Exists", ("operator",))]
    if operator in (Operator.In, Operator.NotIn):
        if not requirement.values:
            what = f"{operator} wants at least one value"
            return [Finding("no-values", what, 'add: values: ["..."]', ("operator",))]
    elif requirement.values:
        return [
            Finding("needless-values", f"{operator} takes no values", "remove values", ("values",))
        ]
    return []


class ScopeSelector(Model):
    """Narrows a quota down to pods that fulfil every condition."""

    match_expressions: list[ScopedResourceSelectorRequirement] = Field(
        validation_alias="matchExpressions", serialization_alias="matchExpressions"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        scopes = [
            item.scope_name for item in self.match_expressions if item.operator is Operator.Exists
        ]
        if found := _contradictions(scopes):
            raise refusal([finding._replace(path=("matchExpressions",)) for finding in found])
        return self


def _misfits(quota: ResourceQuotaSpecModel) -> list[Finding]:
    """Return a finding for each standard resource that a scope of the quota does not count."""
    scopes = list(quota.scopes or [])
    if quota.scope_selector:
        scopes += [item.scope_name for item in quota.scope_selector.match_expressions]
    return [
        Finding(
            "scope-misfit",
            f"the scope {scope} does not count {key}",
            "remove one of them",
            ("hard", key),
            at_key=True,
        )
        for key in quota.hard or {}
        for scope in dict.fromkeys(scopes)
        if key in IN_QUOTAS and key not in _COUNTED_BY.get(scope, IN_QUOTAS)
    ]


class ResourceQuotaSpecModel(Model):
    """How much a profile may use. Without `hard` it stands for explicitly no quota."""

    hard: QuotaResources | None = None
    scope_selector: ScopeSelector | None = Field(
        default=None, validation_alias="scopeSelector", serialization_alias="scopeSelector"
    )
    scopes: Annotated[list[Scope], AfterValidator(_scopes)] | None = None

    @model_validator(mode="after")
    def _scopes_fit(self) -> Self:
        if (self.scopes or self.scope_selector) and (found := _misfits(self)):
            raise refusal(found)
        return self

    @property
    def is_empty(self) -> bool:
        """Whether it limits nothing, so that there is no ResourceQuota; scopes alone do not."""
        return not self.hard

    def to_spec(self) -> dict[str, Any]:
        """Return the spec as Kubernetes takes it: camelCase, nothing unset, quantities as text."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def quota_warnings(quota: ResourceQuotaSpecModel) -> list[Finding]:
    """Return what is valid in a quota and probably not meant."""
    warnings = quota_list_warnings(quota.hard or {})
    return [warning._replace(path=("hard", *warning.path)) for warning in warnings]
