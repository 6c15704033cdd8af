"""Specs as Kubernetes stores them: every quantity as the API server and the controller print it.

The profile controller rewrites another spelling, and a GitOps tool would write it back each time.
"""

from collections.abc import Mapping
from typing import Any

from profiles_management.pmr import quantities

Spec = dict[str, Any]

AMOUNTS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
"""The fields of an item of a LimitRange that hold quantities."""


def profile_quota(spec: Mapping[str, Any]) -> Spec:
    """Return a valid quota as a Profile stores it, with up to nine decimal places."""
    return _quota(spec, quantities.NANO)


def resource_quota(spec: Mapping[str, Any]) -> Spec:
    """Return a valid quota as a ResourceQuota stores it: rounded up to thousandths."""
    return _quota(spec, quantities.MILLI)


def limit_range(spec: Mapping[str, Any]) -> Spec:
    """Return a valid LimitRange spec as the API server stores it: rounded up to thousandths."""
    return {**spec, "limits": [_limit(item) for item in spec.get("limits") or ()]}


def _limit(item: Mapping[str, Any]) -> Spec:
    amounts = {key: _amounts(item[key], quantities.MILLI) for key in AMOUNTS if item.get(key)}
    return {**item, **amounts}


def _quota(spec: Mapping[str, Any], exponent: int) -> Spec:
    if not spec.get("hard"):
        return dict(spec)
    return {**spec, "hard": _amounts(spec["hard"], exponent)}


def _amounts(amounts: Mapping[str, str], exponent: int) -> dict[str, str]:
    return {name: quantities.canonical(amount, exponent) for name, amount in amounts.items()}
