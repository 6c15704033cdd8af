"""Every field of the document with different values: each must change to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from profiles_management.pmr.classes import Defaults, Profile, ProfilesManagementRepresentation
from scenarios.documents import person

_OLGA = {"kind": "User", "name": person("olga")}


def _owner(kind: str, name: str, **more: str) -> dict[str, Any]:
    return {"owner": {"kind": kind, "name": name, **more}}


def _robot(**more: str) -> dict[str, Any]:
    return _owner("ServiceAccount", "robot", **more)


def _people(*people: dict[str, Any]) -> dict[str, Any]:
    return {"contributors": list(people)}


def _one(name: str, role: str = "edit", **more: Any) -> dict[str, Any]:
    return {"name": name if "@" in name or more.get("kind") else person(name), "role": role, **more}


def _quota(**spec: Any) -> dict[str, Any]:
    return {"resources": spec}


def _hard(**amounts: Any) -> dict[str, Any]:
    return _quota(hard=amounts or {"pods": "5"})


def _selector(*expressions: dict[str, Any]) -> dict[str, Any]:
    return _quota(hard={"pods": "5"}, scopeSelector={"matchExpressions": list(expressions)})


def _asks(operator: str, *values: str, scope: str = "PriorityClass") -> dict[str, Any]:
    return {
        "operator": operator,
        "scopeName": scope,
        **({"values": list(values)} if values else {}),
    }


def _limits(*limits: dict[str, Any]) -> dict[str, Any]:
    return {"limitRange": {"limits": list(limits)}}


def _container(**limits: Any) -> dict[str, Any]:
    return _limits({"type": "Container", **limits})


def _plugin(kind: str = "WorkloadIdentity", **more: Any) -> dict[str, Any]:
    return {"plugins": [{"kind": kind, **more}]}


def _project(**section: Any) -> dict[str, Any]:
    return {"puhuri": section}


def _allocation(**more: Any) -> dict[str, Any]:
    return _project(allocations=[{"name": "gpu", "offering": "GPU hours", **more}])


_QUOTA, _LIMITS = _hard(pods="7"), _container(max={"cpu": "3"})
_SMALL, _LARGE = {"cpu": "500m"}, {"cpu": "2"}
_STORAGE = {"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}

# A value is a profile without its name, and without its owner if that is the default one.
PROFILE: dict[str, tuple[dict[str, Any], ...]] = {
    "name": ({"name": "ml"}, {"name": "web"}, {"name": "data"}),
    "owner": (
        _owner("User", person("olga")),
        _owner("Group", "team a"),
        _robot(namespace="kubeflow"),
    ),
    "owner.kind": (_owner("User", "robot"), _owner("Group", "robot"), _robot()),
    "owner.name": tuple(
        _owner("User", name) for name in (person("olga"), person("nina"), "o.lga@example.com")
    ),
    "owner.namespace": (_robot(), _robot(namespace="kubeflow"), _robot(namespace="default")),
    "contributors": (
        {},
        _people(_one("ann")),
        _people(_one("bob", "view")),
        _people(_one("ann", "view"), _one("bob", "admin")),
        _people(_one("cy"), _one("bob"), _one("ann")),
    ),
    "contributors.name": tuple(
        _people(_one(name)) for name in ("ann", "a.b@example.com", "a-b@example.com")
    ),
    "contributors.role": ({}, *(_people(_one("ann", role)) for role in ("admin", "edit", "view"))),
    "contributors.kind": (
        _people(_one(person("ann"))),
        _people(_one(person("ann"), kind="User")),
        _people(_one(person("ann"), kind="Group")),
        _people(_one(person("ann"), kind="Group"), _one(person("ann"))),
    ),
    "contributors.until": (
        _people(_one("ann")),
        _people(_one("ann", until="2199-01-01")),
        _people(_one("ann", until="2199-01-01T12:00:00Z")),
        _people(_one("ann", until="2020-01-01")),
    ),
    "resources": ({}, _quota(), _hard(), _hard(pods="9")),
    "resources.hard": (
        {},
        _quota(hard={}),
        _hard(**{"limits.cpu": "1000m"}),
        _hard(**{"limits.cpu": "2", "requests.memory": "1Gi"}),
        _hard(**{"requests.memory": "2Gi", "count/pods": 4}),
    ),
    "resources.scopes": (
        _hard(),
        *(
            _quota(hard={"pods": "5"}, scopes=scopes)
            for scopes in ([], ["BestEffort"], ["NotBestEffort"])
        ),
        _quota(hard={"pods": "5"}, scopes=["NotTerminating", "NotBestEffort"]),
    ),
    "resources.scopeSelector": (
        _hard(),
        _selector(),
        _selector(_asks("Exists")),
        {
            "resources": {
                **_selector(_asks("In", "high"))["resources"],
                "scopes": ["NotTerminating"],
            }
        },
    ),
    "resources.scopeSelector.matchExpressions": (
        _selector(),
        _selector(_asks("In", "high")),
        _selector(_asks("In", "high"), _asks("NotIn", "low")),
    ),
    "resources.scopeSelector.matchExpressions.operator": (
        _selector(_asks("In", "high")),
        _selector(_asks("NotIn", "high")),
        _selector(_asks("Exists")),
        _selector(_asks("DoesNotExist")),
    ),
    "resources.scopeSelector.matchExpressions.scopeName": tuple(
        _selector(_asks("Exists", scope=scope))
        for scope in ("PriorityClass", "BestEffort", "NotTerminating")
    ),
    "resources.scopeSelector.matchExpressions.values": (
        _selector(_asks("Exists")),
        _selector(_asks("In", "high")),
        _selector(_asks("In", "low")),
        _selector(_asks("In", "high", "low")),
    ),
    "limitRange": ({}, {"limitRange": {}}, _container(max=_LARGE), _container(max=_SMALL)),
    "limitRange.limits": (
        _limits(),
        _container(max=_LARGE),
        _limits({"type": "Container", "max": _LARGE}, {"type": "Pod", "max": {"memory": "1Gi"}}),
        _limits(_STORAGE),
    ),
    "limitRange.limits.type": tuple(
        _limits(
            {"type": kind, "max": {"storage" if kind == "PersistentVolumeClaim" else "cpu": "1"}}
        )
        for kind in ("Container", "Pod", "PersistentVolumeClaim")
    ),
    "limitRange.limits.max": tuple(
        _container(**rest) for rest in ({}, {"max": _SMALL}, {"max": _LARGE})
    ),
    "limitRange.limits.min": tuple(
        _container(**rest) for rest in ({}, {"min": _SMALL}, {"min": _LARGE})
    ),
    "limitRange.limits.default": tuple(
        _container(**rest) for rest in ({}, {"default": _SMALL}, {"default": _LARGE})
    ),
    "limitRange.limits.defaultRequest": tuple(
        _container(max={"cpu": "4"}, **rest)
        for rest in ({}, {"defaultRequest": _SMALL}, {"defaultRequest": _LARGE})
    ),
    "limitRange.limits.maxLimitRequestRatio": tuple(
        _container(**rest)
        for rest in (
            {},
            {"maxLimitRequestRatio": {"cpu": "2"}},
            {"maxLimitRequestRatio": {"cpu": "4"}},
        )
    ),
    "labels": tuple(
        {"labels": labels}
        for labels in ({}, {"team": "red"}, {"team": "blue"}, {"team": None}, {"stage": ""})
    ),
    "annotations": tuple(
        {"annotations": notes}
        for notes in ({}, {"note": "one"}, {"note": "é <&>"}, {"note": "one", "other": "x" * 300})
    ),
    "plugins": ({}, _plugin(), {"plugins": [{"kind": "A"}, {"kind": "B"}]}),
    "plugins.apiVersion": tuple(
        _plugin(**rest) for rest in ({}, {"apiVersion": "v1"}, {"apiVersion": "v2"})
    ),
    "plugins.kind": tuple(
        _plugin(kind) for kind in ("WorkloadIdentity", "AwsIamForServiceAccount", "Other")
    ),
    "plugins.spec": tuple(
        _plugin(spec=spec) for spec in ({}, {"a": 1}, {"a": 2}, {"b": {"c": [True]}})
    ),
    "open": ({}, {"open": True}, {"open": False}),
    "adopt": ({}, {"adopt": True}, {"adopt": False}),
    "puhuri": ({}, {"puhuri": False}, _project(), _project(name="Machine learning")),
    "puhuri.name": tuple(_project(**section) for section in ({}, {"name": "ML"}, {"name": "é"})),
    "puhuri.description": tuple(
        _project(description=text) for text in ("", "a & b", "<p>two</p>\nlines")
    ),
    "puhuri.end_date": tuple(
        _project(**section)
        for section in ({}, {"end_date": "2199-01-01"}, {"end_date": "2198-12-31"})
    ),
    "puhuri.adopt": tuple(
        _project(**section) for section in ({}, {"adopt": "a" * 32}, {"adopt": "b" * 32})
    ),
    "puhuri.allocations": (_project(), _project(allocations=[]), _allocation()),
    "puhuri.allocations.name": tuple(_allocation(name=name) for name in ("gpu", "cpu", "é")),
    "puhuri.allocations.offering": tuple(
        _allocation(offering=offering) for offering in ("GPU hours", "CPU hours", "c" * 32)
    ),
    "puhuri.allocations.plan": tuple(
        _allocation(**more) for more in ({}, {"plan": "A"}, {"plan": "B"})
    ),
    "puhuri.allocations.limits": tuple(
        _allocation(limits=limits) for limits in ({}, {"gpu": 100}, {"gpu": 0.5, "storage": 2})
    ),
    "puhuri.allocations.accept_terms": (
        _allocation(),
        _allocation(accept_terms=True),
        _allocation(name="other", accept_terms=True),
    ),
    "puhuri.allocations.attributes": tuple(
        _allocation(attributes=attributes)
        for attributes in ({}, {"why": "x"}, {"a": [1, {"b": True}]})
    ),
}
# A value is the defaults of a document, with a profile that follows them in all and one that does
# not.
DEFAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "resources": ({}, _hard(), _hard(pods="9"), _quota()),
    "limitRange": ({}, _container(max=_SMALL), _container(max=_LARGE), {"limitRange": {}}),
    "labels": tuple(
        {"labels": labels} for labels in ({}, {"team": "red"}, {"team": "blue", "tier": "gold"})
    ),
}
_FOLLOWS: dict[str, Any] = {}
_DIFFERS = {**_QUOTA, **_LIMITS, "labels": {"team": None, "tier": "iron"}}


@dataclass(frozen=True)
class Field:
    """A field, and documents that differ in nothing but its value."""

    path: str
    documents: tuple[ProfilesManagementRepresentation, ...]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield every pair of two values, by their numbers, in one direction only."""
        return combinations(range(len(self.documents)), 2)

    def walk(self) -> list[int]:
        """Return a sequence of values with every change, each followed by the way back."""
        last = len(self.documents) - 1
        steps = [
            [[other, one] for other in range(one + 1, last + 1)] + [[one + 1]]
            for one in range(last)
        ]
        return [0, *(number for parts in steps for part in parts for number in part)]

    def __str__(self) -> str:
        return self.path


def field_of(path: str, prefix: str = "") -> Field:
    """Return one field; the names of its profiles begin with the prefix."""
    head, _, tail = path.partition(".")
    if head == "defaults":
        return Field(
            path,
            tuple(
                _document(prefix, _FOLLOWS, _DIFFERS, defaults=value) for value in DEFAULTS[tail]
            ),
        )
    return Field(path, tuple(_document(prefix, value) for value in PROFILE[path]))


def all_fields() -> list[Field]:
    """Return every field."""
    return [field_of(path) for path in (*PROFILE, *(f"defaults.{path}" for path in DEFAULTS))]


def _document(prefix: str, *values: Any, defaults: Any = None) -> ProfilesManagementRepresentation:
    profiles = [
        Profile.model_validate(
            {
                "owner": _OLGA,
                **value,
                "name": f"{prefix}{value.get('name', 'ml' if number == 0 else 'other')}",
            }
        )
        for number, value in enumerate(values)
    ]
    given = None if defaults is None else Defaults.model_validate(defaults)
    return ProfilesManagementRepresentation(profiles, defaults=given)


def paths(model: type[BaseModel], *, deep: bool = True) -> Iterator[str]:
    """Yield the path of every field as documents spell it; `deep`: also of models in models."""
    for name, field in model.model_fields.items():
        here = field.serialization_alias or name
        yield here
        for inner in _models(field.annotation) if deep else ():
            yield from (f"{here}.{path}" for path in paths(inner))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, BaseModel):
            yield annotation
    else:
        for part in get_args(annotation):
            yield from _models(part)
