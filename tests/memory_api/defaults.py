"""The server's defaults: RBAC groups, canonical quantities, LimitRanges, the namespace label."""

from __future__ import annotations

from . import quantities, typed
from .kinds import RBAC


def fill_in(obj: typed.GoObject) -> None:
    """Change an object in place as the server does before it validates it.

    Raises:
        ValueError: a quantity that Go cannot parse, in Go's words.
    """
    if isinstance(obj, typed.RoleBinding):
        _role_binding(obj)
    elif isinstance(obj, typed.Namespace):
        _namespace(obj)
    elif isinstance(obj, typed.ResourceQuota):
        for amounts in (obj.spec.hard, obj.status.hard, obj.status.used):
            _canonical(amounts)
    elif isinstance(obj, typed.LimitRange):
        _limit_range(obj)


def _role_binding(obj: typed.RoleBinding) -> None:
    obj.roleRef.apiGroup = obj.roleRef.apiGroup or RBAC
    for subject in obj.subjects:
        if subject.kind in ("User", "Group") and not subject.apiGroup:
            subject.apiGroup = RBAC


def _namespace(obj: typed.Namespace) -> None:
    if obj.metadata.name:
        obj.metadata.labels["kubernetes.io/metadata.name"] = obj.metadata.name
    obj.spec.finalizers = obj.spec.finalizers or ["kubernetes"]
    obj.status.phase = obj.status.phase or "Active"


def _limit_range(obj: typed.LimitRange) -> None:
    obj.spec.limits = obj.spec.limits or None
    for limit in obj.spec.limits or ():
        for amounts in (
            limit.max,
            limit.min,
            limit.default,
            limit.defaultRequest,
            limit.maxLimitRequestRatio,
        ):
            _canonical(amounts)
        if limit.type == "Container":
            limit.default = {**limit.max, **limit.default}
            limit.defaultRequest = {**limit.min, **limit.default, **limit.defaultRequest}


def _canonical(amounts: typed.Quantities) -> None:
    for name, amount in amounts.items():
        amounts[name] = str(quantities.parse(amount).rounded_up(-3))
