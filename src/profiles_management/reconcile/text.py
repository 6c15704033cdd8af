"""A plan and a report in words, grouped by profile, people before objects.

What is unchanged is counted, not listed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import NamedTuple

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import (
    Line,
    Segment,
    Tone,
    cells,
    count,
    labelled,
    line,
    measured,
    padded,
    printable,
)
from profiles_management.reconcile.lines import row as table_row
from profiles_management.reconcile.plan import NOT_GIVEN, Change, Frozen, Pending, Plan
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.rows import Row, rank, rows
from profiles_management.reconcile.summary import (
    first_names,
    frozen_profiles,
    left_by,
    left_document,
    plan_numbers,
    report_numbers,
)
from profiles_management.reconcile.warning_lines import listed_warnings

_SYMBOL, _NAME, _DETAIL = 3, 40, 36
_MOST_NAMES = 10


def plan_lines(plan: Plan) -> list[Line]:
    """Return what a plan would do, what it leaves alone and why, and the count of it all."""
    groups = _groups(plan.changes, plan.refused, plan.pending)
    told = [*_told(groups, Notes(plan)), *_beside(plan, groups)]
    return [
        *told,
        *map(line, left_document(plan, plan.changes)),
        *_facts(plan),
        line(plan_numbers(plan)),
    ]


def report_lines(report: Report) -> list[Line]:
    """Return what was done, what failed, what waits, and what to do about it."""
    plan = report.plan
    groups = _groups(plan.changes, plan.refused, report.waiting)
    told = [*_told(groups, Notes(plan), report.outcomes), *_beside(plan, groups)]
    summary = [*map(line, left_by(report)), *_facts(plan), line(report_numbers(report))]
    return [*told, *summary, *_advice(report)]


# profiles


@dataclass(slots=True)
class _Group:
    """Everything about one profile."""

    changes: list[Change] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)


def _groups(
    changes: Iterable[Change], refused: Iterable[Problem], pending: Iterable[Pending]
) -> dict[str, _Group]:
    groups: defaultdict[str, _Group] = defaultdict(_Group)
    for change in sorted(changes, key=rank):
        groups[change.profile].changes.append(change)
    for problem in refused:
        groups[problem.where.profile].refused.append(problem)
    for item in pending:
        groups[item.profile].pending.append(item)
    return dict(sorted(groups.items()))


class Notes:
    """The text next to the name of a profile that the document does not define."""

    def __init__(self, plan: Plan) -> None:
        self.stale = frozenset(plan.stale)
        self.outside = frozenset(plan.outside)
        self.frozen = frozen_profiles(plan)

    def of(self, name: str) -> str:
        """Return the note."""
        if name in self.frozen:
            return f"  frozen: {printable(_state(self.frozen[name]))}"
        if name in self.outside:
            return "  not in the document"
        if name in self.stale:
            return "  no longer in the document"
        return ""


def _told(
    groups: dict[str, _Group], notes: Notes, outcomes: Iterable[Outcome] = ()
) -> Iterator[Line]:
    if not groups:
        return
    table = _Table(groups, outcomes)
    for name, group in groups.items():
        heading = Segment(printable(name) or "(no name)", Tone.HEADING)
        yield line(heading, Segment(notes.of(name), Tone.FAINT))
        yield from table.lines(group)
    yield line()


class _Table:
    """The rows of all changes, in columns of one width, with how each change ended."""

    def __init__(self, groups: dict[str, _Group], outcomes: Iterable[Outcome]) -> None:
        changes = chain.from_iterable(group.changes for group in groups.values())
        self.rows = {id(change): list(rows(change)) for change in changes}
        self.endings = {
            id(outcome.change): _Ending(outcome.result, outcome.why_and_remedy)
            for outcome in outcomes
        }
        self.layout = _Layout([*chain.from_iterable(self.rows.values())])

    def lines(self, group: _Group) -> Iterator[Line]:
        """Yield the lines of one profile: refusals, changes, and what waits."""
        for problem in group.refused:
            text = f"refused: {problem.what}. {problem.remedy[:1].upper()}{problem.remedy[1:]}"
            yield self.layout.note("!", text, Tone.ERROR)
        for ending, steps in groupby(group.changes, key=self._ending_of):
            yield from self._steps(ending, list(steps))
        for pending in group.pending:
            yield self.layout.note("…", pending.what, Tone.WAIT)

    def _ending_of(self, change: Change) -> "_Ending":
        return self.endings.get(id(change), _DONE)

    def _steps(self, ending: "_Ending", steps: Sequence[Change]) -> Iterator[Line]:
        """Yield consecutive steps that ended alike, then how they ended."""
        for row in chain.from_iterable(self.rows[id(change)] for change in steps):
            yield from self.layout.row(row)
        yield from ending.lines(self.layout, len(steps))


class _Ending(NamedTuple):
    """How steps ended, where they are not simply done; told once for those that stand together."""

    result: Result = Result.DONE
    why: str = ""

    def lines(self, layout: "_Layout", steps: int) -> Iterator[Line]:
        """Yield what is said of so many steps."""
        if self.result is Result.DONE:
            return
        how = str(self.result)
        if steps > 1:
            how += f" ({steps} steps)"
        yield layout.note("", ": ".join(filter(None, (how, self.why))), _TONES[self.result])


_DONE = _Ending()
_TONES = {
    Result.PENDING: Tone.WAIT,
    Result.FAILED: Tone.ERROR,
    Result.NOT_TRIED: Tone.ERROR,
}


class _Layout:
    """The columns of a plan, as wide as its rows need, within the width of the terminal."""

    def __init__(self, found: Sequence[Row]) -> None:
        self.columns = measured(
            [(row.name, row.detail, row.said) for row in found] or [("", "", "")]
        )
        self.name = min(_NAME, self.columns.widths[0])
        self.detail = min(_DETAIL, self.columns.widths[1])

    def row(self, row: Row) -> Iterator[Line]:
        """Yield a row as a line, or as two where its detail is wider than the column."""
        symbol = Segment(f"  {row.symbol:<{_SYMBOL}}  ", row.tone)
        head = f"{padded(row.name, self.name)}  {padded(row.detail, self.detail)}  "
        texts = (row.name, row.detail, row.said)
        if row.said and cells(row.detail) > self.detail:
            yield self._line((symbol, Segment(head)), (row.name, row.detail, ""))
            symbol = Segment(" " * len(symbol.text))
            head = " " * (max(self.name, cells(row.name)) + self.detail + len("    "))
            texts = ("", "", row.said)
        yield self._line((symbol, Segment(head), Segment(row.said)), texts)

    def _line(self, segments: tuple[Segment, ...], texts: Sequence[str]) -> Line:
        return Line(segments, row=table_row(texts, self.columns, prefix=segments[0]))

    def note(self, symbol: str, text: str, tone: Tone) -> Line:
        """Return a sentence about a profile or about the row above."""
        indent = f"  {symbol:<{_SYMBOL}}  "
        return line(Segment(indent, tone), Segment(printable(text), tone), hang=len(indent))


# what is said of the whole


def _beside(plan: Plan, groups: Collection[str]) -> Iterator[Line]:
    yield from listed_warnings(plan.warnings)
    yield from _frozen(plan)
    yield from _stale(plan, groups)


def _frozen(plan: Plan) -> Iterator[Line]:
    for frozen in plan.frozen:
        yield labelled("frozen: ", _frozen_source(frozen), Tone.WAIT)
    if plan.frozen:
        yield line()


def _frozen_source(frozen: Frozen) -> str:
    """Return why a source has no document, what stays as it is because of that, and a remedy."""
    kept: list[str] = []
    if frozen.profiles:
        kept.append(count(len(frozen.profiles), "profile"))
    if frozen.contributors:
        kept.append(count(frozen.contributors, "contributor"))
    text = _state(frozen)
    if frozen.why:
        text += f": {frozen.why.removesuffix('.')}"
    if kept:
        people = count(frozen.people, "person", "people")
        text += f"; left as they are: {' and '.join(kept)}, with the access of {people}"
    return f"{text}. {frozen.remedy}".rstrip()


def _stale(plan: Plan, groups: Collection[str]) -> Iterator[Line]:
    """Yield the stale profiles that have no changes; those that have some are named above."""
    names = [name for name in plan.stale if name not in groups]
    if names:
        listed = first_names(names, _MOST_NAMES)
        text = f"no longer in the document, nothing left to revoke: {listed}. {plan.stale_remedy}"
        yield labelled("stale: ", text.rstrip(), Tone.FAINT)
        yield line()


def _facts(plan: Plan) -> Iterator[Line]:
    """Yield what the target decided about a plan."""
    for text in plan.fact_texts:
        yield line(printable(text))


def _state(frozen: Frozen) -> str:
    if not frozen.is_given:
        return f"{frozen.source} {NOT_GIVEN}"
    if frozen.source:
        return f"{frozen.source} cannot be read"
    return "profiles without a recorded source stay unchanged while any source is unreadable"


def _advice(report: Report) -> Iterator[Line]:
    if report.failed or report.plan.refused:
        yield line("Fix the errors above and run again. Completed changes are kept.")
    elif report.stopped:
        yield labelled("stopped: ", report.stopped, Tone.WAIT)
    elif report.interrupted:
        yield line("Interrupted. Run it again: the next run finishes the work.")
    elif report.pending:
        yield line("Run it again later: the next run finishes what is pending.")
