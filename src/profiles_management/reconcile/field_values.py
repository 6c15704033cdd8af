"""What a plan shows of a field: its values before and after, and why they differ."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from profiles_management.reconcile.lines import cut
from profiles_management.reconcile.plan import Action, Change, FieldDiff, FieldKind, Reason

_PLAIN_VALUE = re.compile(r"[\w.][\w./:@+-]*", re.ASCII)
_LONGEST_VALUE = 120
_EXPECTED = (Reason.WANTED, Reason.CHANGED)


def values(field: FieldDiff, change: Change) -> str:
    """Return the values of a field, with the reason of the change unless the document changed."""
    text = " → ".join(map(_TEXTS.get(field.kind, shown), _sides(field, change.action)))
    if change.reason in _EXPECTED:
        return text
    return f"{text}, {change.reason}"


def _sides(field: FieldDiff, action: Action) -> Iterator[object]:
    """Yield the values before and after; an object that is new or goes has one of them."""
    if field.before or action is not Action.CREATE:
        yield field.before
    if field.after or action is not Action.DELETE:
        yield field.after


def before_and_after(field: FieldDiff) -> str:
    """Return both values of a field."""
    return f"{shown(field.before)} → {shown(field.after)}"


def _limits(items: object) -> str:
    """Return a list of limits as `Container max.cpu 2, default.cpu 1`."""
    if isinstance(items, list) and all(isinstance(item, dict) for item in items):
        return "; ".join(map(_limit, items)) or shown(None)
    return shown(items)


def _limit(item: dict[str, object]) -> str:
    return f"{item.get('type', '')} {', '.join(_amounts(item))}".strip()


def _amounts(item: dict[str, object]) -> Iterator[str]:
    for key, part in item.items():
        if isinstance(part, dict):
            yield from (f"{key}.{name} {shown(amount)}" for name, amount in part.items())


def shown(value: object) -> str:
    """Return a value as it is for a word or a number, else as JSON, cut where it is long."""
    if value is None:
        return "none"
    if isinstance(value, str) and _PLAIN_VALUE.fullmatch(value):
        return value
    return cut(json.dumps(value, ensure_ascii=False, default=str), _LONGEST_VALUE)


_TEXTS: Mapping[StrEnum, Callable[[object], str]] = {FieldKind.LIMITS: _limits}
