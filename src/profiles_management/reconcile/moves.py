"""Counting the access that changes move, in pairs of a person and a profile. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

from profiles_management.reconcile.changes import AccessMove, Change, Person, Reason


class AccessGroup(NamedTuple):
    """What the brake counts together.

    Attributes:
        source, within: see SourceAccess.
        at_stake: whether the brake counts it at all.
    """

    source: str | None
    within: str | None = ""
    at_stake: bool = True


class AccessPair(NamedTuple):
    """One person who has a role in one profile, or gets one."""

    group: AccessGroup
    profile: str
    person: Person


LEFT_DOCUMENT: Final = None
"""In place of the name of a source: profiles that no document names any more."""


@dataclass(frozen=True, slots=True)
class SourceAccess:
    """How much access one source gave and takes away, in pairs of a person and a profile.

    Attributes:
        source: its name, '' where there is only one document; None for access without our mark.
        before: the pairs that it could take away.
        lost: those of them that end with no role.
        within: the other source in whose profiles these pairs are; '' for profiles of its own.
            Access in such a profile is counted apart: who defines it, or may write in it, can take
            all of it away at once. LEFT_DOCUMENT for profiles that no document names any more:
            anybody who can create one with our mark can fill it.
    """

    source: str | None
    before: int
    lost: int
    within: str | None = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How much access a plan moves, in pairs of a person and a profile.

    Attributes:
        before: the pairs that the document could take away: contributors, and owners who are
            replaced.
        lost: those of them that end with no role.
        expired: those whose time is up; the brake does not count them.
        gained: contributors and owners who had no role before.
    """

    before: int = 0
    lost: int = 0
    gained: int = 0
    expired: int = 0


def losses(changes: Iterable[Change]) -> frozenset[AccessPair]:
    """Return who ends with no role. Access whose time is up is no loss."""
    unexpired = (change for change in changes if change.reason is not Reason.EXPIRED)
    return frozenset(pair for pair, move in _counted_moves(unexpired) if move.is_loss)


def gains(changes: Iterable[Change]) -> frozenset[AccessPair]:
    """Return who gets a role who had none."""
    return frozenset(pair for pair, move in _counted_moves(changes) if move.is_gain)


def people_losing(changes: Collection[Change]) -> frozenset[Person]:
    """Return who ends with no role in a profile, also because the time is up."""
    expired = (change for change in changes if change.reason is Reason.EXPIRED)
    ended = frozenset(move.person for change in expired for move in change.moves)
    return ended | {pair.person for pair in losses(changes)}


def people_gaining(changes: Iterable[Change]) -> frozenset[Person]:
    """Return who gets a role in a profile who had none there."""
    return frozenset(pair.person for pair in gains(changes))


def _counted_moves(changes: Iterable[Change]) -> Iterator[tuple[AccessPair, AccessMove]]:
    for change in changes:
        group = AccessGroup(change.source, change.within, change.at_stake)
        for move in filter(attrgetter("counted"), change.moves):
            yield AccessPair(group, change.profile, move.person), move


def access_of(changes: Collection[Change], existing: Mapping[AccessGroup, int]) -> Access:
    """Return how much access changes move.

    Args:
        existing: how many pairs of a person and a profile there were before.
    """
    return Access(
        before=sum(existing.values()),
        lost=len(losses(changes)),
        gained=len(gains(changes)),
        expired=sum(change.reason is Reason.EXPIRED for change in changes),
    )


def sources_of(
    changes: Collection[Change], existing: Mapping[AccessGroup, int]
) -> tuple[SourceAccess, ...]:
    """Return what the brake counts, for each source; access without our mark comes last."""
    lost = Counter(pair.group for pair in losses(changes))
    groups = sorted((group for group in existing if group.at_stake), key=_place_of_group)
    return tuple(
        SourceAccess(group.source, existing[group], lost[group], group.within) for group in groups
    )


def _place_of_group(group: AccessGroup) -> tuple[bool, str, bool, str]:
    has_no_mark, has_left = group.source is None, group.within is LEFT_DOCUMENT
    return has_no_mark, group.source or "", has_left, group.within or ""
