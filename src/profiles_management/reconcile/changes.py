"""Changes as values: what becomes of an object, whose access changes, and the writes for it.

These are structs, not dataclasses: a first apply makes a hundred thousand of them, and they are
defined and made several times as fast. `msgspec.structs.replace` gives one with other fields.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from msgspec import Struct


class Phase(IntEnum):
    """When a change is made: access is taken away before it is given.

    The phases are barriers for all profiles: a phase begins when every write of the one before was
    answered or given up. After a failure, the later phases make no change in the same profile.
    """

    REVOKE = 0  # somebody loses access
    SWITCH = 1  # a role, an owner or a name is replaced, in one change
    SHAPE = 2  # what is not about access, such as limits
    GRANT = 3  # somebody gets access


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
    """Which object, by names that people know; ids that a server gives stay inside the target.

    Attributes:
        kind: what it is, as the target calls it.
        parent: the name of what contains the object, '' where nothing does.
    """

    kind: str
    parent: str
    name: str

    def __str__(self) -> str:
        path = f"{self.parent}/{self.name}" if self.parent else self.name
        return f"{self.kind} {path}"


class Condition(Struct, frozen=True, order=True):
    """A state of an object that somebody else brings about.

    Attributes:
        target: the object.
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
    """One write. The engine orders writes; the target encodes and sends them.

    Where the target refuses a write because of `version`, `uid`, `must_exist` or `creates`, that is
    a conflict: see WriteError.

    Attributes:
        verb: how it is sent, a member of the target's own enum; JSON has its value.
        target: the object that is written.
        body: what to write, as the target encodes it; empty where nothing but the object is needed.
        version: the version of the object that was read, '' for any; the write is refused where the
            object has another by now.
        after: what must hold before it is sent, None for nothing.
        uid: the identity of the object that was read, '' for any; the write is refused where
            another object has the name by now.
        ends: whose access the write takes away or limits, None for nobody's. Where the object
            changed meanwhile and is still that person's, the target writes the changed object too:
            nobody keeps access by changing it fast enough.
        must_exist: whether a deletion is refused where the object is gone by now: what replaces it
            was planned for somebody who had it. Any other deletion of such an object succeeds.
        replaces: the value that it overwrites, where the fields of the change do not show it. After
            a conflict, a change goes on only where it overwrites what was planned.
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

    Attributes:
        kind: a kind of the document, such as `User` or `Group`.
        name: the name, as the document has it.
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
            '' for none.
        until: when the access after the change ends, as the document has it; '' for never.
        counted: whether Access counts it, and with it the brake: roles of contributors and owners.
            What gives access without a role is not counted, nor is a loss of somebody who keeps
            access by something else, or who was only one more person in a contributor's object.
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
    """One step of a plan. Printing, counting and making it need nothing else.

    Attributes:
        phase: when it is made.
        profile: the profile that it is about; the engine keeps failures of profiles apart.
        target: the object that gives the step its name; `writes` names each that it writes.
        action: what happens to that object.
        reason: a member of Reason, or of an enum of the target.
        person: whose access it is about, None where it is not about one person's.
        before, after: the roles of that person before and after, '' for none.
        until: when the access given ends, as the document has it; '' for never.
        fields: what differs in the object.
        moves: everybody whose access changes, and how; a plan counts these.
        writes: sent in this order by one thread, back to back, each after the answer to the one
            before it.
        settled: what must hold after the writes before the step counts as done, in this order.
        promotes: whether somebody who has a role ends with a stronger one.
        source: whose document decides it, '' where there is only one; None where it takes away
            access that is not ours.
        within: the source that defines the profile, where `source` adds to a profile of another
            one; '' elsewhere, and LEFT_DOCUMENT where no document names the profile any more.
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
    within: str | None = ""
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
    """Return changes in the order of a plan: by phase, profile and object."""
    return tuple(sorted(changes, key=lambda change: change.order))
