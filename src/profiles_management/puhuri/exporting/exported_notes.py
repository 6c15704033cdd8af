"""What a document cannot say about a portal, as warnings. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from profiles_management.pmr.names import quoted
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.rules import Rules
from profiles_management.puhuri.client.models import Project
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.summary import first_names

_MOST_NAMES: Final = 5


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


def without_manager(projects: Sequence[Project], *, is_source: bool) -> Iterator[Problem]:
    """Yield a warning for all projects whose profiles would have no owner.

    Args:
        is_source: whether the document is for clusters, in a run without options of an export.
    """
    if not projects:
        return
    names = first_names([quoted(project.name) for project in projects], _MOST_NAMES)
    what = f"{count(len(projects), 'project')} without a manager, left out: {names}"
    owner = "Name an owner for such projects (--owner, PUHURI_OWNER)"
    if is_source:
        owner = (
            "Name an owner for such projects: PUHURI_OWNER, or the option puhuri-owner of a charm"
        )
    yield Problem("no-owner", what, Where(), owner)


def unfit_names(projects: Sequence[Project], rules: Rules) -> Iterator[Problem]:
    """Yield a warning for all projects whose profiles would have a name outside of the patterns."""
    if not projects:
        return
    names = first_names([quoted(project.name) for project in projects], _MOST_NAMES)
    allowed = " or ".join(rules.names)
    what = f"{count(len(projects), 'project')} without a name like {allowed}, left out: {names}"
    yield Problem("not-allowed", what, Where(), "Change the prefix or the patterns")
