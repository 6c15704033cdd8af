"""The names of profiles for projects, whose own names are free text and may be doubled. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic_core import PydanticCustomError

from profiles_management.pmr.names import LONGEST_LABEL, profile_name, quoted, similar_label
from profiles_management.pmr.problems import Problem
from profiles_management.puhuri.client.models import Project
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.exported_notes import left_out
from profiles_management.puhuri.portal_settings import backend_prefix

_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_RENAME: Final = "Rename it in the portal, or set a prefix"


@dataclass(slots=True)
class ProfileNames:
    """The name of the profile for each project.

    Of several projects whose profiles would have one name the oldest has it, so that nobody takes
    over a profile with a newer project.

    Attributes:
        problems: why projects have no name; filled by `of`.
    """

    settings: ExportSettings
    problems: list[Problem] = field(default_factory=list)

    def of(self, projects: Iterable[Project]) -> Iterator[tuple[str, Project]]:
        """Yield each project that can be a profile, with the name of that; the oldest first.

        A list that changed while it was read may have an old project at its end.
        """
        known: dict[str, Project] = {}
        for project in sorted(projects, key=_age):
            name = self._name(project)
            try:
                profile_name(name)
            except PydanticCustomError as error:
                self.problems.append(left_out(project, "bad-name", error.message(), _RENAME))
                continue
            first = known.setdefault(name, project)
            if first is project:
                yield name, project
            else:
                self.problems.append(_taken(project, name, first))

    def _name(self, project: Project) -> str:
        """Return the name in the backend_id of a project of ours, else one like the project's."""
        ours = backend_prefix(self.settings.instance)
        if self.settings.instance and project.backend_id.startswith(ours):
            return project.backend_id.removeprefix(ours)
        label = similar_label(project.name)
        if not label:
            return ""
        return f"{self.settings.prefix}{label}"[:LONGEST_LABEL].rstrip("-")


def _age(project: Project) -> tuple[datetime, str]:
    return project.created or _LATEST, project.uuid


def _taken(project: Project, name: str, first: Project) -> Problem:
    why = f"the older project {quoted(first.name)} ({first.uuid}) is the profile {name}"
    return left_out(project, "name-taken", why, "Rename one of them in the portal")
