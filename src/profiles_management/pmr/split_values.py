"""Values in flow mappings that a comma splits.

YAML reads `{name: CN=ann,OU=team}` as the name `CN=ann` and a key `OU=team` without a value.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Final, NamedTuple

from profiles_management.pmr.model import Path

LONGEST_VALUE: Final = 400
"""Characters before a null that are looked at."""


class SplitValue(NamedTuple):
    """A value that commas split into several keys.

    Attributes:
        key: the key of the value.
        text: the whole value, as it was probably meant.
        paths: the paths of the keys that belong to the value.
    """

    key: str
    text: str
    paths: list[Path]


def note_split_value(values: list[SplitValue], before: str, mapping: Sized, path: Path) -> None:
    """Note a key without a colon, which belongs to the value before it.

    Only flow mappings have such keys.

    Args:
        values: the values that were noted so far. A new one is added, or the last is extended.
        before: the text up to the null that stands for the value of the key, or the end of it.
        mapping: the mapping so far, without this key.
        path: the path of the null; its last step is the key.
    """
    key = path[-1]
    if not isinstance(mapping, dict) or not isinstance(key, str):
        return
    separator = _separator(before.rstrip(), key)
    if "," not in separator:
        return
    previous = next(reversed(mapping), None)
    if values and values[-1].paths[-1] == (*path[:-1], previous):
        values[-1] = _extended(values[-1], f"{separator}{key}", path)
        return
    text = mapping.get(previous)
    if isinstance(previous, str) and isinstance(text, str) and len(text) <= LONGEST_VALUE:
        values.append(SplitValue(previous, f"{text}{separator}{key}", [path]))


def _separator(before: str, key: str) -> str:
    """Return the commas and white space before a key at the end of a text, '' for none."""
    if not before.endswith(key):
        return ""
    lead = before.removesuffix(key)
    return lead[len(lead.rstrip(", \t\r\n")) :]


def _extended(value: SplitValue, text: str, path: Path) -> SplitValue:
    value.paths.append(path)
    is_short = len(value.text) <= LONGEST_VALUE
    return value._replace(text=value.text + text) if is_short else value
