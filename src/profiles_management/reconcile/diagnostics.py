"""What is wrong with a document, shown where it is.

The line, a mark below it, and what to write instead.
"""

from collections.abc import Iterator, Sequence

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import (
    Excerpt,
    Line,
    Segment,
    Tone,
    count,
    excerpt,
    line,
    printable,
)

MOST = 20
_EXCERPT = 100
_BEFORE = 40


def problem_lines(
    problems: Sequence[Problem],
    *,
    document: str,
    then: str = "Nothing was sent.",
    most: int = MOST,
) -> list[Line]:
    """Return problems of a document, each with its place, then how many there are.

    Args:
        document: what to call it.
        then: what follows from them.
        most: how many to show; of the others only the number is told.
    """
    summary = f"{count(len(problems), 'error')} in {printable(document)}. {printable(then)}"
    return [*_listed(problems, "error", Tone.ERROR, most), line(Segment(summary, Tone.HEADING))]


def warning_lines(warnings: Sequence[Problem], *, most: int = MOST) -> list[Line]:
    """Return the warnings of a valid document, each with its place.

    At most so many, of the others the number.
    """
    return _listed(warnings, "warning", Tone.WAIT, most)


def _listed(problems: Sequence[Problem], level: str, tone: Tone, most: int) -> list[Line]:
    lines = [
        part for problem in problems[:most] for part in (*_problem(problem, level, tone), line())
    ]
    if more := max(len(problems) - most, 0):
        lines += [
            line(f"... and {count(more, f'more {level}')}; --output json lists them all."),
            line(),
        ]
    return lines


def _problem(problem: Problem, level: str, tone: Tone) -> Iterator[Line]:
    yield line(Segment(f"{level}[{problem.code}]", tone), f": {printable(problem.what)}", hang=4)
    place = _place(problem)
    if place:
        yield line(Segment(" --> ", Tone.FAINT), place, hang=5)
    if problem.excerpt and problem.where.line and problem.where.column:
        yield from _excerpt(problem, tone)
    elif problem.remedy:
        yield line(Segment("  = ", Tone.FAINT), printable(problem.remedy), hang=4)


def _place(problem: Problem) -> str:
    where = problem.where
    numbers = [str(number) for number in (where.line, where.column) if number]
    place = ":".join([printable(where.file), *numbers]).lstrip(":")
    return "  ".join(part for part in (place, printable(where.path)) if part)


def _excerpt(problem: Problem, tone: Tone) -> Iterator[Line]:
    number = str(problem.where.line)
    before, meant, after = _window(problem.excerpt, problem.where.column - 1, problem.width)
    source = Excerpt(Segment(f"{number} | ", Tone.FAINT), before, Segment(meant, tone), after)
    margin = Segment(f"{' ' * len(number)} | ", Tone.FAINT)
    yield excerpt(source)
    yield excerpt(source._replace(margin=margin, remedy=printable(problem.remedy)))


def _window(excerpt: str, start: int, width: int) -> tuple[str, str, str]:
    """Cut a source line to what is around the place that is meant.

    Before it, itself and after it, all printable.
    """
    left = max(0, start - _BEFORE) if len(excerpt) > _EXCERPT else 0
    end = min(start + max(width, 1), left + _EXCERPT)
    right = left + _EXCERPT
    before = ("…" if left else "") + printable(excerpt[left:start])
    after = printable(excerpt[end:right]) + ("…" if len(excerpt) > right else "")
    return before, printable(excerpt[start:end]), after
