"""One change of a plan as rows of a table: symbol, whose or what, role or field, and the rest in words."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from profiles_management.reconcile.lines import Tone, printable
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    Phase,
    Reason,
)

TONES = {
    Action.CREATE: Tone.ADD,
    Action.UPDATE: Tone.CHANGE,
    Action.REPLACE: Tone.REPLACE,
    Action.DELETE: Tone.REMOVE,
}
_OF_OWNER_OBJECTS = (".subjects", ".ownerReferences")
_LABELS = {"ResourceQuota": "quota", "LimitRange": "limitRange", "Namespace": "namespace"}
_PLAIN_VALUE = re.compile(r"[\w.][\w./:@+-]*", re.ASCII)
_LONGEST_VALUE = 120
_HEADER = re.compile(r"request\.headers\[(.*)\]")
_NO_NEWS = (Reason.WANTED, Reason.CHANGED)


class Row(NamedTuple):
    """One row; the first of a change carries its symbol, those that follow tell more of the same change."""

    symbol: str
    name: str
    detail: str
    said: str
    tone: Tone = Tone.PLAIN


def rows(change: Change) -> Iterator[Row]:
    """Yield the rows of a change: at least one, the first with its symbol. All text is printable."""
    told = _person(change) if change.person is not None else _object(change)
    symbol, indent = str(change.action), ""
    for name, detail, said in told:
        shown = indent + printable(name) if name else ""
        yield Row(symbol, shown, printable(detail), printable(said), TONES[change.action])
        symbol, indent = "", "  "


def rank(change: Change) -> int:
    """Return where a change stands within its profile: the owner, then people, then objects."""
    if change.person is not None:
        return 1
    return 0 if any(field.path == "owner" for field in change.fields) else 2


def day(moment: str) -> str:
    """Return a moment as a person writes it: midnight UTC is its day."""
    return moment.removesuffix("T00:00:00Z")


# people


def _person(change: Change) -> Iterator[tuple[str, str, str]]:
    yield (
        str(change.person),
        _role(change),
        ": ".join(part for part in (_why(change), _differences(change)) if part),
    )


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
    if not (change.until and is_given) or any(field.path == "until" for field in change.fields):
        return ""
    return f", until {day(change.until)}"


def _differences(change: Change) -> str:
    return "; ".join(
        _difference(field, change) for field in change.fields if not _is_said_already(field, change)
    )


def _is_said_already(field: FieldDiff, change: Change) -> bool:
    if field.path == "role":
        return change.reason is Reason.ROLE_CHANGED
    return field.path == "managed by" and change.reason is Reason.ADOPTED and field.before is None


def _difference(field: FieldDiff, change: Change) -> str:
    header = [_HEADER.fullmatch(str(value)) for value in (field.before, field.after)]
    if field.path.endswith(".key") and all(header):
        before, after = (json.dumps(found[1], ensure_ascii=False) for found in header if found)
        return f"header {before} → {after}"
    if field.path == "managed by" and field.before is None:
        return str(Reason.ADOPTED)
    if field.path == "until":
        return f"until {day(shown(field.before))} → {day(shown(field.after))}"
    named = "" if field.path == "source" and change.reason is Reason.MOVED else f"{field.path} "
    return f"{named}{shown(field.before)} → {shown(field.after)}"


# objects


def _object(change: Change) -> Iterator[tuple[str, str, str]]:
    """The owner first, then each part with its fields; a change that has none is told by its reason."""
    told = [
        _field(field, change)
        for field in sorted(change.fields, key=lambda field: field.path != "owner")
    ]
    told += map(_owner_of_before, _kept_by_owners(change))
    if not told:
        told = [(_label(change, ""), "", str(change.reason))]
    named = ""
    for name, detail, said in told:
        yield name if name != named else "", detail, said
        named = name


def _field(field: FieldDiff, change: Change) -> tuple[str, str, str]:
    if field.path == "owner":
        return _owner(field, change)
    if field.path == "managed by":
        taken = (
            f": {shown(field.before)} → {shown(field.after)}" if field.before is not None else ""
        )
        return _label(change, field.path), "", f"{Reason.ADOPTED}{taken}"
    return _label(change, field.path), field.path, _change_of(field, change)


def _kept_by_owners(change: Change) -> Iterator[AccessMove]:
    """Yield what people who were the owner keep as contributors."""
    for move in change.moves:
        if move.before == OWNER and move.after not in ("", OWNER):
            yield move


def _owner_of_before(move: AccessMove) -> tuple[str, str, str]:
    until = f", until {day(move.until)}" if move.until else ""
    return str(move.person), move.after, f"was the owner{until}"


def _owner(field: FieldDiff, change: Change) -> tuple[str, str, str]:
    name = str(field.after)
    if change.action is Action.CREATE:
        return (
            name,
            "owner",
            "new profile" if change.reason is Reason.WANTED else str(change.reason),
        )
    was = (
        f", was {field.before}" if field.before is not None and field.before != field.after else ""
    )
    return name, "owner", f"{change.reason}{was}"


def _label(change: Change, path: str) -> str:
    if change.target.kind == "Profile":
        of_profile = path in ("", "managed by", "plugins", "source") or path.endswith(
            _OF_OWNER_OBJECTS
        )
        return "profile" if of_profile else "quota"
    return _LABELS.get(change.target.kind, str(change.target))


def _change_of(field: FieldDiff, change: Change) -> str:
    value = _values(field, change.action)
    return value if change.reason in _NO_NEWS else f"{value}, {change.reason}"


def _values(field: FieldDiff, action: Action) -> str:
    tell = _limits if field.path == "limits" else shown
    if action is Action.CREATE and not field.before:
        return tell(field.after)
    if action is Action.DELETE and not field.after:
        return tell(field.before)
    return f"{tell(field.before)} → {tell(field.after)}"


def _limits(items: object) -> str:
    """Tell a list of limits as `Container max.cpu 2, default.cpu 1; Pod max.cpu 4`."""
    if not (isinstance(items, list) and items and all(isinstance(item, dict) for item in items)):
        return shown(items or None)
    return "; ".join(_limit(item) for item in items)


def _limit(item: dict[str, object]) -> str:
    parts = {key: part for key, part in item.items() if isinstance(part, dict)}
    amounts = (
        f"{key}.{name} {shown(amount)}"
        for key, part in parts.items()
        for name, amount in part.items()
    )
    return f"{item.get('type', '')} {', '.join(amounts)}".strip()


def shown(value: object) -> str:
    """Return a value in few words: plain where it is a word or a number, else as JSON, cut where it is long."""
    if value is None:
        return "none"
    if isinstance(value, str) and _PLAIN_VALUE.fullmatch(value):
        return value
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
