"""A change is a value: what it makes of one object, whose access it moves, and the requests for it.

These are structs, not dataclasses: a first apply makes a hundred thousand of them, and they are
defined and made several times as fast. `msgspec.structs.replace` gives one with other fields.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from msgspec import Struct


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
    DRIFTED = "changed outside profiles-management"
    ADOPTED = "adopted"
    MOVED = "moved to another source"


class ObjectRef(Struct, frozen=True, order=True):
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


class Condition(Struct, frozen=True, order=True):
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


class Write(Struct, frozen=True):
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


class FieldKind(StrEnum):
    """What a field of an object is about. A target has further kinds, in an enum of its own."""

    OWNER = "owner"
    ROLE = "role"
    UNTIL = "until"
    PEOPLE = "people"  # everybody to whom one object gives access
    IDENTITY = "identity"  # whom and which role an object records
    NAME = "name"
    MANAGED_BY = "managed-by"
    SOURCE = "source"
    QUOTA = "quota"
    LIMITS = "limits"
    PLUGINS = "plugins"


class FieldDiff(Struct, frozen=True):
    """One field that differs; None stands for a field that is not there.

    Attributes:
        kind: what decisions look at: a member of FieldKind, or of an enum of the target.
        path: where the field is, for people and for JSON; nothing reads it.
        text: what people read about a person in place of path and values, '' where these say it.
    """

    kind: StrEnum
    path: str
    before: object
    after: object
    text: str = ""


class Person(NamedTuple):
    """Whose access a change is about.

    The kind is one of the document, such as `User` or `Group`.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "User" else f"{self.name} ({self.kind})"

    @property
    def kind_and_name(self) -> str:
        """The person where the kind matters, such as `User team` and `Group team`."""
        return f"{self.kind} {self.name}"


OWNER: Final = "owner"
LISTED: Final = "listed"


class AccessMove(NamedTuple):
    """One person's access to a profile, before and after a change; the same where it stays.

    Attributes:
        before, after: a role; OWNER; LISTED for what one object gives to everybody in its list; or
            "" for none.
        until: when the access after the change ends, as the document has it; "" for never.
        counted: whether Access counts it, which counts roles of contributors and owners. What gives
            access without a role is not counted, nor is a loss of somebody who keeps access by
            something else, or who was only one more person in a contributor's object.
    """

    person: Person
    before: str
    after: str
    until: str = ""
    counted: bool = True

    @property
    def is_loss(self) -> bool:
        """Whether the person ends with no access."""
        return bool(self.before) and not self.after

    @property
    def is_gain(self) -> bool:
        """Whether the person had no access."""
        return bool(self.after) and not self.before


class Change(Struct, frozen=True):
    """One step, whole: printing, counting and making it need nothing else.

    Attributes:
        target: the object that gives the step its name; `writes` names each that it touches.
        reason: a member of Reason, or of an enum of the target.
        person: whose access it is about, if it is about somebody's.
        before, after: the roles of that person before and after, empty for none.
        until: when the access given ends, as it stands in the document.
        moves: everybody whose access it moves, and how.
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
        at_stake: whether the brake counts the access that it takes away.
        label: what people call `target`, '' where that is its kind and name.
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
    moves: tuple[AccessMove, ...] = ()
    at_stake: bool = True
    label: str = ""

    @property
    def ends_access(self) -> bool:
        """Whether it ends somebody's access, which no halt of a target may delay."""
        return self.phase is Phase.REVOKE or self.narrows

    @property
    def gives(self) -> bool:
        """Whether somebody ends with more than before; it waits for the profile's revocations."""
        return self.promotes or self.phase is Phase.GRANT

    @property
    def takes(self) -> bool:
        """Whether it takes access away from somebody."""
        return any(write.ends is not None for write in self.writes)

    def has(self, kind: StrEnum) -> bool:
        """Return whether a field of a kind differs."""
        return any(field.kind == kind for field in self.fields)

    @property
    def order(self) -> tuple[Phase, str, ObjectRef]:
        """The place in a plan: phase, then profile, then object."""
        return self.phase, self.profile, self.target


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes in the order in which they are made."""
    return tuple(sorted(changes, key=lambda change: change.order))
