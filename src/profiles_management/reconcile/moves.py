"""Who gets and who loses access by a change, and how much of it a run moved. Pure."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from profiles_management.reconcile.plan import Access, Change, FieldDiff, Reason
from profiles_management.reconcile.report import Report, Result

OWNER: Final = "owner"
LISTED: Final = "listed"  # what a binding or a policy gives to somebody who is only in a list of it

_CONTRIBUTORS = "contributors."
_LISTS = ("subjects", "lets in")


class Move(NamedTuple):
    """One person's access to a profile, before and after a change: a role, OWNER, LISTED, or "" for none."""

    profile: str
    person: str
    before: str
    after: str


def moves(change: Change) -> Iterator[Move]:
    """Yield whose access a change moves; of a person who keeps a role, it is the same before and after."""
    if change.person is not None:
        after = OWNER if change.reason is Reason.BECAME_OWNER else change.after
        yield Move(change.profile, str(change.person), change.before, after)
    for field in change.fields:
        if field.path == OWNER:
            yield from _owners(change, field)
        elif field.path.endswith(_LISTS):
            kept = _names(field.after)
            gone = (name for name in _names(field.before) if name not in kept)
            yield from (Move(change.profile, name, LISTED, "") for name in gone)


def _owners(change: Change, field: FieldDiff) -> Iterator[Move]:
    if field.before == field.after:
        return
    if field.before is not None:
        before = str(field.before)
        roles = {field.path: str(field.after) for field in change.fields}
        yield Move(change.profile, before, OWNER, roles.get(f"{_CONTRIBUTORS}{before}", ""))
    yield Move(change.profile, str(field.after), "", OWNER)


def _names(listed: object) -> Collection[str]:
    return [str(name) for name in listed] if isinstance(listed, list) else ()


def losses(changes: Iterable[Change]) -> frozenset[tuple[str, str]]:
    """Return the pairs of a profile and a person who lose access by changes. Expiry is not a loss."""
    revoking = (change for change in changes if change.reason is not Reason.EXPIRED)
    return frozenset(
        (move.profile, move.person)
        for change in revoking
        for move in moves(change)
        if not move.after
    )


def moved(report: Report) -> Access:
    """Return how much access a run moved; what is not done is not counted."""
    planned = report.plan.access
    changes = [outcome.change for outcome in report.having(Result.DONE)]
    if len(changes) == len(report.plan.changes):
        return planned
    gained = (
        move for change in changes for move in moves(change) if not move.before and move.after
    )
    return Access(
        before=planned.before,
        lost=min(planned.lost, len(losses(changes))),
        gained=min(planned.gained, sum(1 for _ in gained)),
        expired=sum(change.reason is Reason.EXPIRED for change in changes),
    )
