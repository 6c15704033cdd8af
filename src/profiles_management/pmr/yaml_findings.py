"""Complaints about values that YAML reads otherwise than people do: empty ones, texts cut by a comma, odd numbers."""

from __future__ import annotations

import re
from typing import Final

from profiles_management.pmr.cuts import Cut
from profiles_management.pmr.diagnosis import is_known_key
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import quoted

_NO_SPACE: Final = re.compile(r"(?P<key>[A-Za-z_]+):(?P<value>\S.*)")
_EMPTY: Final = {
    "resources": "write: resources: {} for explicitly none, or remove the line",
    "limitRange": "write: limitRange: {} for explicitly none, or remove the line",
    "limit_range": "write: limit_range: {} for explicitly none, or remove the line",
    "contributors": "write: contributors: [] for none, or remove the line",
    "until": "write a date such as 2027-01-31, or remove the line for access without an end",
}


def null_complaint(path: Path) -> UnlocatedProblem | None:
    """Return the complaint for a value with nothing in it, or None where nothing means something.

    A label of a profile that is null drops a default; what plugins take is theirs to know.
    """
    keys = [part for part in path if isinstance(part, str)]
    is_label = keys[:2] == ["profiles", "labels"] and len(keys) == len(
        ("profiles", "labels", "key")
    )
    is_plugins = keys[:3] == ["profiles", "plugins", "spec"] and path[-1] != "spec"
    if path in ((), ("profiles",)) or is_label or is_plugins:
        return None
    key = keys[-1] if keys else "profiles"
    pair = _NO_SPACE.fullmatch(key)
    if pair is not None and path[-1] == key and is_known_key(pair["key"]):
        what, remedy = (
            f"{quoted(key)} has no space after its colon",
            f"write: {pair['key']}: {pair['value']}",
        )
        return UnlocatedProblem(path, Finding("empty-value", what, remedy, path, at_key=True))
    remedy = _EMPTY.get(key, "give it a value, or remove the line")
    what = f'"{key}" has nothing after it' if path[-1] == key else f'an item of "{key}" is empty'
    return UnlocatedProblem(path, Finding("empty-value", what, remedy, path))


def cut_complaint(cut: Cut) -> UnlocatedProblem | None:
    """Return the complaint for a text that a comma cut in pieces; None where the piece is a key without its value."""
    path = cut.paths[0]
    stray = str(path[-1])
    if is_known_key(stray):
        return None
    what = f"a comma ends a value inside {{ }}, so {quoted(stray)} became a key"
    remedy = f"put the value into double quotes: {cut.key}: {quoted(' '.join(cut.text.split()))}"
    return UnlocatedProblem(path, Finding("needs-quotes", what, remedy, path, at_key=True))


def number_complaint(path: Path) -> UnlocatedProblem | None:
    """Return the complaint for a number that YAML reads otherwise than people do, where a number is welcome."""
    if not {"hard", "limits"}.intersection(path):
        return None
    what = "YAML does not read this number as people do"
    return UnlocatedProblem(
        path, Finding("odd-number", what, "write it with plain digits, or in double quotes", path)
    )
