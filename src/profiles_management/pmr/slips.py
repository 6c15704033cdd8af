"""Slips of the pen that are seen often enough to say what to write instead."""

from __future__ import annotations

import re
from typing import Final

from profiles_management.pmr.names import quoted

_PAIR = re.compile(r"""([A-Za-z][\w./-]*)\s*[=:]\s*("[^"]*"|'[^']*'|[^\s,;"']+)""")
_LONGEST: Final = 1_000  # what is longer is no slip of the pen
_EXAMPLES: Final = {
    "hard": 'limits.cpu: "4"',
    "resources": 'hard: {limits.cpu: "4"}, or {} for explicitly none',
    "limitRange": "limits: [...], or {} for explicitly none",
    "defaults": "labels: {team: ml}",
    "labels": "team: ml",
    "annotations": "note: text",
}
_ADDRESS = re.compile(r"[^\s:{}\[\],]+@[^\s:{}\[\],]+")


def pairs_in(text: str) -> list[str]:
    """Return `key: "value"` for each assignment in a text such as `limits.cpu = "1"`; none if it is something else."""
    if len(text) > _LONGEST or not re.fullmatch(rf"(?:\s*{_PAIR.pattern}[\s,;]*)+", text):
        return []
    return [f"{key}: {quoted(value.strip(chr(34) + chr(39)))}" for key, value in _PAIR.findall(text)]


def mapping_remedy(key: str, value: object) -> str:
    """Return what to write where a mapping is wanted."""
    pairs = pairs_in(value) if isinstance(value, str) else []
    if len(pairs) == 1:
        return f"write: {pairs[0]}"
    if pairs:
        return f"write one on each line: {', then '.join(pairs)}"
    if key == "owner":
        name = value if isinstance(value, str) and _ADDRESS.fullmatch(value) else "ann@example.com"
        return f"write: owner: {{kind: User, name: {name}}}"
    if key in ("limitRange", "limit_range") and isinstance(value, list):
        return f"put a line limits: between {key}: and the list"
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return "remove the dashes before the keys"
    return f"write keys and values below it, as in: {_EXAMPLES.get(key, 'key: value')}"


def item_remedy(parent: str, value: object) -> str:
    """Return what to write where an item of a list should be a mapping."""
    if parent == "contributors":
        name = value if isinstance(value, str) and _ADDRESS.fullmatch(value) else "ann@example.com"
        return f"write: - {{name: {name}, role: edit}}"
    if parent == "profiles":
        name = value if isinstance(value, str) and re.fullmatch(r"[a-z0-9-]+", value) else "my-profile"
        return f"write: - name: {name}, and below it owner: {{kind: User, name: ann@example.com}}"
    return "write its keys and values after the dash"


def list_remedy(key: str, value: object) -> str:
    """Return what to write where a list is wanted."""
    if key == "contributors" and isinstance(value, str) and _ADDRESS.fullmatch(value):
        return f"write: contributors: [{{name: {value}, role: edit}}]"
    if isinstance(value, dict):
        return "put a dash before each item, as in: - name: ..." if value else f"write: {key}: []"
    return (
        f"write: {key}: [{quoted(value) if isinstance(value, str) else value}]"
        if key in ("scopes", "values")
        else (f"write the items of {key} below it, each after a dash")
    )
