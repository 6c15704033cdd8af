"""One change of a plan as rows of a table.

Symbol, person or object, role or field, and the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from profiles_management.reconcile.field_values import before_and_after, shown, values
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

    All text is printable. A name that the row above has is not repeated.
    """
    symbol, tone = str(change.action), TONES[change.action]
    indent = above = ""
    for cells in _cells(change):
        name = ""
        if cells.name != above:
            name = indent + printable(cells.name)
        yield Row(symbol, name, printable(cells.detail), printable(cells.said), tone)
        symbol, indent, above = "", "  ", cells.name


def _cells(change: Change) -> Iterable[_Cells]:
    if change.person is None:
        return _object(change)
    return [_Cells(str(change.person), _role(change), _said_of_person(change))]


def rank(change: Change) -> int:
    """Return where a change stands within its profile: the owner, then people, then objects."""
    if change.person is not None:
        return 1
    if change.has(FieldKind.OWNER):
        return 0
    return 2


def day(moment: str) -> str:
    """Return a moment as a person writes it: midnight UTC is its day."""
    return moment.removesuffix("T00:00:00Z")


# people


def _role(change: Change) -> str:
    if change.action is Action.DELETE:
        return change.before
    distinct = dict.fromkeys((change.before, change.after))
    return " → ".join(filter(None, distinct))


def _said_of_person(change: Change) -> str:
    """Return the reason, and what differs beyond it."""
    differences = (_DIFFERENCES.get(field.kind, _named)(field, change) for field in change.fields)
    return ": ".join(filter(None, (_why(change), "; ".join(filter(None, differences)))))


def _why(change: Change) -> str:
    if change.reason is Reason.EXTRA_ROLE:
        return f"{change.reason}, {change.after} stays"
    if change.reason is Reason.BECAME_OWNER and change.phase is Phase.REVOKE:
        return "is the owner"  # a new owner keeps a contributor's access until the SWITCH
    if _is_given(change):
        return f"{change.reason}{_ending(change.until)}"
    return str(change.reason)


def _is_given(change: Change) -> bool:
    """Whether access is given or replaced, and its end is not among the differences."""
    if change.has(FieldKind.UNTIL):
        return False
    return change.action is Action.CREATE or change.before != change.after


def _ending(until: str) -> str:
    """Return when access ends, such as `, until 2027-01-31`; '' for never."""
    if not until:
        return ""
    return f", until {day(until)}"


# what a person's field says beyond the reason of the change, '' where that says it all


def _named(field: FieldDiff, _change: Change) -> str:
    return field.text or f"{field.path} {before_and_after(field)}"


def _new_role(field: FieldDiff, change: Change) -> str:
    if change.reason is Reason.ROLE_CHANGED:
        return ""
    return _named(field, change)


def _new_mark(field: FieldDiff, change: Change) -> str:
    if field.before is not None:
        return _named(field, change)
    if change.reason is Reason.ADOPTED:
        return ""
    return str(Reason.ADOPTED)


def _new_source(field: FieldDiff, change: Change) -> str:
    if change.reason is Reason.MOVED:
        return before_and_after(field)
    return _named(field, change)


def _new_end(field: FieldDiff, _change: Change) -> str:
    return f"until {day(shown(field.before))} → {day(shown(field.after))}"


_DIFFERENCES: Mapping[StrEnum, Callable[[FieldDiff, Change], str]] = {
    FieldKind.ROLE: _new_role,
    FieldKind.MANAGED_BY: _new_mark,
    FieldKind.SOURCE: _new_source,
    FieldKind.UNTIL: _new_end,
}


# objects


def _object(change: Change) -> list[_Cells]:
    """Return the owner, each part with its fields, then what a previous owner keeps.

    A change without any of these has its reason.
    """
    fields = sorted(change.fields, key=lambda field: field.kind is not FieldKind.OWNER)
    lines = [_PARTS_OF_OBJECTS.get(field.kind, _part)(field, change) for field in fields]
    lines += map(_previous_owner, _kept_by_previous_owners(change))
    return lines or [_Cells(_object_name(change), said=str(change.reason))]


def _part(field: FieldDiff, change: Change) -> _Cells:
    name = _PARTS.get(field.kind, _object_name(change))
    return _Cells(name, field.path, values(field, change))


def _owner(field: FieldDiff, change: Change) -> _Cells:
    return _Cells(str(field.after), "owner", owner_reason(field, change))


def _mark(field: FieldDiff, change: Change) -> _Cells:
    said = str(Reason.ADOPTED)
    if field.before is not None:
        said += f": {before_and_after(field)}"
    return _Cells(_object_name(change), said=said)


_PARTS_OF_OBJECTS: Mapping[StrEnum, Callable[[FieldDiff, Change], _Cells]] = {
    FieldKind.OWNER: _owner,
    FieldKind.MANAGED_BY: _mark,
}


def _kept_by_previous_owners(change: Change) -> Iterator[AccessMove]:
    """Yield what people who were the owner keep as contributors."""
    for move in change.moves:
        if move.before == OWNER and move.after not in ("", OWNER):
            yield move


def _previous_owner(move: AccessMove) -> _Cells:
    return _Cells(str(move.person), move.after, f"was the owner{_ending(move.until)}")


def owner_reason(field: FieldDiff, change: Change) -> str:
    """Return why a profile has an owner from now on, with the previous one if there is another."""
    if change.action is Action.CREATE and change.reason is Reason.WANTED:
        return "new profile"
    return f"{change.reason}{previous_owner(field)}"


def previous_owner(field: FieldDiff) -> str:
    """Return the previous owner, such as `, was ann@example.com`; '' if there is no other."""
    if field.before in (None, field.after):
        return ""
    return f", was {field.before}"


def _object_name(change: Change) -> str:
    return change.label or str(change.target)


def limit_changes(change: Change) -> Iterator[str]:
    """Yield what becomes of a quota and of limits, such as `quota cpu 1 → 2`, as printable text."""
    for field in change.fields:
        if field.kind in _PARTS:
            yield printable(f"{_PARTS[field.kind]} {field.path} {values(field, change)}")
