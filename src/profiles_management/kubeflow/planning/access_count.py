"""Counting the access that a plan moves: in total, and for each deciding source. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from msgspec import structs

from profiles_management.kubeflow.planning.contributor_changes import People
from profiles_management.pmr.origins import label
from profiles_management.reconcile.moves import AccessPair, losses
from profiles_management.reconcile.plan import (
    LEFT_DOCUMENT,
    AccessGroup,
    Change,
    Person,
    Reason,
)

Group = tuple[str | None, str | None]
"""What the brake counts together: see SourceAccess.source and SourceAccess.within."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Which source decides about the access to one profile.

    Attributes:
        source: the source that defines it, or did before it left the document; '' where there is
            only one document.
        recorded: the source on its objects in the target; what that one gave is decided by
            `source`.
        merged: whether there are several sources.
        counts: what the brake counts. Where no document names the profile that is not access
            without our mark: its owner could hold up everybody else's revocation with as many
            RoleBindings as it takes.
        is_named: whether a document names the profile.
    """

    source: str = ""
    recorded: str = ""
    merged: bool = False
    counts: Literal["all", "marked", "nothing"] = "all"
    is_named: bool = True

    def about(self, given: str | None) -> Group:
        """Return which source decides about access that a source gave, with another definer.

        None for access without our mark.
        """
        if given is None:
            return None, ""
        is_own = not self.merged or given in ("", self.recorded, self.source)
        if not is_own:
            return given, label(self.source)
        return self.source, "" if self.is_named else LEFT_DOCUMENT

    def group(self, given: str | None) -> AccessGroup:
        """Return with what the brake counts access that a source gave."""
        source, within = self.about(given)
        return AccessGroup(source, within, self.is_counted(source))

    def is_counted(self, source: str | None) -> bool:
        """Return whether the brake counts access that a source decides about."""
        return self.counts == "all" or (self.counts == "marked" and source is not None)


class ExistingAccess:
    """Collects how much access there is before a plan, in pairs of a person and a profile."""

    def __init__(self) -> None:
        self._numbers: Counter[AccessGroup] = Counter()
        self._pairs: set[AccessPair] = set()

    def add(self, profile: str, people: People, deciding: Deciding) -> None:
        """Add the contributors of a profile: by name where something changes, else by number."""
        numbers = people.before
        if people.sources:
            numbers = Counter(numbers) - Counter(people.sources.values())
        for source, number in numbers.items():
            self._numbers[deciding.group(source)] += number
        for person, source in people.sources.items():
            self._pairs.add(AccessPair(deciding.group(source), profile, person))

    def groups(self, changes: Iterable[Change]) -> dict[AccessGroup, int]:
        """Return how many pairs there are of each group.

        Owners and people without our mark count only where they lose their access.
        """
        lasting = Counter(pair.group for pair in self._pairs | losses(changes))
        return {**(self._numbers + lasting)}


def decided(people: People, deciding: Deciding) -> Iterator[Change]:
    """Yield the changes of contributors, each with the source that decides it."""
    for change in people.changes:
        group = deciding.group(_given(change, people))
        if (change.source, change.within, change.at_stake) == group:
            yield change
        else:
            source, within, at_stake = group
            yield structs.replace(change, source=source, within=within, at_stake=at_stake)


def decided_unmarked(change: Change, deciding: Deciding, staying: Collection[Person]) -> Change:
    """Return a change of access without our mark, of which those who keep a role lose none."""
    moves = tuple(
        move._replace(counted=move.counted and move.person not in staying) for move in change.moves
    )
    group = deciding.group(None)
    return structs.replace(change, moves=moves, source=None, within="", at_stake=group.at_stake)


def _given(change: Change, people: People) -> str | None:
    """Return the source that gives access or, where a change only takes it away, gave it."""
    if change.reason is Reason.UNLISTED:
        return None
    if change.person is None:
        return ""
    return people.granting.get(change.person, people.sources.get(change.person) or "")
