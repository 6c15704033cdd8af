"""What is left of a change that met a conflict, by a plan from fresh reads. Pure.

A conflict says that an object changed since it was read, not how. Often nothing that matters did:
another program wrote a field that the plan does not use, or a write of an interrupted run arrived
late. A plan from fresh reads distinguishes that from somebody else's change. Only what the first
plan contained is sent, bound to what was read this time.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

from msgspec import structs

from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    ObjectRef,
    Pending,
    Phase,
    Plan,
    Write,
)


class Contradicted(Exception):
    """Somebody else changed what the change is about. The next run decides, not this one."""


def is_decided_alike(first: Plan, fresh: Plan) -> bool:
    """Return whether the target decided the same for both plans, with no new halt.

    What it decides by can be edited while a run is under way. Nobody has seen the second plan.
    """
    if fresh.halts and not first.halts:
        return False
    return first.decisions == fresh.decisions


def remaining(
    change: Change, fresh: Plan, *, written: Collection[Write] = (), met: Collection[Write] = ()
) -> Change:
    """Return what is left of a change; one without writes where its objects match the document.

    Args:
        change: as it was planned, and not carried out.
        fresh: the same document, planned from what was read after the conflict.
        written: its writes that succeeded.
        met: the write that met the conflict; none for a change that was not tried.

    Raises:
        Contradicted: a plan from fresh reads no longer makes this change.
    """
    if change.profile in fresh.refused_profiles:
        raise Contradicted
    candidates = [other for other in fresh.changes if _concerns_the_same(other, change)]
    if not candidates:
        return _written(change, fresh)
    rest = _only(candidates)
    if not _says_the_same(rest, change) or _repeats(rest, written, met):
        raise Contradicted
    return structs.replace(change, writes=rest.writes, settled=rest.settled)


def _only(candidates: Collection[Change]) -> Change:
    """Return the only change; several are not what was planned.

    Raises:
        Contradicted: there are several.
    """
    if len(candidates) > 1:
        raise Contradicted
    (change,) = candidates
    return change


def _concerns_the_same(other: Change, change: Change) -> bool:
    """Whether a change is about the same person, or the same objects of nobody, in a profile."""
    if (other.profile, other.person) != (change.profile, change.person):
        return False
    return change.person is not None or _share(_targets(other.writes), _targets(change.writes))


def _says_the_same(fresh: Change, change: Change) -> bool:
    """Whether a change leads from and to the same as another one, and has no further effect."""
    if _goal(fresh) != _goal(change) or not _effects(fresh) <= _effects(change):
        return False
    return _origin(fresh) == _origin(change) or _completes(fresh, change)


def _goal(change: Change) -> tuple[object, ...]:
    return change.after, change.until, change.source


def _origin(change: Change) -> tuple[object, ...]:
    return change.action, change.reason, change.before


def _effects(change: Change) -> set[object]:
    """Return which objects and fields a change overwrites, and whose access it moves."""
    objects = {(write.target, write.replaces) for write in change.writes}
    people = {write.ends for write in change.writes} - {None}
    # values need not be hashable
    moves = {(move.person, move.after, move.until) for move in change.moves}
    return {*objects, *people, *moves, *map(repr, change.fields)}


def _completes(fresh: Change, change: Change) -> bool:
    """Whether it makes the rest of a grant that an interrupted run of ours began."""
    is_grant = change.person is not None and change.action is Action.CREATE
    return is_grant and _said(fresh.writes) == _said(change.writes[1:])


def _said(writes: Iterable[Write]) -> list[tuple[StrEnum, ObjectRef, bytes]]:
    return [(write.verb, write.target, write.body) for write in writes]


def _repeats(fresh: Change, written: Iterable[Write], met: Iterable[Write]) -> bool:
    """Whether it writes again what was written, or creates what existed.

    Somebody has removed it meanwhile.
    """
    writes_again = _share(_targets(fresh.writes), _targets(written))
    return writes_again or _share(_created(fresh.writes), _created(met))


def _targets(writes: Iterable[Write]) -> set[ObjectRef]:
    return {write.target for write in writes}


def _created(writes: Iterable[Write]) -> set[ObjectRef]:
    return {write.target for write in writes if write.creates}


def _share(some: Collection[ObjectRef], others: Collection[ObjectRef]) -> bool:
    """Whether an object is among both."""
    return not set(some).isdisjoint(others)


# a change of which nothing is left to write


def _written(change: Change, fresh: Plan) -> Change:
    """Return a change without writes, which ends when its profile waits for nothing any more.

    Raises:
        Contradicted: something is left that may belong to the change, or nothing is to be waited
            for in this run.
    """
    if change.person is None and any(_is_left(other, change) for other in fresh.changes):
        raise Contradicted
    awaited = [pending for pending in fresh.pending if pending.profile == change.profile]
    return structs.replace(change, writes=(), settled=tuple(map(_condition, awaited)))


def _is_left(other: Change, change: Change) -> bool:
    """Whether something that is nobody's access is left to do that may belong to a change."""
    if (other.profile, other.person) != (change.profile, None):
        return False
    return other.phase in (change.phase, Phase.SWITCH)


def _condition(pending: Pending) -> Condition:
    """Return what is waited for in this run; something that is to be removed is not."""
    if pending.condition is None or pending.is_removal:
        raise Contradicted
    return pending.condition
