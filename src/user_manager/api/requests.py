"""What requests may hold: bodies in JSON, and the parameters of lists."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from user_manager.api.values import (
    AccessId,
    Cursor,
    Duration,
    Limit,
    ModuleId,
    ReviewDays,
    RoleName,
    Search,
    Seq,
    Text,
    Time,
    Title,
    TypeName,
    TypeNames,
    UserId,
    UserName,
)
from user_manager.domain.access_types import parse_types
from user_manager.domain.limits import AskedTime
from user_manager.domain.vocabulary import AccessState, Effect, ModuleKind
from user_manager.selectors.paging import DEFAULT_LIMIT, PageRequest
from user_manager.services.deciding import Decision
from user_manager.services.ending import Removal
from user_manager.services.modules import ModuleValues
from user_manager.services.requesting import AccessOrder


class Body(BaseModel):
    """A body. Unknown keys are refused, and no value is converted from another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewUser(Body):
    """The body of CreateUser."""

    id: UserId
    name: UserName


class UserChange(Body):
    """The body of a change of a user. What is absent stays.

    `force`: deactivate the last OWNER of an external module too, as an administrator.
    """

    name: UserName = Field(default_factory=str)  # null would not be absent
    active: bool = Field(default_factory=bool)
    force: bool = False

    def changes(self) -> dict[str, Any]:
        """Return the arguments of `change_user` that somebody sent."""
        return self.model_dump(exclude_unset=True)


class DeputyBody(Body):
    """The body that names a deputy. `until`: at most 90 days from now."""

    deputy: UserId
    until: Time


class NewAccess(Body):
    """The body of AddAccess. `approve`: decide it at once, as an OWNER or administrator."""

    module: ModuleId
    types: TypeNames
    id: AccessId | None = None
    reason: Text | None = None
    duration: Duration | None = None
    until: Time | None = None
    approve: bool = False

    def order(self, user_id: str) -> AccessOrder:
        """Return what is asked for a user."""
        return AccessOrder(
            user_id=user_id,
            module_id=self.module,
            types=parse_types(self.types),
            access_id=self.id,
            reason=self.reason or "",
            asked=AskedTime(self.duration, self.until),
            approve=self.approve,
        )


class RevokeBody(Body):
    """The body of a removal. Without `types` the whole access ends."""

    types: TypeNames | None = None
    comment: Text | None = None

    def removal(self) -> Removal:
        """Return what is taken away."""
        types = None if self.types is None else parse_types(self.types)
        return Removal(types, self.comment or "")


class DecisionBody(Body):
    """The body of a decision. `until` may shorten what was asked for."""

    approve: bool
    comment: Text | None = None
    until: Time | None = None

    def decision(self) -> Decision:
        """Return the decision."""
        return Decision(self.approve, self.comment or "", self.until)


class BulkDecision(Body):
    """One decision of many."""

    id: AccessId
    approve: bool
    comment: Text | None = None

    def decision(self) -> Decision:
        """Return the decision."""
        return Decision(self.approve, self.comment or "")


def _each_once(items: list[BulkDecision]) -> list[BulkDecision]:
    if len({item.id for item in items}) != len(items):
        raise PydanticCustomError("repeated", "must have each id once")
    return items


class DecisionsBody(Body):
    """The body of many decisions, each on its own."""

    items: Annotated[
        list[BulkDecision], Field(min_length=1, max_length=200), AfterValidator(_each_once)
    ]


class ModuleBody(Body):
    """The body of a module. It replaces all values: what is absent gets its default."""

    title: Title = ""
    description: Text = ""
    max_duration: Duration | None = None
    reason_required: bool = False
    requestable: bool = True
    review_days: ReviewDays | None = None

    def values(self) -> ModuleValues:
        """Return the values of the module."""
        return ModuleValues(**self.model_dump())


class PageQuery(BaseModel):
    """The parameters of every list."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def page(self) -> PageRequest:
        """Return which part of the list is wanted."""
        return PageRequest(self.limit, self.cursor)


class UserQuery(PageQuery):
    """The parameters of the list of users."""

    query: Search | None = None
    role: RoleName | None = None


class AccessQuery(PageQuery):
    """The parameters of the list of accesses."""

    user: UserId | None = None
    module: ModuleId | None = None
    state: AccessState | None = None
    to_decide: Literal["me"] | None = None
    effect: Effect | None = None
    review: Literal["overdue"] | None = None


class ModuleQuery(PageQuery):
    """The parameters of the list of modules."""

    query: Search | None = None
    kind: ModuleKind | None = None


class EventQuery(BaseModel):
    """The parameters of the list of events. `application/x-ndjson` has no limit by default."""

    after: Seq = 0
    limit: Limit | None = None
    cursor: Cursor | None = None


class RemovalQuery(BaseModel):
    """The parameters of RemoveAccess. `types` may be repeated; without it the whole access ends."""

    types: Annotated[list[TypeName], Field(max_length=3)] = []

    def removal(self) -> Removal:
        """Return what is taken away."""
        return Removal(parse_types(self.types) if self.types else None)
