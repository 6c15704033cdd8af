"""What a person confirms before a plan is applied to a portal. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from profiles_management.puhuri.planning.role_strength import strength
from profiles_management.puhuri.planning.terms import Verb
from profiles_management.reconcile.concerns import Concern, Confirmation
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import AccessMove, Change, Plan, Reason


class PortalConcern(StrEnum):
    """What a concern is about; the value is what JSON has."""

    REVOCATION = "revocation"
    WEAKER_ROLE = "weaker-role"
    ADOPTION = "adoption"
    TERMINATION = "termination"
    DELETION = "deletion"


_WORDS: Final[Mapping[StrEnum, tuple[str, str]]] = {
    PortalConcern.REVOCATION: ("role assignment ends", "role assignments end"),
    PortalConcern.WEAKER_ROLE: ("role becomes weaker", "roles become weaker"),
    PortalConcern.ADOPTION: ("existing project is adopted", "existing projects are adopted"),
    PortalConcern.TERMINATION: ("allocation is terminated", "allocations are terminated"),
    PortalConcern.DELETION: ("project is deleted", "projects are deleted"),
}
_ENDS: Final[Mapping[str, PortalConcern]] = {
    Verb.TERMINATE: PortalConcern.TERMINATION,
    Verb.DELETE_PROJECT: PortalConcern.DELETION,
}


def concerns(plan: Plan) -> frozenset[Concern]:
    """Return everything in a plan that a person has to agree to, without access that expires."""
    return frozenset(concern for change in plan.changes for concern in _of_change(change))


def _of_change(change: Change) -> Iterator[Concern]:
    if change.reason is Reason.ADOPTED:
        yield Concern(PortalConcern.ADOPTION, change.profile)
    for write in change.writes:
        if write.verb in _ENDS:
            yield Concern(_ENDS[write.verb], change.profile, write.target.name)
    if change.reason is Reason.EXPIRED:
        return
    for move in change.moves:
        kind = _loss(move)
        if kind is not None:
            yield Concern(kind, change.profile, str(move.person))


def _loss(move: AccessMove) -> PortalConcern | None:
    if not move.before:
        return None
    if not move.after:
        return PortalConcern.REVOCATION
    is_weaker = strength(move.before) > strength(move.after)
    return PortalConcern.WEAKER_ROLE if is_weaker else None


def _words(kind: StrEnum, concerns: Sequence[Concern]) -> str:
    return count(len(concerns), *_WORDS[kind])


CONFIRMATION: Final = Confirmation(concerns, PortalConcern, _words)
