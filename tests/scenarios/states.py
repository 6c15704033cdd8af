"""The parts of a cluster's state that count when two states are compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

_WHOLE = ("Profile", "Namespace")
_NAMESPACED = (
    "RoleBinding",
    "AuthorizationPolicy",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
)
_OF_ONE_RUN = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields")

State = dict[tuple[str, str, str], Any]


def of_profiles(world: Any, pmr: Any) -> State:
    """Return everything in a document's profiles, without the order of writes."""
    return {
        (kind, space, name): _meaning(body)
        for (kind, space, name), body in world.api.snapshot().items()
        if (space or name) in pmr.profiles
    }


def of_cluster(api: Any, profiles: Mapping[str, str], instance: str) -> State:
    """Return the same of a real cluster, with the names of profiles and instance replaced.

    Args:
        profiles: the names for the result, by the names in the cluster.
    """
    objects = [one for name in profiles for kind in _WHOLE if (one := api.get(kind, None, name))]
    objects += [one for name in profiles for kind in _NAMESPACED for one in api.objects(kind, name)]
    return _state(objects, profiles, instance)


def everything(api: Any) -> dict[str, list[Any]]:
    """Return every object of a real cluster by profile, for `in_everything`: a list a kind."""
    found: dict[str, list[Any]] = {}
    for kind in (*_WHOLE, *_NAMESPACED):
        for one in api.objects(kind):
            found.setdefault(
                one["metadata"].get("namespace") or one["metadata"]["name"], []
            ).append(one)
    return found


def in_everything(
    found: Mapping[str, list[Any]], profiles: Mapping[str, str], instance: str
) -> State:
    """Return the same as `of_cluster`, from objects of many profiles that were read together."""
    return _state([one for name in profiles for one in found.get(name, ())], profiles, instance)


def _state(objects: Iterable[Any], profiles: Mapping[str, str], instance: str) -> State:
    state: State = {}
    for one in objects:
        actual = one["metadata"].get("namespace") or one["metadata"]["name"]
        plain = _meaning(
            _without_run(json.loads(_renamed(one, actual, profiles[actual], instance)))
        )
        if not _is_kubernetes(plain):
            state[
                plain["kind"], plain["metadata"].get("namespace", ""), plain["metadata"]["name"]
            ] = plain
    return state


def _is_kubernetes(one: Any) -> bool:
    return (one["kind"], one["metadata"]["name"]) == ("ServiceAccount", "default")


def differences(found: State, wanted: State) -> list[str]:
    """Return how two states differ, an object a line; empty if they do not."""
    return [
        f"{' '.join(filter(None, key))}: {_short(found.get(key))}, wanted {_short(wanted.get(key))}"
        for key in sorted(found.keys() | wanted.keys())
        if found.get(key) != wanted.get(key)
    ]


def _short(body: Any) -> str:
    return "nothing" if body is None else json.dumps(body, sort_keys=True, ensure_ascii=False)


def _renamed(one: Any, actual: str, name: str, instance: str) -> str:
    return json.dumps(one).replace(actual, name).replace(f'"{instance}"', '"instance"')


def _without_run(body: Any) -> Any:
    body.pop("status", None)
    body["metadata"] = {
        key: value for key, value in body["metadata"].items() if key not in _OF_ONE_RUN
    }
    for owner in body["metadata"].get("ownerReferences", ()):
        owner.pop("uid", None)
    return body


def _meaning(body: Any) -> Any:
    notes = body["metadata"].get("annotations", {})
    notes.pop("profiles-management.io/touched", None)
    notes.pop("profiles-management.io/woken", None)
    if not notes:
        body["metadata"].pop("annotations", None)
    spec = body.get("spec") or {}
    for quota in (spec, spec.get("resourceQuotaSpec") or {}):
        _without_empty(quota, "scopes", "scopeSelector")
    _without_empty(spec, "resourceQuotaSpec", "plugins")
    return body


def _without_empty(spec: Any, *keys: str) -> None:
    """Remove empty fields: a selector without expressions is none for Kubernetes."""
    for key in keys:
        if not spec.get(key) or spec[key] == {"matchExpressions": []}:
            spec.pop(key, None)
