"""Problems of documents as GitHub's workflow commands, which annotate lines. Pure.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, and
how the runner reads them:
https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

from collections.abc import Iterator, Sequence

from profiles_management.cli.places import PathOf, message
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count, printable

_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = _IN_DATA | {":": "%3A", ",": "%2C"}


def workflow_commands(
    problems: Sequence[Problem], warnings: Sequence[Problem], path_of: PathOf
) -> str:
    """Return a command for each problem and each warning, and a line that counts them.

    Args:
        path_of: returns the path of a document in the repository, '' for none.
    """
    counts = f"{count(len(problems), 'error')}, {count(len(warnings), 'warning')}."
    lines = [
        *_commands("error", problems, path_of),
        *_commands("warning", warnings, path_of),
        counts,
    ]
    return "".join(f"{line}\n" for line in lines)


def _commands(level: str, problems: Sequence[Problem], path_of: PathOf) -> Iterator[str]:
    for problem in problems:
        given = ",".join(
            f"{key}={_escaped(value, _IN_PROPERTIES)}"
            for key, value in _properties(problem, path_of)
        )
        text = message(problem, path_of(problem.where.file))
        yield f"::{level} {given}::{_escaped(text, _IN_DATA)}"


def _properties(problem: Problem, path_of: PathOf) -> Iterator[tuple[str, str]]:
    where = problem.where
    file = path_of(where.file)
    if file:
        yield "file", file
    if file and where.line:
        yield "line", str(where.line)
    if file and where.line and where.column:
        yield "col", str(where.column)
        yield "endColumn", str(where.column + max(problem.width, 1))
    yield "title", problem.code


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(mark, mark) for mark in printable(text))
