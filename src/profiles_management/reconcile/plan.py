"""A plan is a value: every change that leads from what is to what should be, in the order in which it is made."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any, Final, NamedTuple

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.stops import Halt


class Phase(IntEnum):
    """When a change is made. Access is taken away before it is given: the order is the value."""

    REVOKE = 0
    SWITCH = 1
    SHAPE = 2
    GRANT = 3


class Action(StrEnum):
    """What happens to an object: the value is what a terminal shows, the name is what JSON says."""

    CREATE = "+"
    UPDATE = "~"
    REPLACE = "-/+"
    DELETE = "-"


class Reason(StrEnum):
    """Why a change is made: the value is what a person reads, the name is what JSON says.

    A target may have further reasons, in an enum of its own.
    """

    WANTED = "new"
    CHANGED = "document changed"
    LEFT_DOCUMENT = "left the document"
    UNLISTED = "not in the document"
    EXPIRED = "expired"
    ROLE_CHANGED = "role changed"
    OWNER_CHANGED = "owner changed"
    BECAME_OWNER = "became the owner"
    EXTRA_ROLE = "second role"
    RENAMED = "renamed"
    DUPLICATE = "second pair of the same role"
    DRIFTED = "not as written"
    ADOPTED = "adopted"
    MOVED = "moved to another source"


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """Which object.

    Attributes:
        parent: the name of what contains the object, '' where nothing does.
    """

    kind: str
    parent: str
    name: str

    def __str__(self) -> str:
        path = f"{self.parent}/{self.name}" if self.parent else self.name
        return f"{self.kind} {path}"


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """Something that somebody else brings about: an object reaches a state.

    Attributes:
        state: a member of the target's own enum. Its value continues a message after the name of
            the object, such as `to be gone`; `{value}` in it stands for `value`.
        value: what the object must have, where the state leaves that open.
    """

    target: ObjectRef
    state: StrEnum
    value: str = ""

    def __str__(self) -> str:
        return f"{self.target} {self.state.format(value=self.value)}"


@dataclass(frozen=True, slots=True)
class Write:
    """One request.

    Attributes:
        verb: how it is sent, a member of the target's own enum; JSON has its value.
        body: what to write, as the target encodes it; empty where nothing but the object is needed.
        version: the version of the object that was read; the write is refused where it has another
            by now.
        after: what must hold before it is sent.
        uid: the identity of the object that was read; the write is refused where another object has
            its name by now.
        ends: whose access the write takes away or limits. Where the object changed meanwhile and is
            still that person's, the write holds for the changed object too: nobody keeps access by
            changing it fast enough.
        must_exist: whether a deletion is refused where the object is gone by now: what replaces it
            was planned for somebody who had it.
        replaces: the value that it overwrites, where the fields of the change do not show it.
        creates: whether it makes an object that must not exist yet.
    """

    verb: StrEnum
    target: ObjectRef
    body: bytes = b""
    version: str = ""
    after: Condition | None = None
    uid: str = ""
    ends: "Person | None" = None
    must_exist: bool = False
    replaces: str = ""
    creates: bool = False


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs; None stands for a field that is not there."""

    path: str
    before: object
    after: object


class Person(NamedTuple):
    """Whose access a change is about. The kind is one of the document, such as `User` or `Group`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "User" else f"{self.name} ({self.kind})"

    @property
    def kind_and_name(self) -> str:
        """The person where the kind matters, such as `User team` beside `Group team`."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Change:
    """One step, whole: printing, counting and making it need nothing else.

    Attributes:
        target: the object that gives the step its name; `writes` names each that it touches.
        reason: a member of Reason, or of an enum of the target.
        person: whose access it is about, if it is about somebody's.
        before, after: the roles of that person before and after, empty for none.
        until: when the access given ends, as it stands in the document.
        writes: sent in this order by one worker; a role change is one step, its writes go back to
            back.
        settled: what must hold before the step counts as done, each after the one before it.
        promotes: whether somebody who has a role ends with a stronger one.
        source: whose document decides it, '' where there is only one; None where it takes away
            access that is not ours.
        within: the source that defines the profile, where `source` adds to a profile of another
            one; '' elsewhere.
        narrows: whether it takes access away from others than `person`, although `person` keeps or
            changes a role.
    """

    phase: Phase
    profile: str
    target: ObjectRef
    action: Action
    reason: StrEnum
    person: Person | None = None
    before: str = ""
    after: str = ""
    until: str = ""
    fields: tuple[FieldDiff, ...] = ()
    writes: tuple[Write, ...] = ()
    settled: tuple[Condition, ...] = ()
    promotes: bool = False
    source: str | None = ""
    within: str = ""
    narrows: bool = False

    @property
    def ends_access(self) -> bool:
        """Whether it ends somebody's access, which no halt of a target may delay."""
        return self.phase is Phase.REVOKE or self.narrows

    @property
    def gives(self) -> bool:
        """Whether somebody ends with more than they had, which waits for all revocations of the same profile."""
        return self.promotes or self.phase is Phase.GRANT

    @property
    def takes(self) -> bool:
        """Whether it takes access away from somebody."""
        return any(write.ends is not None for write in self.writes)

    @property
    def order(self) -> tuple[Phase, str, ObjectRef]:
        """The place in a plan: phase, then profile, then object."""
        return self.phase, self.profile, self.target


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for somebody else.

    Attributes:
        what: what it waits for, a sentence without a full stop.
        condition: what an apply waits for; None where only a later run can go on.
        is_removal: whether it waits until something is removed: until then, no change of the
            profile that met a conflict goes on.
    """

    profile: str
    what: str
    condition: Condition | None = None
    is_removal: bool = False


@dataclass(frozen=True, slots=True)
class Frozen:
    """A source that cannot be read, and what it made: left as it is, but for access whose time is up.

    Attributes:
        source, why: which source, and why it cannot be read; '' for profiles that bear no source,
            which every source may define.
        profiles: what it defines, sorted.
        contributors: how many it added to profiles of other sources.
    """

    source: str
    why: str
    profiles: tuple[str, ...] = ()
    contributors: int = 0


LEFT_DOCUMENT: Final = "profiles that left the document"


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
        gained: people and owners whom it gives a role, who had none.
    """

    source: str | None
    before: int
    lost: int
    within: str = ""
    gained: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """How much access a plan moves, in pairs of a person and a profile.

    Attributes:
        before: the pairs that the document could take away: contributors, and owners who are
            replaced.
        lost: those of them that end with no role.
        expired: those whose time is up; they count for nothing but the telling.
        gained: contributors and owners who had no role before.
    """

    before: int = 0
    lost: int = 0
    gained: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the target decided about a plan.

    Attributes:
        key: its name in JSON.
        data: its value in JSON.
        text: a sentence for people, '' where there is nothing to tell.
        decides: what the changes of the plan depend on. Where a plan from fresh reads has something
            else there, nothing of it is applied: nobody has seen it.
    """

    key: str
    data: Mapping[str, Any]
    text: str = ""
    decides: object = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change, in order, and what is left alone.

    Attributes:
        refused: profiles left as they are, each with what, where and remedy.
        warnings: what a person should know though nothing is stopped by it.
        pending: what waits for somebody else.
        profiles: how many profiles the document defines.
        new: how many of them somebody else still has to make, which takes its time.
        stale: the profiles that the document no longer defines, with changes or without.
        outside: further profiles that the document does not define, in which access ends: it
            expired, or the profile is being deleted.
        frozen: the sources that cannot be read, by name, with what stays because of that.
        sources: how much access each source takes away, which the brake looks at.
        held: changes that are not made until somebody allows them, in order; see stops.
        halts: why the target holds back every change that does not end access.
        facts: what the target decided about the plan.
    """

    changes: tuple[Change, ...] = ()
    refused: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    pending: tuple[Pending, ...] = ()
    profiles: int = 0
    new: int = 0
    stale: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)
    frozen: tuple[Frozen, ...] = ()
    sources: tuple[SourceAccess, ...] = ()
    held: tuple[Change, ...] = ()
    halts: tuple[Halt, ...] = ()
    facts: tuple[Fact, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.changes)

    @property
    def writes(self) -> int:
        """How many requests it takes."""
        return sum(len(change.writes) for change in self.changes)

    def holding(self, is_held: Callable[[Change], bool]) -> "Plan":
        """Return the plan with some of its changes held back."""
        changes: list[Change] = []
        held = [*self.held]
        for change in self.changes:
            (held if is_held(change) else changes).append(change)
        return replace(self, changes=tuple(changes), held=ordered(held))


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes in the order in which they are made."""
    return tuple(sorted(changes, key=lambda change: change.order))
