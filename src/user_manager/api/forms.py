"""JSON in and out: what bodies may hold, and how objects are printed."""

from typing import Any

from ninja import Schema
from pydantic import ConfigDict

from user_manager.domain.access_clock import clock_end, effect_at, state_at
from user_manager.domain.access_types import from_mask, sorted_names
from user_manager.domain.call import Call
from user_manager.domain.durations import format_duration
from user_manager.domain.times import format_time
from user_manager.domain.vocabulary import AccessState, Effect
from user_manager.models import Access
from user_manager.selectors.users import UserView


class Body(Schema):
    """A body. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewUser(Body):
    """The body of CreateUser."""

    id: str
    name: str


class NewAccess(Body):
    """The body of AddAccess."""

    module: str
    types: list[str]
    id: str | None = None
    reason: str = ""
    duration: str | None = None
    until: str | None = None
    approve: bool = False


class DecisionBody(Body):
    """The body of a decision."""

    approve: bool
    comment: str = ""
    until: str | None = None


def access_form(access: Access, call: Call) -> dict[str, Any]:
    """Return an access as JSON shows it."""
    stored, now = AccessState(access.state), call.now
    state = state_at(stored, until=access.until, pending_until=access.pending_until, now=now)
    clocked = clock_end(stored, until=access.until, pending_until=access.pending_until, now=now)
    ended_at = access.ended_at or clocked
    return {
        "id": access.id,
        "user": access.user_id,
        "module": access.module_id,
        "types": sorted_names(from_mask(access.types)),
        "state": state,
        "effect": effect_at(Effect(access.effect), state=state),
        "effect_detail": access.effect_detail,
        "reason": access.reason,
        "duration": None if access.duration is None else format_duration(access.duration),
        "until": None if access.until is None else format_time(access.until),
        "requested_by": access.requested_by,
        "requested_at": format_time(access.requested_at),
        "pending_until": format_time(access.pending_until),
        "decided_by": access.decided_by,
        "acting_for": access.acting_for,
        "decided_at": None if access.decided_at is None else format_time(access.decided_at),
        "comment": access.comment,
        "ended_by": access.ended_by,
        "ended_at": None if ended_at is None else format_time(ended_at),
        "applied_at": None if access.applied_at is None else format_time(access.applied_at),
    }


def user_form(view: UserView, call: Call) -> dict[str, Any]:
    """Return a user as JSON shows it."""
    return {
        "id": view.user.id,
        "name": view.user.name,
        "active": view.user.active,
        "roles": [role.name for role in view.roles],
        "accesses": [access_form(access, call) for access in view.accesses],
    }
