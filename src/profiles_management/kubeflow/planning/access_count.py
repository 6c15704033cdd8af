"""Counting the access that a plan moves: in total, and for each source that decides about it. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from profiles_management.kubeflow.planning.contributor_changes import People
from profiles_management.pmr.origins import label
from profiles_management.reconcile.plan import LEFT_DOCUMENT, Access, Change, Reason, SourceAccess

Group = tuple[str | None, str]
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
        """Return which source decides about access that a source gave, with the definer where that is another one.

        None for access without our mark.
        """
        if given is None:
            return None, ""
        is_own = not self.merged or given in ("", self.recorded, self.source)
        if not is_own:
            return given, label(self.source)
        return self.source, "" if self.is_named else LEFT_DOCUMENT

    def is_counted(self, source: str | None) -> bool:
        """Return whether the brake counts access that a source decides about."""
        return self.counts == "all" or (self.counts == "marked" and source is not None)


class Tally:
    """Counts access in pairs of a person and a profile."""

    def __init__(self) -> None:
        self._before: Counter[Group] = Counter()
        self._lost: Counter[Group] = Counter()
        self._gained: Counter[Group] = Counter()
        self._uncounted_before = self._uncounted_lost = 0
        self._expired = 0

    def people(self, found: People, deciding: Deciding) -> Iterator[Change]:
        """Count what happens to contributors, and yield each change with the source that decides it."""
        for given, number in found.before.items():
            self._count(deciding, given, before=number)
        for person in found.lost:
            self._count(deciding, found.sources[person], lost=1)
        for change in found.changes:
            self._expired += change.reason is Reason.EXPIRED
            source, within = group = deciding.about(_given(change, found))
            if change.reason is Reason.WANTED:
                self._gained[group] += 1
            is_set = (change.source, change.within) == group
            yield change if is_set else replace(change, source=source, within=within)

    def owner(self, deciding: Deciding, *, gained: bool, lost: bool) -> None:
        """Count an owner who is new, and one who ends with no role. Owners who stay are not at stake."""
        if gained:
            self._gained[deciding.about("")] += 1
        if lost:
            self._count(deciding, "", before=1, lost=1)

    def unmarked(self, deciding: Deciding, lost: int) -> None:
        """Count people without our mark, each of whom ends with no role."""
        self._count(deciding, None, before=lost, lost=lost)

    def access(self) -> Access:
        """Return what was counted in total."""
        return Access(
            before=self._before.total() + self._uncounted_before,
            lost=self._lost.total() + self._uncounted_lost,
            gained=self._gained.total(),
            expired=self._expired,
        )

    def sources(self) -> tuple[SourceAccess, ...]:
        """Return what the brake counts, for each source; access without our mark comes last."""
        groups = sorted(
            self._before.keys() | self._gained.keys(),
            key=lambda group: (group[0] is None, group[0] or "", group[1]),
        )
        return tuple(
            SourceAccess(
                source,
                self._before[source, within],
                self._lost[source, within],
                within,
                self._gained[source, within],
            )
            for source, within in groups
        )

    def _count(
        self, deciding: Deciding, given: str | None, *, before: int = 0, lost: int = 0
    ) -> None:
        group = deciding.about(given)
        if deciding.is_counted(group[0]):
            self._before[group] += before
            self._lost[group] += lost
        else:
            self._uncounted_before += before
            self._uncounted_lost += lost


def _given(change: Change, found: People) -> str | None:
    """Return the source that gives access or, where a change only takes it away, gave it."""
    if change.reason is Reason.UNLISTED:
        return None
    if change.person is None:
        return ""
    return found.granting.get(change.person, found.sources.get(change.person) or "")
