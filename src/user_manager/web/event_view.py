"""An event as pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from user_manager.domain.vocabulary import AccessType, EventKind, Role, Scope
from user_manager.models import Event
from user_manager.web.words import EVENTS, LEVELS, ROLES, SCOPES, Text


@dataclass(frozen=True, slots=True)
class EventView:
    """An event in words.

    Attributes:
        what: what happened.
        detail: what the kind does not say; '' for nothing.
    """

    event: Event
    what: Text
    detail: str


def event_views(events: Iterable[Event]) -> list[EventView]:
    """Return events in words."""
    return [
        EventView(event, EVENTS[EventKind(event.kind)], _detail(event.detail or {}))
        for event in events
    ]


def _detail(detail: dict[str, Any]) -> str:
    parts: list[Text] = []
    if "role" in detail:
        parts.append(ROLES[Role[detail["role"]]])
    if "deputy" in detail:
        parts.append(detail["deputy"])
    if "name" in detail:
        parts.append(detail["name"])
    parts += [SCOPES[Scope(scope)] for scope in detail.get("scopes", ())]
    parts += [LEVELS[AccessType[name]] for name in detail.get("removed", ())]
    if detail.get("founder"):
        parts.append(_("registered the system"))
    if detail.get("break_glass"):
        parts.append(_("an administrator decided about their own access"))
    if "replaced_by" in detail:
        parts.append(_("a newer access took its place"))
    return ", ".join(str(part) for part in parts)
