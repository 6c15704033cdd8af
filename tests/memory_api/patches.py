"""Merge patch (RFC 7386) and JSON patch (RFC 6902). Both leave their arguments unchanged."""

from __future__ import annotations

import copy
from typing import Any

from .status import Refusal


def merge(target: Any, patch: Any) -> Any:
    """Return the target with a merge patch applied: null removes, objects merge, others replace."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def apply_json_patch(target: Any, operations: list[dict[str, Any]]) -> Any:
    """Return the target with a JSON patch applied.

    Raises:
        Refusal: 422, which names nothing, as the real server does for a failed test or a path that
            is not there.
    """
    result = copy.deepcopy(target)
    for operation in operations:
        try:
            result = _step(result, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise rejected() from error
    return result


def rejected() -> Refusal:
    """Return the 422 without a reason."""
    return Refusal(
        422, "Invalid", "the server rejected our request due to an error in our request", {}
    )


def _step(document: Any, operation: dict[str, Any]) -> Any:
    verb, path = operation["op"], _split(operation["path"])
    if verb == "test":
        if _read(document, path) != operation["value"]:
            raise ValueError(path)
        return document
    if verb in ("move", "copy"):
        source = _split(operation["from"])
        value = copy.deepcopy(_read(document, source))
        document = _remove(document, source) if verb == "move" else document
        return _add(document, path, value)
    if verb == "remove":
        return _remove(document, path)
    if verb == "replace":
        _read(document, path)
        return _replace(document, path, operation["value"])
    if verb == "add":
        return _add(document, path, operation["value"])
    raise ValueError(verb)


def _split(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise ValueError(pointer)
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _child(parent: Any, part: str) -> Any:
    return parent[_index(parent, part)] if isinstance(parent, list) else parent[part]


def _index(parent: list[Any], part: str) -> int:
    index = int(part)
    if not 0 <= index < len(parent):
        raise IndexError(part)
    return index


def _read(document: Any, path: list[str]) -> Any:
    for part in path:
        document = _child(document, part)
    return document


def _replace(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _read(document, path[:-1])
    parent[_index(parent, path[-1]) if isinstance(parent, list) else path[-1]] = value
    return document


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _read(document, path[:-1])
    if isinstance(parent, list):
        place = len(parent) if path[-1] == "-" else int(path[-1])
        if not 0 <= place <= len(parent):
            raise IndexError(path[-1])
        parent.insert(place, value)
    elif isinstance(parent, dict):
        parent[path[-1]] = value
    else:
        raise TypeError(path)
    return document


def _remove(document: Any, path: list[str]) -> Any:
    parent = _read(document, path[:-1])
    del parent[_index(parent, path[-1]) if isinstance(parent, list) else path[-1]]
    return document
