"""The schemas of the two CRDs. Unknown fields are pruned; wrong types are causes of a 422."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from .status import Cause

Schema = dict[str, Any]

_QUANTITY = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ANYTHING: Schema = {"type": "object", "open": True}


def _object(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_SCOPED = _object("operator", "scopeName", operator=_TEXT, scopeName=_TEXT, values=_TEXTS)
_CONDITION = _object(type=_TEXT, status=_TEXT, message=_TEXT)
_AMOUNT: Schema = {"type": "quantity"}

PROFILE = _object(
    spec=_object(
        owner=_object("kind", "name", apiGroup=_TEXT, kind=_TEXT, name=_TEXT, namespace=_TEXT),
        plugins=_array(_object(apiVersion=_TEXT, kind=_TEXT, spec=_ANYTHING)),
        resourceQuotaSpec=_object(
            hard={"type": "object", "values": _AMOUNT},
            scopeSelector=_object(matchExpressions=_array(_SCOPED)),
            scopes=_TEXTS,
        ),
    ),
    status=_object(conditions=_array(_CONDITION)),
)

_TARGET = _object("kind", "name", group=_TEXT, kind=_TEXT, name=_TEXT, namespace=_TEXT)
_OPERATION = _object(
    hosts=_TEXTS,
    methods=_TEXTS,
    notHosts=_TEXTS,
    notMethods=_TEXTS,
    notPaths=_TEXTS,
    notPorts=_TEXTS,
    paths=_TEXTS,
    ports=_TEXTS,
)
_SOURCES = (
    "ipBlocks",
    "namespaces",
    "principals",
    "remoteIpBlocks",
    "requestPrincipals",
    "serviceAccounts",
)
_NOT_SOURCES = tuple(f"not{name[0].upper()}{name[1:]}" for name in _SOURCES)
_SOURCE = _object(**dict.fromkeys((*_SOURCES, *_NOT_SOURCES), _TEXTS))
_RULE: Schema = {
    "type": "object",
    "properties": {
        "from": _array(_object(source=_SOURCE)),
        "to": _array(_object(operation=_OPERATION)),
        "when": _array(_object("key", key=_TEXT, values=_TEXTS, notValues=_TEXTS)),
    },
}

AUTHORIZATION_POLICY = _object(
    spec=_object(
        action={"type": "string", "enum": ("ALLOW", "DENY", "AUDIT", "CUSTOM")},
        provider=_object(name=_TEXT),
        rules=_array(_RULE),
        selector=_object(matchLabels={"type": "object", "values": _TEXT}),
        targetRef=_TARGET,
        targetRefs=_array(_TARGET),
    ),
    status=_ANYTHING,
)


def prune(schema: Schema, value: Any, path: str = "") -> list[str]:
    """Remove unknown fields and nulls in place; return the paths of the unknown fields."""
    unknown: list[str] = []
    if schema["type"] == "array" and isinstance(value, list):
        for index, item in enumerate(value):
            unknown += prune(schema["items"], item, f"{path}[{index}]")
    elif schema["type"] == "object" and isinstance(value, dict) and not schema.get("open"):
        unknown += _prune_object(schema, value, path)
    return unknown


def _prune_object(schema: Schema, value: dict[str, Any], path: str) -> list[str]:
    properties, others = schema.get("properties", {}), schema.get("values")
    unknown: list[str] = []
    for key in sorted(value):
        inner = properties.get(key, others)
        where = f"{path}.{key}" if path else key
        if inner is None:
            unknown.append(where)
        if inner is None or value[key] is None:
            del value[key]
        else:
            unknown += prune(inner, value[key], where)
    return unknown


def validate(schema: Schema, value: Any, path: str = "") -> Iterator[Cause]:
    """Yield the server's messages for a value that does not match."""
    wanted = schema["type"]
    if wanted == "quantity":
        yield from _amount(value, path)
    elif not isinstance(value, _PYTHON[wanted]) or isinstance(value, bool):
        yield _wrong_type(value, wanted, path)
    elif wanted == "object" and not schema.get("open"):
        yield from _validate_object(schema, value, path)
    elif wanted == "array":
        for index, item in enumerate(value):
            yield from validate(schema["items"], item, f"{path}[{index}]")
    elif value not in schema.get("enum", (value,)):
        known = ", ".join(f'"{word}"' for word in schema["enum"])
        yield Cause(
            path,
            f'Unsupported value: "{value}": supported values: {known}',
            "FieldValueNotSupported",
        )


_PYTHON: dict[str, type] = {"object": dict, "array": list, "string": str}
_GO = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}


def _validate_object(schema: Schema, value: dict[str, Any], path: str) -> Iterator[Cause]:
    for key in schema.get("required", ()):
        if key not in value:
            yield Cause(f"{path}.{key}", "Required value", "FieldValueRequired")
    properties, others = schema.get("properties", {}), schema.get("values")
    for key, item in value.items():
        yield from validate(properties.get(key, others), item, f"{path}.{key}" if path else key)


def _wrong_type(value: Any, wanted: str, path: str) -> Cause:
    seen = _GO[type(value)]
    words = f'Invalid value: "{seen}": {path} in body must be of type {wanted}: "{seen}"'
    return Cause(path, words, "FieldValueTypeInvalid")


def _amount(value: Any, path: str) -> Iterator[Cause]:
    if isinstance(value, str):
        if not re.match(_QUANTITY, value):
            yield Cause(
                path, f"Invalid value: {quoted(value)}: {path} in body should match '{_QUANTITY}'"
            )
    elif isinstance(value, bool) or not isinstance(value, int):
        seen = _GO[type(value)]
        words = f'Invalid value: "{seen}": {path} in body must be of type integer,string: "{seen}"'
        yield Cause(path, words, "FieldValueTypeInvalid")


def quoted(text: str) -> str:
    """Return the text in quotes, as the server shows a bad value."""
    return msgspec.json.encode(text).decode()
