"""What is stored about a person, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from user_manager.api.forms import access_form, deputy_form, event_form
from user_manager.domain.access_types import from_mask, sorted_names
from user_manager.domain.call import Call
from user_manager.domain.times import format_time
from user_manager.models import Absence, Access, CatalogueContributor, Notice
from user_manager.selectors.person_data import LeftOutAccess, Mention, PersonData

Form = Mapping[str, Any]


def person_form(data: PersonData, call: Call) -> Form:
    """Return what is stored about a person as JSON shows it."""
    return {
        "at": format_time(call.now),
        "user": _user(data),
        "absences": [_absence(absence) for absence in data.absences],
        "accesses": [_access(access, call) for access in data.accesses],
        "events": [event_form(event) for event in data.events],
        "notices": [_notice(notice) for notice in data.notices],
        "catalogue": {
            "owner": [module.id for module in data.owned],
            "contributor": [_contribution(row) for row in data.contributions],
        },
        "left_out": [_left_out(row) for row in data.left_out],
        "texts": [_mention(mention) for mention in data.mentions],
    }


def _user(data: PersonData) -> Form:
    user = data.user
    return {
        "id": user.id,
        "key": user.key,
        "name": user.name,
        "active": user.active,
        "signed_in": user.signed_in,
        "created_at": format_time(user.created_at),
        "roles": [role.name for role in data.roles],
        "administrator": data.is_administrator,
    }


def _absence(absence: Absence) -> Form:
    return {"person": absence.person_id} | deputy_form(absence)


def _access(access: Access, call: Call) -> Form:
    return access_form(access, call) | {
        "asked_types": sorted_names(from_mask(access.asked_types)),
        "asked_until": _time(access.asked_until),
    }


def _notice(notice: Notice) -> Form:
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "access": notice.access,
        "payload": notice.payload,
        "created_at": format_time(notice.created_at),
        "attempts": notice.attempts,
        "next_attempt_at": format_time(notice.next_attempt_at),
        "sent_at": _time(notice.sent_at),
        "given_up_at": _time(notice.given_up_at),
    }


def _contribution(row: CatalogueContributor) -> Form:
    return {
        "module": row.module_id,
        "role": row.role,
        "until": _time(row.until),
        "source": row.source,
    }


def _left_out(row: LeftOutAccess) -> Form:
    return {
        "revision": row.revision.revision,
        "published_at": format_time(row.revision.published_at),
        "profile": row.profile,
        "reason": row.reason,
    }


def _mention(mention: Mention) -> Form:
    return {
        "table": mention.table,
        "row": mention.row,
        "column": mention.column,
        "text": mention.text,
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
