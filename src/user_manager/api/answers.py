"""The forms of answers, for the OpenAPI document. `forms` makes them from rows.

Answers are not validated when they are sent, which would cost a third of a request: the tests
compare every answer with these classes.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from user_manager.api.values import AccessId, ModuleId, ReviewDays, RoleName, Seq, TypeName
from user_manager.domain.vocabulary import AccessState, Effect, EventKind, ModuleKind

UtcTime = Annotated[
    str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", examples=["2026-12-31T00:00:00Z"])
]
PrintedDuration = Annotated[
    str, Field(pattern=r"^P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$", examples=["P30D"])
]
Next = Annotated[str | None, Field(description="The `cursor` of the next page.")]


class Answer(BaseModel):
    """An answer: all of its members are always there."""

    model_config = ConfigDict(extra="forbid")


class AccessForm(Answer):
    """An access: first a request, then a grant, then history."""

    id: AccessId
    user: str
    module: ModuleId
    types: list[TypeName]
    state: AccessState
    effect: Effect
    effect_detail: str
    reason: str | None
    duration: PrintedDuration | None
    until: UtcTime | None
    requested_by: str
    requested_at: UtcTime
    pending_until: UtcTime
    decided_by: str | None
    acting_for: str | None
    decided_at: UtcTime | None
    comment: str | None
    ended_by: str | None
    ended_at: UtcTime | None
    applied_at: UtcTime | None
    reviewed_at: UtcTime | None
    review_due: UtcTime | None


class UserForm(Answer):
    """A user."""

    id: str
    name: str
    active: bool
    roles: list[RoleName]
    accesses: list[AccessForm]


class MeForm(UserForm):
    """The caller."""

    administrator: bool
    owner_of: list[ModuleId]


class DeputyForm(Answer):
    """Who decides requests for an absent OWNER, and until when."""

    deputy: str
    until: UtcTime


class OwnerForm(Answer):
    """The owner of a profile in the catalogue of the cluster."""

    kind: str
    name: str


class ModuleForm(Answer):
    """What one asks access to."""

    id: ModuleId
    kind: ModuleKind
    title: str
    description: str
    max_duration: PrintedDuration | None
    reason_required: bool
    requestable: bool
    review_days: ReviewDays | None
    owner: OwnerForm | None
    in_catalogue: bool


class ModuleAccessForm(Answer):
    """Somebody with access to a module, by an access here or by another source."""

    kind: Literal["User", "Group", "ServiceAccount"]
    user: str
    role: Literal["view", "edit", "admin"]
    types: list[TypeName] | None
    until: UtcTime | None
    source: str
    access: AccessId | None


class EventForm(Answer):
    """What happened."""

    seq: Seq
    at: UtcTime
    kind: EventKind
    access: str | None
    user: str | None
    module: str | None
    actor: str
    acting_for: str | None
    detail: dict[str, Any] | None


class UserList(Answer):
    """A page of users, by id."""

    items: list[UserForm]
    next: Next


class AccessList(Answer):
    """A page of accesses, newest first."""

    items: list[AccessForm]
    next: Next


class ModuleList(Answer):
    """A page of modules, by id."""

    items: list[ModuleForm]
    next: Next


class ModuleAccessList(Answer):
    """A page of people with access to a module."""

    items: list[ModuleAccessForm]
    next: Next


class EventList(Answer):
    """A page of events, ascending."""

    items: list[EventForm]
    next: Next


class DecisionResult(Answer):
    """What became of one decision. It has `access` where it succeeded, else `detail`."""

    id: AccessId
    status: int
    code: str
    access: AccessForm | None = None
    detail: str | None = None


class DecisionResults(Answer):
    """What became of many decisions, in their order."""

    results: list[DecisionResult]


class PmrContributor(Answer):
    """Somebody with access to a profile. `until` is absent without an end."""

    name: str
    role: Literal["view", "edit"]
    until: UtcTime | None = None


class PmrProfile(Answer):
    """A profile with the people who get access."""

    name: ModuleId
    contributors: list[PmrContributor]


class PmrForm(Answer):
    """The document for the cluster: additions to profiles."""

    profiles: list[PmrProfile]


class ValueProblem(Answer):
    """A value that does not fit."""

    path: str
    what: str


class Problem(BaseModel):
    """An error, as of RFC 9457. `errors` comes with 422, `id` with 409 `exists`."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ValueProblem] | None = None
    id: str | None = None
