"""JSON out: how rows are printed. `answers` declares the same forms."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from user_manager.domain.access_types import from_mask, sorted_names
from user_manager.domain.call import Call
from user_manager.domain.durations import format_duration
from user_manager.domain.times import format_time
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import Absence, Access, Event, Module
from user_manager.selectors.access_now import AccessNow
from user_manager.selectors.modules import ModuleAccess
from user_manager.selectors.paging import Page
from user_manager.selectors.users import Me, UserView

Item = TypeVar("Item")
Form = dict[str, Any]


def access_form(access: Access, call: Call) -> Form:
    """Return an access as JSON shows it: what it is at the time of the call."""
    seen = AccessNow.of(access, call.now)
    return {
        "id": access.id,
        "user": access.user_id,
        "module": access.module_id,
        "types": sorted_names(from_mask(access.types)),
        "state": seen.state,
        "effect": seen.effect,
        "effect_detail": seen.effect_detail,
        "reason": access.reason or None,
        "duration": None if access.duration is None else format_duration(access.duration),
        "until": _time(access.until),
        "requested_by": access.requested_by,
        "requested_at": format_time(access.requested_at),
        "pending_until": format_time(access.pending_until),
        "decided_by": access.decided_by,
        "acting_for": access.acting_for,
        "decided_at": _time(access.decided_at),
        "comment": access.comment or None,
        "ended_by": access.ended_by,
        "ended_at": _time(seen.ended_at),
        "applied_at": _time(access.applied_at),
        "reviewed_at": _time(access.reviewed_at),
        "review_due": _time(seen.review_due),
    }


def user_form(view: UserView, call: Call) -> Form:
    """Return a user as JSON shows it."""
    return {
        "id": view.user.id,
        "name": view.user.name,
        "active": view.user.active,
        "roles": [role.name for role in view.roles],
        "accesses": [access_form(access, call) for access in view.accesses],
    }


def me_form(me: Me, call: Call) -> Form:
    """Return the caller as JSON shows it."""
    rights = {"administrator": me.is_administrator, "owner_of": list(me.owner_of)}
    return user_form(me.view, call) | rights


def deputy_form(absence: Absence) -> Form:
    """Return the deputy of an absent OWNER as JSON shows it."""
    return {"deputy": absence.deputy_id, "until": format_time(absence.until)}


def module_form(module: Module) -> Form:
    """Return a module as JSON shows it."""
    is_listed = module.kind == ModuleKind.PROFILE and module.in_catalogue
    limit = module.max_duration
    return {
        "id": module.id,
        "kind": module.kind,
        "title": module.title,
        "description": module.description,
        "max_duration": None if limit is None else format_duration(limit),
        "reason_required": module.reason_required,
        "requestable": module.can_be_requested,
        "review_days": module.review_days,
        "owner": {"kind": module.owner_kind, "name": module.owner_name} if is_listed else None,
        "in_catalogue": module.in_catalogue,
    }


def module_access_form(access: ModuleAccess) -> Form:
    """Return somebody with access to a module as JSON shows it."""
    return {
        "kind": access.kind,
        "user": access.user,
        "role": access.role,
        "types": None if access.types is None else sorted_names(access.types),
        "until": _time(access.until),
        "source": access.source,
        "access": access.access_id,
    }


def event_form(event: Event) -> Form:
    """Return an event as JSON shows it."""
    return {
        "seq": event.seq,
        "at": format_time(event.at),
        "kind": event.kind,
        "access": event.access,
        "user": event.user,
        "module": event.module,
        "actor": event.actor,
        "acting_for": event.acting_for,
        "detail": event.detail,
    }


def page_form(page: Page[Item], form: Callable[[Item], Mapping[str, Any]]) -> Form:
    """Return a page of a list as JSON shows it."""
    return {"items": [form(item) for item in page.items], "next": page.next}


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
