"""Texts in flow mappings that a comma cut in pieces: `{name: CN=ann,OU=team}` has the key `OU=team`, with no value."""

from __future__ import annotations

from collections.abc import Sized
from typing import Final, NamedTuple

from profiles_management.pmr.model import Path

LONGEST_CUT: Final = 400
"""Characters before a null that are looked at."""


class Cut(NamedTuple):
    """A text that was cut in pieces.

    `key` is that of its first piece, `text` what was probably meant, `paths` are those of the other
    pieces.
    """

    key: str
    text: str
    paths: list[Path]


def note_cut(cuts: list[Cut], before: str, here: Sized, path: Path) -> None:
    """Note a key that has no colon, and so belongs to the text before it; only flow mappings have such keys.

    Args:
        cuts: those that were found so far; this one is added, or is a further piece of the last.
        before: the end of the text up to the null that stands for the value.
        here: the mapping so far, without this key.
        path: that of the null; it ends with the key.
    """
    key = path[-1]
    if not isinstance(here, dict) or not isinstance(key, str):
        return
    lead = before.rstrip().removesuffix(key)
    separator = lead[len(lead.rstrip(", \t\r\n")) :]
    if not before.rstrip().endswith(key) or "," not in separator:
        return
    previous = next(reversed(here), None)
    if cuts and cuts[-1].paths[-1] == (*path[:-1], previous):
        last = cuts[-1]
        last.paths.append(path)
        if len(last.text) <= LONGEST_CUT:
            cuts[-1] = last._replace(text=f"{last.text}{separator}{key}")
        return
    text = here.get(previous)
    if isinstance(previous, str) and isinstance(text, str) and len(text) <= LONGEST_CUT:
        cuts.append(Cut(previous, f"{text}{separator}{key}", [path]))
