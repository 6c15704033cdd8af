"""Paths of documents relative to the top folder of the repository, as code hosts use them. Pure."""

from collections.abc import Callable
from pathlib import PurePath

from profiles_management.pmr.documents import name_of
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import printable
from profiles_management.sources.local_files import STDIN

PathOf = Callable[[str], str]


def relative(name: str, folder: PurePath, root: PurePath) -> str:
    """Return the path of a document from the root, with slashes.

    It is '' for standard input and outside of the root.

    Args:
        name: the name of the document in problems.
        folder: the folder of a relative name, an absolute path.
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
    if not path.is_relative_to(root):
        return ""
    return path.relative_to(root).as_posix()


def message(problem: Problem, path: str) -> str:
    """Return a problem and its remedy; with file and line if it has no path in the repository."""
    text = f"{problem.what}."
    if problem.remedy:
        text += f" {problem.remedy[0].upper()}{problem.remedy[1:]}"
    where = problem.where
    if where.file and not path:
        numbers = map(str, filter(None, (where.line, where.column)))
        text = f"{':'.join([PurePath(where.file).name, *numbers])}: {text}"
    return printable(text)
