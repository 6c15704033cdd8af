"""What a document cannot say about a portal, as warnings. Pure."""

from typing import NamedTuple

from profiles_management.pmr.names import quoted
from profiles_management.pmr.problems import Problem, Where
from profiles_management.puhuri.client.models import Project


class Note(NamedTuple):
    """Something about one profile that its reader should check, and what follows from it."""

    code: str
    what: str
    remedy: str

    def about(self, profile: str) -> Problem:
        """Return it as a warning about a profile."""
        return Problem(self.code, self.what, Where.of_profile(profile), self.remedy)


def left_out(project: Project, code: str, why: str, remedy: str) -> Problem:
    """Return the warning that a project is no profile of the document."""
    what = f"the project {quoted(project.name)} ({project.uuid}) is left out: {why}"
    return Problem(code, what, Where(path=f"Project/{project.uuid}"), remedy, names_place=True)
