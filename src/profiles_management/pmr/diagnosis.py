"""The errors of pydantic as findings, with remedies."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from profiles_management.pmr import classes, puhuri_section
from profiles_management.pmr.model import Finding, Path, below, keys_of, write_or
from profiles_management.pmr.names import escaped, near, quoted, shortened, value_finding
from profiles_management.pmr.remedies import item_remedy, list_remedy, mapping_remedy
from profiles_management.pmr.scalars import described

_LONGEST_KEY: Final = 80  # characters of a key in a remedy
TOP_KEYS: Final = ("version", "defaults", "puhuri", "profiles")
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
    "puhuri": puhuri_section.PuhuriProject,
    "puhuri of the document": puhuri_section.Puhuri,
    "allocations": puhuri_section.PuhuriAllocation,
}
_ITEMS: Final = {
    "profiles": "a profile",
    "contributors": "a contributor",
    "plugins": "a plugin",
    "limits": "an item of limits",
    "allocations": "an allocation",
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
    ("allocations", "name"): "add: name: compute",
    ("allocations", "offering"): "add: offering, the uuid or the name of an offering of the portal",
    ("scopeSelector", "matchExpressions"): "add: matchExpressions, a list of conditions",
}
# Keys of other Kubernetes objects, and their form in a PMR.
_OTHER_FORMS: Final = {
    ("resources", "limits"): 'hard: {limits.cpu: "2"}',
    ("resources", "requests"): 'hard: {requests.cpu: "2"}',
    **{
        ("profiles", key): 'resources: {hard: {limits.cpu: "2"}}'
        for key in ("quota", "limits", "requests", "hard")
    },
}

# Keys of other systems, and the key with the same meaning.
_SAME_MEANING: Final = {
    ("profiles", "profile"): "name",
    ("profiles", "namespace"): "name",
    **{
        (parent, key): "name"
        for parent in ("owner", "contributors")
        for key in ("email", "e-mail", "mail", "user", "username", "id")
    },
}

# Roles of other systems, and the role with the same meaning.
_ROLES: Final = {
    **dict.fromkeys(("read", "reader", "readonly", "read-only", "ro"), "view"),
    **dict.fromkeys(("write", "writer", "readwrite", "read-write", "rw", "modify"), "edit"),
    "administrator": "admin",
}
_ROLE_PREFIX: Final = "kubeflow-"
_ARTICLES: Final = {"operator": "an"}

_KNOWN: Final = frozenset(TOP_KEYS).union(
    *({*model.model_fields, *keys_of(model)} for model in _MODELS.values())
)


def is_known_key(key: str) -> bool:
    """Return whether this is a key of any part of a document."""
    return key in _KNOWN


def keys_of_section(key: object) -> frozenset[str]:
    """Return the keys of the mapping under a key such as `owner`; none for other values."""
    if key not in _SECTIONS:
        return frozenset()
    return frozenset(keys_of(_MODELS[str(key)]))


def words(error: ErrorDetails, path: Path, written: str | None) -> list[Finding]:
    """Return an error of pydantic as findings with absolute paths.

    Args:
        error: an item of `ValidationError.errors()`.
        path: the path from the top of the document.
        written: the text of the value in the document, if it is a scalar.
    """
    if error["type"] == "refused":
        findings: tuple[Finding, ...] = error["ctx"]["findings"]
        return below(findings, *path)
    wording = _WORDINGS.get(error["type"], _other)
    return [wording(_Refused(path, error["input"], written, error))]


class _Refused(NamedTuple):
    """A refused value, and its text in the document if it is a scalar."""

    path: Path
    value: object
    written: str | None
    error: ErrorDetails


def kind_of(value: object) -> str:
    """Return the kind of a value, as in "this is a list"."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "empty" if value is None else described(value)


def _key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _parent_key(path: Path) -> str:
    """Return the key of the mapping with the last key of a path."""
    return _key(path[:-1])


def _missing(refused: _Refused) -> Finding:
    key = str(refused.path[-1])
    parent = _parent_key(refused.path)
    owner = _ITEMS.get(parent, parent) if isinstance(refused.path[-2], int) else f'"{parent}"'
    remedy = _MISSING.get((parent, key), f"add: {key}:")
    if (parent, key) == ("profiles", "owner"):
        remedy += " (an entry without owner only adds to a profile that another source defines)"
    elif (parent, key) == ("profiles", "contributors"):
        owner = "an entry without owner"
    return Finding("missing-key", f"{owner} needs {key}", remedy, refused.path[:-1])


def unknown_key(key: str, known: list[str], path: Path) -> Finding:
    """Return the finding for an unknown key, with the key that was probably meant."""
    meant = near(key, known)
    if same := _SAME_MEANING.get((_parent_key(path), key.casefold())):
        meant = f"{same}; if there is a {same} already, remove {quoted(key)}"
    remedy = write_or(meant, f"remove it; known keys: {', '.join(known)}")
    value = quoted(key)
    what = f"unknown key {value}"
    return Finding("unknown-key", what, remedy, path, at_key=True, values=(value,))


def _unknown(refused: _Refused) -> Finding:
    key, parent = str(refused.path[-1]), _parent_key(refused.path)
    if refused.path[:-1] == ("puhuri",):
        parent = "puhuri of the document"
    model = _MODELS.get(parent, BaseModel)
    known = keys_of(model)
    for name, alias in zip(model.model_fields, known, strict=True):
        if key in (name, alias):
            what = f'"{name}" and "{alias}" are the same key'
            return Finding("duplicate-key", what, "keep one of them", refused.path, at_key=True)
    finding = unknown_key(key, known, refused.path)
    example = _OTHER_FORMS.get((parent, key))
    if example and isinstance(refused.value, dict):
        return finding._replace(remedy=f"write it as in: {example}")
    if parent == "resources" and _is_amount(refused.value) and not near(key, known):
        amount = f"{escaped(key[:_LONGEST_KEY])}: {quoted(str(refused.value))}"
        return finding._replace(remedy=f"put it below hard, as in: hard: {{{amount}}}")
    return finding


def _is_amount(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _text(refused: _Refused) -> Finding:
    key, value, written = _key(refused.path), refused.value, refused.written
    shown, prefix, example = f'"{key}"', f"write: {key}:", f"write: {key}: some-text"
    if not isinstance(refused.path[-1], str):
        shown, prefix, example = f'each of "{key}"', "write:", "write text"
    if isinstance(value, dict | list) or written is None:
        what = f"{shown} must be text, this is {kind_of(value)}"
        return Finding("not-text", what, example, refused.path, values=(f'"{key}"',))
    plain = shortened(written)
    what = f"{shown} must be text, YAML reads {plain} as {described(value)}"
    remedy = f"{prefix} {quoted(written)}"
    return Finding("not-text", what, remedy, refused.path, values=(f'"{key}"', plain))


def _empty(refused: _Refused) -> Finding:
    key = _key(refused.path)
    return Finding("empty-value", f'"{key}" is empty', "give it a value", refused.path)


def _mapping(refused: _Refused) -> Finding:
    key, kind = _key(refused.path), kind_of(refused.value)
    what, remedy = f'"{key}" must be a mapping, this is {kind}', mapping_remedy(key, refused.value)
    if refused.path and isinstance(refused.path[-1], int):
        what = f"{_ITEMS.get(key, 'this')} must be a mapping, this is {kind}"
        remedy = item_remedy(key, refused.value)
    return Finding("not-a-mapping", what, remedy, refused.path)


def _list(refused: _Refused) -> Finding:
    key, value = _key(refused.path), refused.value
    what = f'"{key}" must be a list, this is {kind_of(value)}'
    return Finding("not-a-list", what, list_remedy(key, value), refused.path)


def _choice(refused: _Refused) -> Finding:
    key, value = _key(refused.path), refused.value
    choices = [str(choice) for choice in _CHOICES[key]]
    if key == "kind" and "contributors" in refused.path:
        choices.remove("ServiceAccount")
    one_of = f"use one of: {', '.join(choices)}"
    if not isinstance(value, str):
        what = f'"{key}" must be text, this is {kind_of(value)}'
        return Finding(f"unknown-{key}", what, one_of, refused.path)
    meant = _meant_choice(key, value, choices)
    remedy = f"write: {key}: {meant}" if meant else one_of
    why = f"is not {_ARTICLES.get(key, 'a')} {key}"
    return value_finding(f"unknown-{key}", refused.written or value, why, remedy, refused.path)


def _meant_choice(key: str, value: str, choices: list[str]) -> str | None:
    if key != "role":
        return near(value, choices)
    word = value.strip().lower().removeprefix(_ROLE_PREFIX)
    return _ROLES.get(word) or near(word, choices)


def _yes_no(refused: _Refused) -> Finding:
    key = _key(refused.path)
    what = f'"{key}" must be true or false, this is {kind_of(refused.value)}'
    return Finding("not-true-or-false", what, f"write: {key}: true, or false", refused.path)


def _json(refused: _Refused) -> Finding:
    what = f"JSON has no such value, YAML reads it as {kind_of(refused.value)}"
    remedy = f"write: {quoted(refused.written)}" if refused.written else "write text or a number"
    return Finding("not-json", what, remedy, refused.path)


def _other(refused: _Refused) -> Finding:
    message = refused.error["msg"]
    code = refused.error["type"].replace("_", "-")
    return Finding(code, message[:1].lower() + message[1:], "correct it", refused.path)


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
