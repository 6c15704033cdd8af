"""Whether two specs mean the same, though a server spells quantities, defaults and lists in its own way."""

import json
from collections.abc import Mapping
from operator import eq
from typing import Any

from profiles_management.kubeflow.objects import stored_json
from profiles_management.kubeflow.objects.canonical import AMOUNTS
from profiles_management.pmr import quantities
from profiles_management.reconcile.plan import FieldDiff

Spec = Mapping[str, Any]

POLICY_FIELDS = ("action", "provider", "rules", "selector", "targetRef", "targetRefs")


def same_amount(left: object, right: object) -> bool:
    """Return whether Kubernetes stores two amounts as one value; what is no quantity is equal to itself alone."""
    return left == right or quantities.same(str(left), str(right))


def _amounts_differ(before: Spec, after: Spec, path: str, *, spelled: bool) -> list[FieldDiff]:
    same = eq if spelled else same_amount
    return [
        FieldDiff(f"{path}{key}", before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if key not in before or key not in after or not same(before[key], after[key])
    ]


def quota(before: Spec, after: Spec, *, spelled: bool = False) -> tuple[FieldDiff, ...]:
    """Return how two quota specs differ: amounts by value, scopes as sets, selectors as sets of expressions.

    Args:
        spelled: whether one amount in another spelling is a difference. In a cluster it is none; a
            file is read by tools that compare text.
    """
    differences = _amounts_differ(
        before.get("hard") or {}, after.get("hard") or {}, "", spelled=spelled
    )
    for key, normal in (("scopes", _as_set), ("scopeSelector", _selector)):
        if normal(before.get(key)) != normal(after.get(key)):
            differences.append(FieldDiff(key, before.get(key), after.get(key)))
    return tuple(differences)


def same_scopes(before: Spec, after: Spec) -> bool:
    """Return whether two quotas have the same scopes, which cannot be changed in place."""
    return _as_set(before.get("scopes")) == _as_set(after.get("scopes"))


def _as_set(values: list[Any] | None) -> set[str]:
    return set(values or ())


def _selector(selector: Spec | None) -> set[tuple[str, str, frozenset[str]]]:
    terms = (selector or {}).get("matchExpressions") or ()
    return {
        (term.get("scopeName", ""), term.get("operator", ""), frozenset(term.get("values") or ()))
        for term in terms
    }


def limits(before: Spec, after: Spec, *, spelled: bool = False) -> tuple[FieldDiff, ...]:
    """Return how two LimitRange specs differ, once both have the defaults that a server fills in.

    Args:
        spelled: as in `quota`.
    """
    left, right = before.get("limits") or (), after.get("limits") or ()
    if len(left) != len(right):
        return (FieldDiff("limits", list(left), list(right)),)
    found: list[FieldDiff] = []
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        found += _limit(_defaulted(one), _defaulted(other), f"limits[{index}].", spelled=spelled)
    return tuple(found)


def _limit(before: Spec, after: Spec, path: str, *, spelled: bool) -> list[FieldDiff]:
    found = (
        [FieldDiff(f"{path}type", before.get("type"), after.get("type"))]
        if before.get("type") != after.get("type")
        else []
    )
    for key in AMOUNTS:
        found += _amounts_differ(
            before.get(key) or {}, after.get(key) or {}, f"{path}{key}.", spelled=spelled
        )
    return found


def _defaulted(item: Spec) -> Spec:
    """Source: kubernetes, pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem)."""
    if item.get("type") != "Container":
        return item
    default = {**(item.get("max") or {}), **(item.get("default") or {})}
    request = {**(item.get("min") or {}), **default, **(item.get("defaultRequest") or {})}
    return {**item, "default": default, "defaultRequest": request}


def policy(before: bytes, after: bytes) -> tuple[FieldDiff, ...]:
    """Return how two policies' specs differ, given as JSON; principals compare as sets."""
    left, right = _policy(before), _policy(after)
    return () if left == right else tuple(_walk("", left, right))


def parsed(spec: bytes | str) -> Spec:
    """Return a spec given as JSON as data; what is no mapping counts as an empty one.

    A policy that is too large or too deep to be compared differs in every field.
    """
    try:
        found = stored_json.parsed(spec.encode() if isinstance(spec, str) else spec)
    except stored_json.Unreadable as why:
        return dict.fromkeys(POLICY_FIELDS, f"it {why}")
    return found if isinstance(found, dict) else {}


def encoded(spec: Spec) -> bytes:
    """Return a spec as JSON."""
    return json.dumps(spec).encode()


def _policy(text: bytes) -> object:
    return _normal(parsed(text))


def _normal(value: object) -> object:
    """Drop what means nothing (null, empty, ALLOW, which is the default), and the order of principals."""
    if isinstance(value, list):
        return [_normal(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _normal(one)
        for key, one in value.items()
        if one not in (None, [], {}) and (key, one) != _DEFAULT
    }
    principals = kept.get("principals")
    if isinstance(principals, list):
        kept["principals"] = sorted(principals, key=str)
    return kept


_DEFAULT = ("action", "ALLOW")


def _walk(path: str, before: object, after: object) -> list[FieldDiff]:
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted({*before, *after})
        return [
            one
            for key in keys
            for one in _walk(f"{path}.{key}".lstrip("."), before.get(key), after.get(key))
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [
            one for index, (left, right) in pairs for one in _walk(f"{path}[{index}]", left, right)
        ]
    return [] if before == after else [FieldDiff(path, before, after)]
