"""Findings about YAML that a document may not contain, although YAML allows it."""

from __future__ import annotations

from typing import Final

import yaml

from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import quoted, shortened
from profiles_management.pmr.scalars import MERGE, Untypable, described

DEEPEST: Final = 32
MOST_KEYS: Final = 20_000
MOST_ITEMS: Final = 1_000
LONGEST_KEY: Final = 1_024
"""Characters; YAML requires a question mark before a longer key."""

_CHECK_FILE: Final = "check that the file is what it should be"
_SIMPLE_KEY: Final = "write a simple key; is this a template such as {{ name }}?"

TOO_DEEP: Final = Finding(
    "too-deep", f"this is nested more than {DEEPEST} levels deep", "use fewer levels"
)
SECOND_DOCUMENT: Final = Finding(
    "several-documents",
    "a second document starts here",
    "put all profiles into one document, under one profiles key",
)


def too_many_values(most: int) -> Finding:
    """Return the finding for a document with too many values."""
    what = f"this has more than {most:,} values, with aliases expanded"
    return Finding("too-many-values", what, "write a smaller document")


def too_large(size: int, most: int, parts: str, path: Path) -> Finding:
    """Return the finding for a container with too many `parts`: items or keys."""
    what = f"this has {size:,} {parts}, at most {most:,} are read"
    return Finding("too-many-values", what, _CHECK_FILE, path)


def key_too_long(length: int, path: Path) -> Finding:
    """Return the finding for a key of too many characters."""
    what = f"this key has {length:,} characters, at most {LONGEST_KEY:,} are read"
    return Finding("bad-key", what, _CHECK_FILE, path)


def duplicate_key(key: str, path: Path) -> Finding:
    """Return the finding for a key that its mapping already has."""
    value = quoted(key)
    what = f"the key {value} is duplicated"
    return Finding("duplicate-key", what, "keep one of them", path, values=(value,))


def bad_key(event: yaml.Event, key: object, path: Path) -> Finding:
    """Return the finding for a key that is not text."""
    if key is MERGE:
        remedy = "write the keys out, or put what all profiles share under defaults"
        return Finding("merge-key", 'the merge key "<<" is not allowed', remedy, path)
    if isinstance(key, dict | list):
        what = "a key must be text, this is a mapping or a list"
        return Finding("bad-key", what, _SIMPLE_KEY, path)
    written = event.value if isinstance(event, yaml.ScalarEvent) else str(key)
    what = f"a key must be text, YAML reads {written or 'this'} as {described(key)}"
    values = (written,) if written else ()
    return Finding("bad-key", what, f'write: "{written}":', path, values=values)


def bad_scalar(text: str, value: Untypable, path: Path) -> Finding:
    """Return the finding for a plain scalar without a type."""
    remedy = "correct it, or put it into double quotes if it is text"
    shown = shortened(text)
    return Finding("bad-scalar", f"{shown} {value.what}", remedy, path, values=(shown,))


def tag_not_allowed(tag: str, path: Path) -> Finding:
    """Return the finding for an explicit tag."""
    name = shortened(tag.replace("tag:yaml.org,2002:", "!!"))
    remedy = "remove it; quote the value if it is text"
    return Finding("tag", f"the tag {name} is not allowed", remedy, path, values=(name,))


def recursive_alias(anchor: str, path: Path) -> Finding:
    """Return the finding for an alias inside the value that it repeats."""
    alias = f"*{shortened(anchor)}"
    what = f"{alias} contains itself"
    return Finding("recursive-alias", what, "write it out", path, values=(alias,))


def unknown_alias(anchor: str, path: Path) -> Finding:
    """Return the finding for an alias whose anchor does not exist."""
    alias = f"*{shortened(anchor)}"
    remedy = f'write: "{alias}" if this is text, or add its anchor before'
    return Finding("unknown-alias", f"{alias} has no anchor", remedy, path, values=(alias,))
