"""What the models refuse, in words that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from profiles_management.pmr import classes
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import escaped, near, quoted
from profiles_management.pmr.remedies import item_remedy, list_remedy, mapping_remedy
from profiles_management.pmr.scalars import described

_LONGEST_KEY: Final = 80  # characters of a key that a remedy repeats
TOP_KEYS: Final = ("version", "defaults", "profiles")
_MODELS: Final[dict[str, type[BaseModel]]] = {
    "profiles": classes.Profile,
    "contributors": classes.Contributor,
    "owner": classes.Owner,
    "resources": classes.ResourceQuotaSpecModel,
    "scopeSelector": classes.ScopeSelector,
    "matchExpressions": classes.ScopedResourceSelectorRequirement,
    "limitRange": classes.LimitRangeSpec,
    "limits": classes.LimitRangeItem,
    "plugins": classes.Plugin,
    "defaults": classes.Defaults,
}
_ITEMS: Final = {
    "profiles": "a profile",
    "contributors": "a contributor",
    "plugins": "a plugin",
    "limits": "an item of limits",
    "matchExpressions": "a condition",
}
_SECTIONS: Final = frozenset(_MODELS.keys() - _ITEMS.keys())
_MISSING: Final = {
    ("profiles", "name"): "add: name: my-profile",
    ("profiles", "owner"): "add: owner: {kind: User, name: ann@example.com}",
    (
        "profiles",
        "contributors",
    ): "add: contributors, or an owner if this source defines the profile",
    ("owner", "kind"): "add: kind: User",
    ("owner", "name"): "add: name: ann@example.com",
    ("contributors", "name"): "add: name: ann@example.com",
    ("contributors", "role"): "add: role: edit, or admin or view",
    ("plugins", "kind"): "add: kind: WorkloadIdentity",
    ("limits", "type"): "add: type: Container",
    ("matchExpressions", "operator"): "add: operator: In",
    ("matchExpressions", "scopeName"): "add: scopeName: PriorityClass",
    ("scopeSelector", "matchExpressions"): "add: matchExpressions, a list of conditions",
}
# Keys of other documents of Kubernetes, and how ours say the same.
_ELSEWHERE: Final = {
    ("resources", "limits"): 'hard: {limits.cpu: "2"}',
    ("resources", "requests"): 'hard: {requests.cpu: "2"}',
    **{
        ("profiles", key): 'resources: {hard: {limits.cpu: "2"}}'
        for key in ("quota", "limits", "requests", "hard")
    },
}

# Words of other access systems, and the role that means the same.
_ROLES: Final = {
    **dict.fromkeys(("read", "reader", "readonly", "read-only", "ro"), "view"),
    **dict.fromkeys(("write", "writer", "readwrite", "read-write", "rw", "modify"), "edit"),
    "administrator": "admin",
}
_ROLE_PREFIX: Final = "kubeflow-"

_KNOWN: Final = frozenset(TOP_KEYS).union(
    *(
        {
            *model.model_fields,
            *(field.serialization_alias or "" for field in model.model_fields.values()),
        }
        for model in _MODELS.values()
    )
)


def is_known_key(key: str) -> bool:
    """Return whether some part of a document has this key."""
    return key in _KNOWN


def keys_of_section(key: object) -> frozenset[str]:
    """Return the keys of the mapping below a key such as `owner`; none where it is not a mapping of known keys."""
    if key not in _SECTIONS:
        return frozenset()
    fields = _MODELS[str(key)].model_fields.items()
    return frozenset(field.serialization_alias or name for name, field in fields)


def words(error: ErrorDetails, path: Path, written: str | None) -> list[Finding]:
    """Turn an error of pydantic into findings with absolute paths.

    Args:
        error: as `ValidationError.errors()` returns it.
        path: where it is, from the top of the document.
        written: the scalar as it stands in the document, if it is one.
    """
    if error["type"] == "refused":
        findings: tuple[Finding, ...] = error["ctx"]["findings"]
        return [finding._replace(path=(*path, *finding.path)) for finding in findings]
    wording = _WORDINGS.get(error["type"], _other)
    return [wording(_At(path, error["input"], written, error))]


class _At(NamedTuple):
    """What is refused: its path, its value, and the scalar as it stands in the document."""

    path: Path
    value: object
    written: str | None
    error: ErrorDetails


def kind_of(value: object) -> str:
    """Return what a value is, as in "this is a list"."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "empty" if value is None else described(value)


def _key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _holder(path: Path) -> str:
    """Return the key of the model in which the last part of a path is a field."""
    return _key(path[:-1])


def _missing(at: _At) -> Finding:
    key = str(at.path[-1])
    holder = _holder(at.path)
    whose = _ITEMS.get(holder, holder) if isinstance(at.path[-2], int) else f'"{holder}"'
    remedy = _MISSING.get((holder, key), f"add: {key}:")
    if (holder, key) == ("profiles", "owner"):
        remedy += " (an entry without owner only adds to a profile that another source defines)"
    elif (holder, key) == ("profiles", "contributors"):
        whose = "an entry without owner"
    return Finding("missing-key", f"{whose} needs {key}", remedy, at.path[:-1])


def unknown_key(key: str, known: list[str], path: Path) -> Finding:
    """Return the finding for a key that nobody reads, with the one that was probably meant."""
    meant = near(key, known)
    remedy = f"write: {meant}" if meant else "remove it; known here: " + ", ".join(known)
    return Finding("unknown-key", f"unknown key {quoted(key)}", remedy, path, at_key=True)


def _unknown(at: _At) -> Finding:
    model = _MODELS.get(_holder(at.path))
    fields = model.model_fields.items() if model else ()
    for name, field in fields:
        if at.path[-1] in (name, field.serialization_alias):
            what = f'"{name}" and "{field.serialization_alias}" are one key'
            return Finding("duplicate-key", what, "keep one of them", at.path, at_key=True)
    example = _ELSEWHERE.get((_holder(at.path), str(at.path[-1])))
    if example and isinstance(at.value, dict):
        what = f"unknown key {quoted(str(at.path[-1]))}"
        return Finding("unknown-key", what, f"write it as in: {example}", at.path, at_key=True)
    known = [field.serialization_alias or name for name, field in fields]
    if (
        _holder(at.path) == "resources"
        and _is_amount(at.value)
        and not near(str(at.path[-1]), known)
    ):
        key = str(at.path[-1])
        what = f"unknown key {quoted(key)}"
        remedy = f"put it below hard, as in: hard: {{{escaped(key[:_LONGEST_KEY])}: {quoted(str(at.value))}}}"
        return Finding("unknown-key", what, remedy, at.path, at_key=True)
    return unknown_key(str(at.path[-1]), known, at.path)


def _is_amount(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _text(at: _At) -> Finding:
    value = at.value
    key = at.path[-1] if isinstance(at.path[-1], str) else ""
    shown = f'"{_key(at.path)}"' if key else f'each of "{_key(at.path)}"'
    if isinstance(value, dict | list) or at.written is None:
        remedy = f"write: {key}: some-text" if key else "write text"
        return Finding("not-text", f"{shown} wants text, this is {kind_of(value)}", remedy, at.path)
    remedy = f"write: {key}: {quoted(at.written)}" if key else f"write: {quoted(at.written)}"
    what = f"{shown} wants text, YAML reads {quoted(at.written)[1:-1]} as {described(value)}"
    return Finding("not-text", what, remedy, at.path)


def _empty(at: _At) -> Finding:
    key = _key(at.path)
    return Finding("empty-value", f'"{key}" is empty', "give it a value", at.path)


def _mapping(at: _At) -> Finding:
    value = at.value
    if at.path and isinstance(at.path[-1], int):
        parent = _key(at.path)
        what = f"{_ITEMS.get(parent, 'this')} is a mapping, this is {kind_of(value)}"
        return Finding("not-a-mapping", what, item_remedy(parent, value), at.path)
    key = _key(at.path)
    what = f'"{key}" wants a mapping, this is {kind_of(value)}'
    return Finding("not-a-mapping", what, mapping_remedy(key, value), at.path)


def _list(at: _At) -> Finding:
    key, value = _key(at.path), at.value
    return Finding(
        "not-a-list",
        f'"{key}" wants a list, this is {kind_of(value)}',
        list_remedy(key, value),
        at.path,
    )


def _choice(at: _At) -> Finding:
    key, value = _key(at.path), at.value
    choices = [str(choice) for choice in _CHOICES[key]]
    if key == "kind" and "contributors" in at.path:
        choices.remove("ServiceAccount")
    shown = quoted(at.written if at.written is not None else str(value))
    what = (
        f"{shown} is no {key}"
        if isinstance(value, str)
        else f'"{key}" wants text, this is {kind_of(value)}'
    )
    meant = _meant_choice(key, value, choices) if isinstance(value, str) else None
    remedy = f"write: {key}: {meant}" if meant else f"use one of: {', '.join(choices)}"
    return Finding(f"unknown-{key}", what, remedy, at.path)


def _meant_choice(key: str, value: str, choices: list[str]) -> str | None:
    if key != "role":
        return near(value, choices)
    word = value.strip().lower().removeprefix(_ROLE_PREFIX)
    return _ROLES.get(word) or near(word, choices)


def _yes_no(at: _At) -> Finding:
    key = _key(at.path)
    what = f'"{key}" wants true or false, this is {kind_of(at.value)}'
    return Finding("not-true-or-false", what, f"write: {key}: true, or false", at.path)


def _json(at: _At) -> Finding:
    what = f"JSON has no such value, YAML reads it as {kind_of(at.value)}"
    remedy = f"write: {quoted(at.written)}" if at.written else "write text or a number"
    return Finding("not-json", what, remedy, at.path)


def _other(at: _At) -> Finding:
    said = at.error["msg"]
    return Finding(
        at.error["type"].replace("_", "-"), said[:1].lower() + said[1:], "mend it", at.path
    )


_CHOICES: Final[Mapping[str, type[StrEnum]]] = {
    "kind": classes.UserKind,
    "role": classes.ContributorRole,
    "operator": classes.Operator,
}
_WORDINGS: Final = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_type": _text,
    "model_type": _mapping,
    "dict_type": _mapping,
    "list_type": _list,
    "enum": _choice,
    "string_too_short": _empty,
    "bool_type": _yes_no,
    "bool_parsing": _yes_no,
    "invalid-json-value": _json,
    "json_type": _json,
}
