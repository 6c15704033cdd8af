"""Names of documents as paths that a code host knows: relative to the top folder of the repository. Pure."""

from collections.abc import Callable
from pathlib import PurePath

from profiles_management.pmr.documents import name_of
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import printable
from profiles_management.sources.local_files import STDIN

PathOf = Callable[[str], str]


def relative(name: str, folder: PurePath, root: PurePath) -> str:
    """Return the path of a document from the root, with slashes; '' for standard input and outside of the root.

    Args:
        name: what problems call the document.
        folder: where a relative name starts, an absolute path.
        root: the top folder, an absolute path.
    """
    if name in ("", name_of(STDIN)):
        return ""
    parts: list[str] = []
    for part in (folder / name).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    path = PurePath(*parts)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def message(problem: Problem, path: str) -> str:
    """Return what is wrong and what to do; with the place, without folders, where it has no path in the repository."""
    where = problem.where
    place = ""
    if not path and where.file:
        numbers = [str(number) for number in (where.line, where.column) if number]
        place = f"{':'.join([PurePath(where.file).name, *numbers])}: "
    remedy = f" {problem.remedy[:1].upper()}{problem.remedy[1:]}" if problem.remedy else ""
    return printable(f"{place}{problem.what}.{remedy}")
