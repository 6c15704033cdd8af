"""What is left of a change that met a conflict, by a plan from fresh reads. Pure.

A conflict says that an object changed since it was read, not how. Often nothing that matters did:
another program wrote a field that the plan does not use, or a write of an interrupted run arrived
late. A plan from fresh reads distinguishes that from somebody else's change. Only what the first
plan contained is sent, bound to what was read this time.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    ObjectRef,
    Phase,
    Plan,
    Write,
)


class Contradicted(Exception):
    """Somebody else changed what the change is about. The next run decides, not this one."""


def is_decided_alike(first: Plan, fresh: Plan) -> bool:
    """Return whether the target decided the same for both plans, and halts the second only if it halted the first.

    What it decides by can be edited while a run is under way. Nobody has seen the second plan.
    """
    decided, fresh_decided = ([fact.decides for fact in plan.facts] for plan in (first, fresh))
    return decided == fresh_decided and (not fresh.halts or bool(first.halts))


def remaining(
    change: Change, fresh: Plan, *, written: Collection[Write] = (), met: Write | None = None
) -> Change:
    """Return what is left of a change; one without writes where its objects are as the document wants them.

    Args:
        change: as it was planned, and not carried out.
        fresh: the same document, planned from what was read after the conflict.
        written: its writes that were answered with success.
        met: the write that met the conflict; None for a change that was not tried.

    Raises:
        Contradicted: a plan from fresh reads no longer makes this change.
    """
    if any(problem.where.profile == change.profile for problem in fresh.refused):
        raise Contradicted
    candidates = [other for other in fresh.changes if _concerns_the_same(other, change)]
    if not candidates:
        if change.person is None and any(_is_left(other, change) for other in fresh.changes):
            raise Contradicted
        return replace(change, writes=(), settled=tuple(_waited_for(change.profile, fresh)))
    if (
        len(candidates) > 1
        or not _says_the_same(candidates[0], change)
        or _repeats(candidates[0], written, met)
    ):
        raise Contradicted
    return replace(change, writes=candidates[0].writes, settled=candidates[0].settled)


def _concerns_the_same(other: Change, change: Change) -> bool:
    """Whether a change is about the same person in the same profile, or about what is nobody's access there."""
    if other.profile != change.profile or other.person != change.person:
        return False
    return change.person is not None or not _targets(other.writes).isdisjoint(
        _targets(change.writes)
    )


def _targets(writes: Iterable[Write]) -> set[ObjectRef]:
    return {write.target for write in writes}


def _replaced(writes: Iterable[Write]) -> set[tuple[ObjectRef, str]]:
    return {(write.target, write.replaces) for write in writes}


def _is_left(other: Change, change: Change) -> bool:
    """Whether something that is nobody's access is left to do that may belong to a change."""
    return (
        other.profile == change.profile
        and other.person is None
        and other.phase in (change.phase, Phase.SWITCH)
    )


def _says_the_same(fresh: Change, change: Change) -> bool:
    """Whether a change leads from and to the same as another one, by the same objects, and takes from nobody else."""
    if not _replaced(fresh.writes) <= _replaced(change.writes):
        return False
    if (fresh.after, fresh.until, fresh.source) != (change.after, change.until, change.source):
        return False
    if not {write.ends for write in fresh.writes} <= {
        None,
        *(write.ends for write in change.writes),
    }:
        return False
    # values need not be hashable
    if not set(map(repr, fresh.fields)) <= set(map(repr, change.fields)):
        return False
    if (fresh.action, fresh.reason, fresh.before) == (change.action, change.reason, change.before):
        return True
    return _completes(fresh, change)


def _completes(fresh: Change, change: Change) -> bool:
    """Whether it makes the rest of a grant whose first object an interrupted run of ours has just made."""
    is_grant = change.person is not None and change.action is Action.CREATE
    return is_grant and _said(fresh.writes) == _said(change.writes[1:])


def _said(writes: Iterable[Write]) -> list[tuple[StrEnum, ObjectRef, bytes]]:
    return [(write.verb, write.target, write.body) for write in writes]


def _repeats(fresh: Change, written: Iterable[Write], met: Write | None) -> bool:
    """Whether it writes again what was written, or creates what was there: somebody has removed it meanwhile."""
    there = {met.target} if met is not None and met.creates else set()
    created = {write.target for write in fresh.writes if write.creates}
    return not _targets(fresh.writes).isdisjoint(_targets(written)) or not created.isdisjoint(there)


def _waited_for(profile: str, fresh: Plan) -> Iterator[Condition]:
    """Yield what the profile still waits for.

    Raises:
        Contradicted: nothing is to be waited for in this run, or only for the end of a removal.
    """
    for pending in fresh.pending:
        if pending.profile == profile:
            if pending.condition is None or pending.is_removal:
                raise Contradicted
            yield pending.condition
