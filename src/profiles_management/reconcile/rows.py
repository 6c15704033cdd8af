"""One change of a plan as rows of a table.

Symbol, person or object, role or field, and the rest.
"""

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from profiles_management.reconcile.lines import Tone, printable
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    FieldKind,
    Phase,
    Reason,
)

TONES = {
    Action.CREATE: Tone.ADD,
    Action.UPDATE: Tone.CHANGE,
    Action.REPLACE: Tone.REPLACE,
    Action.DELETE: Tone.REMOVE,
}
_PARTS: Mapping[StrEnum, str] = {FieldKind.QUOTA: "quota", FieldKind.LIMITS: "limitRange"}
_PLAIN_VALUE = re.compile(r"[\w.][\w./:@+-]*", re.ASCII)
_LONGEST_VALUE = 120
_EXPECTED = (Reason.WANTED, Reason.CHANGED)


class Row(NamedTuple):
    """One row.

    The first of a change carries its symbol, those that follow belong to the same change.
    """

    symbol: str
    name: str
    detail: str
    said: str
    tone: Tone = Tone.PLAIN


class _Cells(NamedTuple):
    """The texts of a row, as they are before they are made printable."""

    name: str
    detail: str = ""
    said: str = ""


def rows(change: Change) -> Iterator[Row]:
    """Yield the rows of a change: at least one, the first with its symbol.

    All text is printable.
    """
    symbol, indent = str(change.action), ""
    for cells in _cells(change):
        name = indent + printable(cells.name) if cells.name else ""
        detail, said = printable(cells.detail), printable(cells.said)
        yield Row(symbol, name, detail, said, TONES[change.action])
        symbol, indent = "", "  "


def _cells(change: Change) -> Iterator[_Cells]:
    if change.person is None:
        yield from _object(change)
    else:
        yield _person(change)


def rank(change: Change) -> int:
    """Return where a change stands within its profile: the owner, then people, then objects."""
    if change.person is not None:
        return 1
    return 0 if change.has(FieldKind.OWNER) else 2


def day(moment: str) -> str:
    """Return a moment as a person writes it: midnight UTC is its day."""
    return moment.removesuffix("T00:00:00Z")


# people


def _person(change: Change) -> _Cells:
    parts = (_why(change), _differences(change))
    return _Cells(str(change.person), _role(change), ": ".join(filter(None, parts)))


def _role(change: Change) -> str:
    if change.action is Action.DELETE:
        return change.before
    if change.before and change.before != change.after:
        return f"{change.before} → {change.after}"
    return change.after


def _why(change: Change) -> str:
    if change.reason is Reason.EXTRA_ROLE:
        return f"{change.reason}, {change.after} stays"
    if change.reason is Reason.BECAME_OWNER and change.phase is Phase.REVOKE:
        return "is the owner"  # a new owner keeps a contributor's access until the SWITCH
    return f"{change.reason}{_until_given(change)}"


def _until_given(change: Change) -> str:
    """Return when access that is given or replaced ends; a new end is among the differences."""
    is_given = change.action is Action.CREATE or change.before != change.after
    if not change.until or not is_given or change.has(FieldKind.UNTIL):
        return ""
    return f", until {day(change.until)}"


def _differences(change: Change) -> str:
    return "; ".join(
        _difference(field, change) for field in change.fields if not _is_in_reason(field, change)
    )


def _is_in_reason(field: FieldDiff, change: Change) -> bool:
    """Whether the reason of a change says all of a field."""
    if field.kind is FieldKind.ROLE:
        return change.reason is Reason.ROLE_CHANGED
    return _is_new_mark(field) and change.reason is Reason.ADOPTED


def _is_new_mark(field: FieldDiff) -> bool:
    return field.kind is FieldKind.MANAGED_BY and field.before is None


def _difference(field: FieldDiff, change: Change) -> str:
    if field.text:
        return field.text
    if _is_new_mark(field):
        return str(Reason.ADOPTED)
    if field.kind is FieldKind.UNTIL:
        return f"until {day(shown(field.before))} → {day(shown(field.after))}"
    values = f"{shown(field.before)} → {shown(field.after)}"
    if field.kind is FieldKind.SOURCE and change.reason is Reason.MOVED:
        return values
    return f"{field.path} {values}"


# objects


def _object(change: Change) -> Iterator[_Cells]:
    """Yield the owner, each part with its fields, then what a previous owner keeps.

    A change without any of these has its reason.
    """
    fields = sorted(change.fields, key=lambda field: field.kind is not FieldKind.OWNER)
    lines = [_field(field, change) for field in fields]
    lines += map(_previous_owner, _kept_by_previous_owners(change))
    if not lines:
        lines = [_Cells(_object_name(change), said=str(change.reason))]
    return _with_name_once(lines)


def _with_name_once(lines: list[_Cells]) -> Iterator[_Cells]:
    """Yield lines without the name where it is that of the line before."""
    name = ""
    for cells in lines:
        yield cells._replace(name="") if cells.name == name else cells
        name = cells.name


def _field(field: FieldDiff, change: Change) -> _Cells:
    if field.kind is FieldKind.OWNER:
        return _Cells(str(field.after), "owner", owner_reason(field, change))
    name = _PARTS.get(field.kind) or _object_name(change)
    if field.kind is not FieldKind.MANAGED_BY:
        return _Cells(name, field.path, values(field, change))
    if field.before is None:
        return _Cells(name, said=str(Reason.ADOPTED))
    instances = f"{shown(field.before)} → {shown(field.after)}"
    return _Cells(name, said=f"{Reason.ADOPTED}: {instances}")


def _kept_by_previous_owners(change: Change) -> Iterator[AccessMove]:
    """Yield what people who were the owner keep as contributors."""
    for move in change.moves:
        if move.before == OWNER and move.after not in ("", OWNER):
            yield move


def _previous_owner(move: AccessMove) -> _Cells:
    until = f", until {day(move.until)}" if move.until else ""
    return _Cells(str(move.person), move.after, f"was the owner{until}")


def owner_reason(field: FieldDiff, change: Change) -> str:
    """Return why a profile has an owner from now on, with the previous one if there is another."""
    if change.action is Action.CREATE and change.reason is Reason.WANTED:
        return "new profile"
    return f"{change.reason}{previous_owner(field)}"


def previous_owner(field: FieldDiff) -> str:
    """Return the previous owner, such as `, was ann@example.com`; '' if there is no other."""
    if field.before is None or field.before == field.after:
        return ""
    return f", was {field.before}"


def _object_name(change: Change) -> str:
    return change.label or str(change.target)


def limit_changes(change: Change) -> Iterator[str]:
    """Yield what becomes of a quota and of limits, such as `quota cpu 1 → 2`, as printable text."""
    for field in change.fields:
        if field.kind in _PARTS:
            yield printable(f"{_PARTS[field.kind]} {field.path} {values(field, change)}")


def values(field: FieldDiff, change: Change) -> str:
    """Return the values of a field, with the reason of the change unless the document changed."""
    value = _before_and_after(field, change.action)
    return value if change.reason in _EXPECTED else f"{value}, {change.reason}"


def _before_and_after(field: FieldDiff, action: Action) -> str:
    text = _limits if field.kind is FieldKind.LIMITS else shown
    if action is Action.CREATE and not field.before:
        return text(field.after)
    if action is Action.DELETE and not field.after:
        return text(field.before)
    return f"{text(field.before)} → {text(field.after)}"


def _limits(items: object) -> str:
    """Return a list of limits as `Container max.cpu 2, default.cpu 1`."""
    if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
        return "; ".join(map(_limit, items))
    return shown(items or None)


def _limit(item: dict[str, object]) -> str:
    amounts: list[str] = []
    for key, part in item.items():
        if isinstance(part, dict):
            amounts += (f"{key}.{name} {shown(amount)}" for name, amount in part.items())
    return f"{item.get('type', '')} {', '.join(amounts)}".strip()


def shown(value: object) -> str:
    """Return a value as it is for a word or a number, else as JSON, cut where it is long."""
    if value is None:
        return "none"
    if isinstance(value, str) and _PLAIN_VALUE.fullmatch(value):
        return value
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
