"""A plan is a value: every change from what exists to what is wanted, in the order of the run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.changes import (
    LISTED,
    OWNER,
    AccessMove,
    Action,
    Change,
    Condition,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Person,
    Phase,
    Reason,
    Write,
    ordered,
)
from profiles_management.reconcile.moves import (
    LEFT_DOCUMENT,
    Access,
    AccessGroup,
    SourceAccess,
    access_of,
    sources_of,
)
from profiles_management.reconcile.stops import Halt

__all__ = [
    "LEFT_DOCUMENT",
    "LISTED",
    "OWNER",
    "Access",
    "AccessGroup",
    "AccessMove",
    "Action",
    "Change",
    "Condition",
    "Fact",
    "FieldDiff",
    "FieldKind",
    "Frozen",
    "ObjectRef",
    "Pending",
    "Person",
    "Phase",
    "Plan",
    "Reason",
    "Replan",
    "SourceAccess",
    "Write",
    "ordered",
]


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for somebody else.

    Attributes:
        profile: the profile that waits.
        what: what it waits for, a sentence without a full stop.
        condition: what an apply waits for; None where only a later run can go on.
        is_removal: whether it waits until something is removed: until then, no change of the
            profile that met a conflict goes on.
    """

    profile: str
    what: str
    condition: Condition | None = None
    is_removal: bool = False


NOT_GIVEN: Final = "is not given in this run"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A source that cannot be read or is not given, and what it made.

    Left as it is, but for access whose time is up.

    Attributes:
        source, why: which source, and why it cannot be read; '' for profiles without a recorded
            source, which every source may define.
        profiles: what it defines, sorted.
        contributors: how many it added to profiles of other sources.
        people: how many people keep access because of it, each counted once.
        is_given: whether the run has this source; False for a source that only objects record.
        remedy: what to do about a source that is not given.
    """

    source: str
    why: str
    profiles: tuple[str, ...] = ()
    contributors: int = 0
    people: int = 0
    is_given: bool = True
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the target decided about a whole plan.

    Attributes:
        key: its name in JSON, next to the keys of `describe`; each fact has its own.
        data: its value in JSON.
        text: a sentence for people, '' where they need none.
        decides: what the changes of the plan depend on, compared with `==`. Where a plan from fresh
            reads has another value, nothing of it is applied: nobody has seen it.
    """

    key: str
    data: Mapping[str, Any]
    text: str = ""
    decides: object = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change, in order, and what stays unchanged, and why.

    Attributes:
        changes: in the order of `ordered`.
        refused: what a target does not do for a profile, each with what, where and remedy; the
            place is that of a profile (Where.of_profile). It stays as it is, unless the target can
            leave out a part of it, as a portal can with an allocation.
        warnings: what a person should know; they stop nothing.
        pending: what waits for somebody else and has no change in this plan.
        profiles: how many profiles the document defines.
        new: how many of them somebody else still has to make; a run may take longer for them.
        stale: the profiles that the document no longer defines, with changes or without.
        stale_remedy: how stale profiles are deleted, as a sentence; '' if they cannot be.
        outside: further profiles that the document does not define, in which access ends: it
            expired, or the profile is being deleted.
        frozen: the sources that cannot be read, by name, with what stays because of that.
        existing: how many pairs of a person and a profile there were before, by what the brake
            counts together. The brake stops no group that is missing here.
        held: changes that are not made until somebody allows them, in order; see stops.
        halts: why every change that does not end access is held back, as the target decided.
        facts: what the target decided about the plan.
        remaining: by source, profiles in which people stay whom it added, without a change that
            would revoke them; the source may name them or not.
        given: by source, the people to whom it gave access, with the profile, at least where a
            change is about them. Another source may decide the change.
    """

    changes: tuple[Change, ...] = ()
    refused: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    pending: tuple[Pending, ...] = ()
    profiles: int = 0
    new: int = 0
    stale: tuple[str, ...] = ()
    stale_remedy: str = ""
    outside: tuple[str, ...] = ()
    frozen: tuple[Frozen, ...] = ()
    existing: Mapping[AccessGroup, int] = field(default_factory=dict)
    held: tuple[Change, ...] = ()
    halts: tuple[Halt, ...] = ()
    facts: tuple[Fact, ...] = ()
    remaining: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given: Mapping[str, frozenset[tuple[str, Person]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.changes)

    @property
    def refused_profiles(self) -> frozenset[str]:
        """The names of the profiles that are left as they are because of a problem."""
        return frozenset(problem.where.profile for problem in self.refused)

    @property
    def fact_texts(self) -> list[str]:
        """What the target decided about the plan, in sentences for people."""
        return [fact.text for fact in self.facts if fact.text]

    @property
    def decisions(self) -> list[object]:
        """What the target decided; a plan that decides otherwise is shown again, not applied."""
        return [fact.decides for fact in self.facts]

    @property
    def writes(self) -> int:
        """How many requests it takes."""
        return sum(len(change.writes) for change in self.changes)

    @property
    def access(self) -> Access:
        """How much access the changes move."""
        return access_of(self.changes, self.existing)

    @property
    def sources(self) -> tuple[SourceAccess, ...]:
        """How much access each source takes away, by changes that are held too.

        The brake counts it.
        """
        return sources_of((*self.changes, *self.held), self.existing)

    def holding(self, is_held: Callable[[Change], bool]) -> "Plan":
        """Return the plan with some of its changes held back."""
        changes: list[Change] = []
        held = [*self.held]
        for change in self.changes:
            (held if is_held(change) else changes).append(change)
        return replace(self, changes=tuple(changes), held=ordered(held))


Replan = Callable[[], Plan]
"""Returns the document of a run, planned from fresh reads."""
