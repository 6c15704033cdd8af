"""Problems with values that YAML reads differently from people: empty values, commas, numbers."""

from __future__ import annotations

import re
from typing import Final

from profiles_management.pmr.diagnosis import is_known_key
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import quoted
from profiles_management.pmr.split_values import SplitValue

_NO_SPACE: Final = re.compile(r"(?P<key>[A-Za-z_]+):(?P<value>\S.*)")
_EMPTY: Final = {
    "resources": "write: resources: {} for explicitly none, or remove the line",
    "limitRange": "write: limitRange: {} for explicitly none, or remove the line",
    "limit_range": "write: limit_range: {} for explicitly none, or remove the line",
    "contributors": "write: contributors: [] for none, or remove the line",
    "until": "write a date such as 2027-01-31, or remove the line for access without an end",
}


def empty_value_problem(path: Path) -> UnlocatedProblem | None:
    """Return the problem with an empty value, None where an empty value has a meaning."""
    if path in ((), ("profiles",)) or _may_be_empty(path):
        return None
    keys = [step for step in path if isinstance(step, str)]
    key = keys[-1] if keys else "profiles"
    if path[-1] != key:
        return _empty_value(path, f"an item of {quoted(key)} is empty", _remedy(key), key)
    pair = _NO_SPACE.fullmatch(key)
    if pair is not None and is_known_key(pair["key"]):
        what = f"{quoted(key)} has no space after its colon"
        remedy = f"write: {pair['key']}: {pair['value']}"
        return _empty_value(path, what, remedy, key, at_key=True)
    return _empty_value(path, f"{quoted(key)} has no value", _remedy(key), key)


def _may_be_empty(path: Path) -> bool:
    """Return whether null has a meaning: a label that drops a default, or a value of a plugin."""
    match [step for step in path if isinstance(step, str)]:
        case ["profiles", "labels", _]:
            return True
        case ["profiles", "plugins", "spec", *_]:
            return path[-1] != "spec"
    return False


def _remedy(key: str) -> str:
    return _EMPTY.get(key, "give it a value, or remove the line")


def _empty_value(
    path: Path, what: str, remedy: str, key: str, *, at_key: bool = False
) -> UnlocatedProblem:
    values = (quoted(key),)
    return UnlocatedProblem(path, Finding("empty-value", what, remedy, path, at_key, values))


def split_value_problem(value: SplitValue) -> UnlocatedProblem | None:
    """Return the problem with a value that a comma split, None if the rest is a key of its own."""
    path = value.paths[0]
    rest = str(path[-1])
    if is_known_key(rest):
        return None
    key = quoted(rest)
    what = f"a comma ends a value inside {{ }}, so {key} became a key"
    whole = quoted(" ".join(value.text.split()))
    remedy = f"put the value into double quotes: {value.key}: {whole}"
    finding = Finding("needs-quotes", what, remedy, path, at_key=True, values=(key,))
    return UnlocatedProblem(path, finding)


def number_problem(path: Path) -> UnlocatedProblem | None:
    """Return the problem with a number that YAML reads differently, None where none is expected."""
    if not {"hard", "limits"}.intersection(path):
        return None
    what = "YAML does not read this number as people do"
    remedy = "write it with plain digits, or in double quotes"
    return UnlocatedProblem(path, Finding("odd-number", what, remedy, path))
