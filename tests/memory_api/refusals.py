"""The refusals of the store, with the messages of a real server."""

from __future__ import annotations

import re

import msgspec

from . import status, typed
from .kinds import Kind
from .status import Cause, Refusal


def not_found(kind: Kind, name: str) -> Refusal:
    """Return a 404."""
    details = status.about(kind.plural, kind.group, name)
    return Refusal(404, "NotFound", f'{kind.resource} "{name}" not found', details)


def already_exists(kind: Kind, name: str, *, deleting: bool = False) -> Refusal:
    """Return the 409 of a create."""
    words = (
        f'{"object is being deleted: " if deleting else ""}{kind.resource} "{name}" already exists'
    )
    return Refusal(409, "AlreadyExists", words, status.about(kind.plural, kind.group, name))


def conflict(kind: Kind, name: str) -> Refusal:
    """Return the 409 of a write against an older version."""
    words = "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {words}'
    return Refusal(409, "Conflict", message, status.about(kind.plural, kind.group, name))


def terminating(kind: Kind, namespace: str, name: str) -> Refusal:
    words = f"unable to create new content in namespace {namespace} because it is being terminated"
    cause = Cause(
        "metadata.namespace", f"namespace {namespace} is being terminated", "NamespaceTerminating"
    )
    details = {**status.about(kind.plural, kind.group, name), "causes": [cause.as_dict()]}
    return Refusal(403, "Forbidden", f'{kind.resource} "{name}" is forbidden: {words}', details)


def unreadable(kind: Kind, words: str, *, version: str = "", patching: bool = False) -> Refusal:
    """Return the refusal of a body that Go cannot decode: 400, or for a patch 422."""
    if patching:
        return status.invalid("", "", "", [Cause("patch", f"Invalid value: {words}")])
    version = version or kind.versions[0]
    return status.bad_request(
        f'{kind.name} in version "{version}" cannot be handled as a {kind.name}: {words}'
    )


_GO_WORDS = {
    "str": "string",
    "int": "number",
    "float": "number",
    "object": "object",
    "array": "array",
    "bool": "bool",
}


def as_go_says(kind: Kind, error: msgspec.ValidationError) -> str:
    """Return the message of Go's decoder for a wrong type, as far as it can be derived."""
    found = re.match(r"Expected `([^`]+)`, got `(\w+)`(?: - at `\$\.?([^`]*)`)?", str(error))
    if not found:
        return str(error)
    wanted, seen, where = found.groups()
    place = (where or "").replace("[...]", "")
    place = place.removeprefix("metadata.")
    place = (
        f"ObjectMeta.{place}"
        if place.partition(".")[0] in typed.ObjectMeta.__struct_fields__
        else f"{kind.name}.{place}"
    )
    wanted = _GO_WORDS.get(wanted.partition(" ")[0], wanted)
    return f"json: cannot unmarshal {_GO_WORDS.get(seen, seen)} into Go struct field {place} of type {wanted}"
