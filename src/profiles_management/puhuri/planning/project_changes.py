"""Projects: made, changed, adopted and deleted. Pure."""

from collections.abc import Iterator
from datetime import date
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
    diffs = dict(_differences(wanted, project))
    if not diffs:
        return
    sent = {name: _sent(wanted, name) for name in diffs}
    body = ProjectBody(backend_id=wanted.backend_id, uuid=project.uuid, fields=sent)
    reference = ObjectRef(PROJECT, "", wanted.profile)
    change = Change(
        Phase.SHAPE,
        wanted.profile,
        reference,
        Action.UPDATE,
        Reason.CHANGED,
        fields=tuple(diffs.values()),
        writes=(Write(Verb.UPDATE_PROJECT, reference, encoded(body)),),
        label=_LABEL,
    )
    if "backend_id" not in diffs:
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


def _differences(wanted: WantedProject, project: Project) -> Iterator[tuple[str, FieldDiff]]:
    if wanted.name != project.name:
        yield "name", FieldDiff(FieldKind.NAME, "name", project.name, wanted.name)
    if not is_stored_as(wanted.description, project.description):
        yield (
            "description",
            FieldDiff(
                Field.DESCRIPTION, "description", project.description or None, wanted.description
            ),
        )
    if wanted.end_date != project.end_date:
        yield (
            "end_date",
            FieldDiff(Field.END_DATE, "end_date", _text(project.end_date), _text(wanted.end_date)),
        )
    if wanted.backend_id != project.backend_id:
        yield (
            "backend_id",
            FieldDiff(
                Field.BACKEND_ID, "backend_id", project.backend_id or None, wanted.backend_id
            ),
        )


def _sent(wanted: WantedProject, name: str) -> str | None:
    if name == "end_date":
        return _text(wanted.end_date)
    return str(getattr(wanted, name))


def _text(day: date | None) -> str | None:
    if day is None:
        return None
    return day.isoformat()
