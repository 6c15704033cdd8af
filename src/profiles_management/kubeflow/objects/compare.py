"""Comparison of specs by meaning: quantities, defaults and lists have several spellings."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from operator import eq
from typing import Any

from profiles_management.kubeflow.objects import stored_json
from profiles_management.kubeflow.objects.canonical import AMOUNTS
from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.pmr import quantities
from profiles_management.reconcile.plan import (
    FieldDiff,
    FieldKind,
)

Spec = Mapping[str, Any]
Same = Callable[[Any, Any], bool]

POLICY_FIELDS = ("action", "provider", "rules", "selector", "targetRef", "targetRefs")

_DEFAULT_ACTION = ("action", "ALLOW")
_HEADER = re.compile(r"request\.headers\[(.*)\]")
_EMPTY: tuple[object, ...] = (None, [], {})


def same_amount(left: object, right: object) -> bool:
    """Return whether Kubernetes stores two amounts as one value; others are equal as texts only."""
    return left == right or quantities.same(str(left), str(right))


def quota(before: Spec, after: Spec, *, spelled: bool = False) -> tuple[FieldDiff, ...]:
    """Return how two quota specs differ: amounts by value, scopes and selectors as sets.

    Args:
        before: the spec as it is.
        after: the spec as it becomes.
        spelled: whether the same amount in another spelling is a difference. In a cluster it is
            not; files are read by tools that compare text.
    """
    kind = FieldKind.QUOTA
    hard = _mapping(before, "hard"), _mapping(after, "hard")
    selectors = before.get("scopeSelector"), after.get("scopeSelector")
    return (
        *_amounts(kind, "", *hard, _same(spelled=spelled)),
        *_changed(kind, "scopes", before.get("scopes"), after.get("scopes"), _are_same_scopes),
        *_changed(kind, "scopeSelector", *selectors, _are_same_selectors),
    )


def same_scopes(before: Spec, after: Spec) -> bool:
    """Return whether two quotas have the same scopes, which cannot be changed in place."""
    return _are_same_scopes(before.get("scopes"), after.get("scopes"))


def limits(before: Spec, after: Spec, *, spelled: bool = False) -> tuple[FieldDiff, ...]:
    """Return how two LimitRange specs differ, with the defaults that a server fills in.

    Args:
        before: the spec as it is.
        after: the spec as it becomes.
        spelled: as in `quota`.
    """
    left, right = _items(before, "limits"), _items(after, "limits")
    if len(left) != len(right):
        return (FieldDiff(FieldKind.LIMITS, "limits", left, right),)
    same = _same(spelled=spelled)
    differences: list[FieldDiff] = []
    for index, (old, new) in enumerate(zip(left, right, strict=True)):
        differences += _limit(f"limits[{index}].", _defaulted(old), _defaulted(new), same)
    return tuple(differences)


def policy(before: bytes, after: bytes) -> tuple[FieldDiff, ...]:
    """Return how the specs of two policies differ, given as JSON; principals compare as sets."""
    left, right = _normal(parsed(before)), _normal(parsed(after))
    return tuple(_walk("", KubeflowField.POLICY, left, right))


def parsed(spec: bytes) -> Spec:
    """Return a spec given as JSON as data; anything but a mapping counts as an empty one.

    A policy that is too large or too deep to be compared differs in every field.
    """
    try:
        data = stored_json.parsed(spec)
    except stored_json.Unreadable as why:
        return dict.fromkeys(POLICY_FIELDS, f"it {why}")
    if isinstance(data, dict):
        return data
    return {}


def encoded(spec: Spec) -> bytes:
    """Return a spec as JSON."""
    return json.dumps(spec).encode()


def texts(kind: StrEnum, path: str, before: str, after: str) -> tuple[FieldDiff, ...]:
    """Return how a text of an object differs, '' standing for one that is not there."""
    return _changed(kind, path, before or None, after or None)


def _changed(
    kind: StrEnum, path: str, before: object, after: object, same: Same = eq
) -> tuple[FieldDiff, ...]:
    """Return the difference of two values, none if they are the same."""
    if same(before, after):
        return ()
    return (FieldDiff(kind, path, before, after),)


# quotas and LimitRanges


def _mapping(spec: Spec, key: str) -> Spec:
    """Return the mapping under a key; empty where it is null or missing."""
    return spec.get(key) or {}


def _items(spec: Spec, key: str) -> list[Any]:
    """Return the list under a key; empty where it is null or missing."""
    return list(spec.get(key) or ())


def _same(*, spelled: bool) -> Same:
    """Return the comparison of two amounts; see `quota` for `spelled`."""
    if spelled:
        return eq
    return same_amount


def _amounts(
    kind: FieldKind, path: str, before: Spec, after: Spec, same: Same
) -> Iterator[FieldDiff]:
    """Yield the differences of two mappings of amounts; `path` is what stands before their keys."""
    for key in sorted(before.keys() | after.keys()):
        yield from _changed(kind, f"{path}{key}", before.get(key), after.get(key), same)


def _are_same_scopes(before: list[str] | None, after: list[str] | None) -> bool:
    return set(before or ()) == set(after or ())


def _are_same_selectors(before: Spec | None, after: Spec | None) -> bool:
    return _terms(before) == _terms(after)


def _terms(selector: Spec | None) -> set[tuple[str, str, frozenset[str]]]:
    return {
        (term.get("scopeName", ""), term.get("operator", ""), frozenset(_items(term, "values")))
        for term in _items(selector or {}, "matchExpressions")
    }


def _limit(path: str, before: Spec, after: Spec, same: Same) -> Iterator[FieldDiff]:
    """Yield the differences of two items of LimitRanges."""
    kind = FieldKind.LIMITS
    yield from _changed(kind, f"{path}type", before.get("type"), after.get("type"))
    for key in AMOUNTS:
        yield from _amounts(
            kind, f"{path}{key}.", _mapping(before, key), _mapping(after, key), same
        )


def _defaulted(item: Spec) -> Spec:
    """Return an item of a LimitRange with the defaults of the API server.

    Source: kubernetes, pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem).
    """
    if item.get("type") != "Container":
        return item
    default = {**_mapping(item, "max"), **_mapping(item, "default")}
    request = {**_mapping(item, "min"), **default, **_mapping(item, "defaultRequest")}
    return {**item, "default": default, "defaultRequest": request}


# policies


def _normal(value: object) -> object:
    """Return a value without empty fields and defaults, and with sorted principals."""
    if isinstance(value, list):
        return [*map(_normal, value)]
    if isinstance(value, dict):
        return _normal_mapping(value)
    return value


def _normal_mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    normal = {
        key: _normal(value)
        for key, value in mapping.items()
        if value not in _EMPTY and (key, value) != _DEFAULT_ACTION
    }
    principals = normal.get("principals")
    if isinstance(principals, list):
        principals.sort(key=str)
    return normal


def _walk(path: str, kind: StrEnum, before: object, after: object) -> Iterator[FieldDiff]:
    """Yield the differences of two values, each at the deepest path that both have."""
    if before == after:
        return
    children = _children(before, after)
    if not children:
        yield FieldDiff(kind, path, before, after, _header_change(path, before, after))
    for step, left, right in children:
        below = KubeflowField.PRINCIPALS if step == ".principals" else kind
        yield from _walk(f"{path}{step}".lstrip("."), below, left, right)


def _header_change(path: str, before: object, after: object) -> str:
    """Return the change of a condition's key in words, where both keys name a header; else ''."""
    if not path.endswith(".key"):
        return ""
    left, right = _HEADER.fullmatch(str(before)), _HEADER.fullmatch(str(after))
    if left is None or right is None:
        return ""
    return f"header {_in_quotes(left[1])} → {_in_quotes(right[1])}"


def _in_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _children(before: object, after: object) -> list[tuple[str, object, object]]:
    """Return the parts of two mappings, or of two lists of one length, as (step, before, after)."""
    match before, after:
        case dict(), dict():
            keys = sorted({*before, *after})
            return [(f".{key}", before.get(key), after.get(key)) for key in keys]
        case list(), list() if len(before) == len(after):
            pairs = zip(before, after, strict=True)
            return [(f"[{index}]", *pair) for index, pair in enumerate(pairs)]
    return []
