"""Projects: made, changed, adopted and deleted. Pure."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import structs

from profiles_management.puhuri.client.models import Customer, Project
from profiles_management.puhuri.mapping.stored_text import is_stored_as
from profiles_management.puhuri.mapping.wanted import WantedProject
from profiles_management.puhuri.planning.terms import PROJECT, Field, State, Verb
from profiles_management.puhuri.planning.write_bodies import ProjectBody, encoded
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Phase,
    Reason,
    Write,
)

_LABEL: Final = "project"

_Difference = tuple[StrEnum, str, str | None, str | None]


def creation(wanted: WantedProject, customer: Customer) -> Change:
    """Return the change that makes a project."""
    fields = {
        "name": wanted.name,
        "description": wanted.description,
        "end_date": _text(wanted.end_date),
    }
    body = ProjectBody(backend_id=wanted.backend_id, customer=customer.uuid, fields=fields)
    reference = ObjectRef(PROJECT, "", wanted.profile)
    write = Write(Verb.CREATE_PROJECT, reference, encoded(body), creates=True)
    return Change(
        Phase.SHAPE,
        wanted.profile,
        reference,
        Action.CREATE,
        Reason.WANTED,
        writes=(write,),
        label=_LABEL,
    )


def is_ours(profile: str) -> Condition:
    """Return the condition that the project of a profile is there and marked as ours."""
    return Condition(ObjectRef(PROJECT, "", profile), State.OURS)


def corrections(wanted: WantedProject, project: Project) -> Iterator[Change]:
    """Yield what changes a project into the wanted one, unless it is that already."""
    diffs = [*_differences(wanted, project)]
    if not diffs:
        return
    sent = {name: after for _, name, _, after in diffs}
    body = ProjectBody(backend_id=wanted.backend_id, uuid=project.uuid, fields=sent)
    reference = ObjectRef(PROJECT, "", wanted.profile)
    change = Change(
        Phase.SHAPE,
        wanted.profile,
        reference,
        Action.UPDATE,
        Reason.CHANGED,
        fields=tuple(FieldDiff(kind, name, old or None, new) for kind, name, old, new in diffs),
        writes=(Write(Verb.UPDATE_PROJECT, reference, encoded(body)),),
        label=_LABEL,
    )
    if "backend_id" not in sent:
        yield change
        return
    # first of all: nobody loses a role before the project is ours
    yield structs.replace(change, phase=Phase.REVOKE, reason=Reason.ADOPTED)


def deletion(profile: str, project: Project) -> Change:
    """Return the change that deletes a project that has no allocation any more."""
    body = ProjectBody(backend_id=project.backend_id, uuid=project.uuid)
    reference = ObjectRef(PROJECT, "", profile)
    write = Write(Verb.DELETE_PROJECT, reference, encoded(body))
    return Change(
        Phase.SHAPE,
        profile,
        reference,
        Action.DELETE,
        Reason.LEFT_DOCUMENT,
        writes=(write,),
        label=_LABEL,
    )


def _differences(wanted: WantedProject, project: Project) -> Iterator[_Difference]:
    """Yield the kind, the name, the value and the wanted value of each field that differs."""
    is_described = is_stored_as(wanted.description, project.description)
    described = project.description if is_described else wanted.description
    fields: tuple[_Difference, ...] = (
        (FieldKind.NAME, "name", project.name, wanted.name),
        (Field.DESCRIPTION, "description", project.description, described),
        (Field.END_DATE, "end_date", _text(project.end_date), _text(wanted.end_date)),
        (Field.BACKEND_ID, "backend_id", project.backend_id, wanted.backend_id),
    )
    return (field for field in fields if field[2] != field[3])


def _text(day: date | None) -> str | None:
    if day is None:
        return None
    return day.isoformat()
