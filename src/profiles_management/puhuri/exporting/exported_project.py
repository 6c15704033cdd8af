"""The section `puhuri` of an exported profile: the project, and its allocations. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from profiles_management.pmr.exported_document import reason
from profiles_management.pmr.portal_values import is_limit
from profiles_management.pmr.puhuri_section import PuhuriAllocation, PuhuriProject
from profiles_management.puhuri.client.models import Allocation, AllocationState, Project
from profiles_management.puhuri.exporting.exported_notes import Note

Model = TypeVar("Model", bound=BaseModel)

_BY_HAND: Final = "Correct it in the portal, or write it by hand: the next apply sets it"


@dataclass(slots=True)
class ExportedProject:
    """The project of a profile, as a document of an installation has it.

    Attributes:
        backend_id: what the installation gives the project of this profile.
        allocations: those of the project but for terminated ones.
        comments: what a document need not say.
        notes: what a document cannot say; complete once all else is read.
    """

    profile: str
    backend_id: str
    project: Project
    allocations: Sequence[Allocation]
    comments: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def section(self) -> PuhuriProject | Literal[False]:
        """Return the section; False for a project that has the backend_id of somebody else."""
        project = self.project
        if project.backend_id not in ("", self.backend_id):
            self.comments.append(
                f"Project {project.uuid} has the backend_id {project.backend_id} of somebody else, "
                "so puhuri apply leaves it alone."
            )
            return False
        if project.start_date is not None:
            self.comments.append(f"The project starts {project.start_date}.")
        fields: dict[str, Any] = {
            "name": project.name,
            "description": project.description or None,
            "end_date": project.end_date,
            "adopt": None if project.backend_id else project.uuid,
            "allocations": self._allocations(),
        }
        if fields["name"] == self.profile:
            fields["name"] = None
        return self._made(PuhuriProject, fields, "the project")

    def _allocations(self) -> list[PuhuriAllocation] | None:
        """Return the allocations; None, which leaves all of them alone, if one has no usable name.

        puhuri apply could terminate an allocation that the document does not list.
        """
        nameless = [allocation for allocation in self.allocations if not _has_name(allocation)]
        if nameless:
            uuids = ", ".join(allocation.uuid for allocation in nameless)
            what = f"no allocation is exported, because these have no usable name: {uuids}"
            self._note(what, "Name them in the portal. puhuri apply leaves all of them alone")
            return None
        return [*self._listed()] or None

    def _listed(self) -> Iterator[PuhuriAllocation]:
        """Yield each allocation once that is there to stay."""
        names = Counter(_name(allocation) for allocation in self.allocations)
        known: set[tuple[str, str]] = set()
        for allocation in self.allocations:
            text = f"allocation {allocation.name} of {allocation.offering_name}"
            if allocation.state != AllocationState.OK:
                self.comments.append(f"The {text} is {allocation.state}.")
            if allocation.state == AllocationState.TERMINATING:
                continue
            offering = allocation.offering_name
            if names[_name(allocation)] > 1 or not offering:
                offering = allocation.offering_uuid
            if (allocation.name, offering) in known:
                self._note(f"the {text} is there several times", "Rename all but one in the portal")
                continue
            known.add((allocation.name, offering))
            yield self._allocation(allocation, offering, text)

    def _allocation(self, allocation: Allocation, offering: str, text: str) -> PuhuriAllocation:
        limits = {name: limit for name, limit in allocation.limits.items() if is_limit(limit)}
        if len(limits) < len(allocation.limits):
            what = f"the {text} has a limit below 0, or one that is too large"
            self._note(what, "Set it in the portal")
        fields = {
            "name": allocation.name,
            "offering": offering,
            "plan": allocation.plan_name or None,
            "limits": limits,
        }
        return self._made(PuhuriAllocation, fields, f"the {text}")

    def _made(self, model: type[Model], fields: dict[str, Any], what: str) -> Model:
        """Return a model without the fields that no document can have."""
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            self._note(f"{what} is not complete: {reason(error)}", _BY_HAND)
            wrong = {detail["loc"][0] for detail in error.errors()}
            valid = {name: value for name, value in fields.items() if name not in wrong}
            return model.model_validate(valid)

    def _note(self, what: str, remedy: str) -> None:
        self.notes.append(Note("cannot-say", what, remedy))


def _has_name(allocation: Allocation) -> bool:
    """Return whether a document can name an allocation, by its name and its offering."""
    offering = allocation.offering_name or allocation.offering_uuid
    try:
        PuhuriAllocation(name=allocation.name, offering=offering)
    except ValidationError:
        return False
    return bool(allocation.name.strip())


def _name(allocation: Allocation) -> tuple[str, str]:
    return allocation.name, allocation.offering_name
