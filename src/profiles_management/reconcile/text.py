"""A plan and a report in words, grouped by profile, people before objects. What is unchanged is counted, not listed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.left_document import left_document
from profiles_management.reconcile.lines import Line, Segment, Tone, cells, count, line, measured, padded, printable
from profiles_management.reconcile.lines import row as table_row
from profiles_management.reconcile.moves import moved
from profiles_management.reconcile.plan import Access, Action, Change, Pending, Plan
from profiles_management.reconcile.report import Outcome, Report, Result, profile_of
from profiles_management.reconcile.rows import Row, rank, rows
from profiles_management.reconcile.warning_lines import listed_warnings

_SYMBOL, _NAME, _DETAIL = 3, 40, 36
_MOST_NAMES = 10
_VERBS = {
    Action.CREATE: ("to add", "added"),
    Action.UPDATE: ("to change", "changed"),
    Action.REPLACE: ("to replace", "replaced"),
    Action.DELETE: ("to remove", "removed"),
}


def plan_lines(plan: Plan) -> list[Line]:
    """Return what a plan would do, what it leaves alone and why, and the count of it all."""
    groups = _groups(plan.changes, plan.refused, plan.pending)
    return [*_told(groups, Notes(plan)), *_beside(plan, groups), *_facts(plan), *map(line, _plan_sums(plan))]


def report_lines(report: Report) -> list[Line]:
    """Return what was done, what went wrong and why, what waits for what, and what to do about it."""
    plan = report.plan
    groups = _groups(plan.changes, plan.refused, report.waiting)
    ends = {id(outcome.change): outcome for outcome in report.outcomes}
    told = [*_told(groups, Notes(plan), ends), *_beside(plan, groups)]
    return [*told, *_facts(plan), *map(line, _report_sums(report)), *_advice(report)]


def unchanged(plan: Plan) -> int:
    """Return how many profiles of the document are as they should be."""
    undefined = {*plan.stale, *plan.outside, *_frozen_profiles(plan)}
    return plan.profiles - len(_touched(plan) - undefined)


# profiles


@dataclass(slots=True)
class _Group:
    """What is told of one profile."""

    changes: list[Change] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)


def _groups(changes: Iterable[Change], refused: Iterable[Problem], pending: Iterable[Pending]) -> dict[str, _Group]:
    found: dict[str, _Group] = {}
    for change in changes:
        found.setdefault(change.profile, _Group()).changes.append(change)
    for problem in refused:
        found.setdefault(profile_of(problem), _Group()).refused.append(problem)
    for one in pending:
        found.setdefault(one.profile, _Group()).pending.append(one)
    return dict(sorted(found.items()))


class Notes:
    """What is said beside the name of a profile that the document does not define."""

    def __init__(self, plan: Plan) -> None:
        self.stale = frozenset(plan.stale)
        self.outside = frozenset(plan.outside)
        self.frozen = _frozen_profiles(plan)

    def of(self, name: str) -> str:
        """Return the note."""
        if name in self.frozen:
            return f"  frozen: {printable(_unread(self.frozen[name]))}"
        if name in self.outside:
            return "  not in the document"
        return "  no longer in the document" if name in self.stale else ""


def _frozen_profiles(plan: Plan) -> dict[str, str]:
    return {name: one.source for one in plan.frozen for name in one.profiles}


def _told(groups: dict[str, _Group], notes: Notes, ends: dict[int, Outcome] | None = None) -> Iterator[Line]:
    ordered = {name: sorted(group.changes, key=rank) for name, group in groups.items()}
    table = {id(change): list(rows(change)) for changes in ordered.values() for change in changes}
    layout = _Layout([row for found in table.values() for row in found])
    for name, group in groups.items():
        yield line(Segment(printable(name) or "(no name)", Tone.HEADING), Segment(notes.of(name), Tone.FAINT))
        for problem in group.refused:
            yield layout.note("!", f"refused: {problem.what}. {problem.remedy}", Tone.ERROR)
        for ending, alike in groupby(ordered[name], key=lambda change: _ending((ends or {}).get(id(change)))):
            steps = list(alike)
            yield from (one for change in steps for row in table[id(change)] for one in layout.row(row))
            yield from ending.lines(layout, len(steps))
        for one in group.pending:
            yield layout.note("…", one.what, Tone.WAIT)
    if groups:
        yield line()


class _Ending(NamedTuple):
    """How steps ended, where they are not simply done; told once for those that stand together."""

    result: Result = Result.DONE
    why: str = ""

    def lines(self, layout: "_Layout", steps: int) -> Iterator[Line]:
        """Yield what is said of so many steps."""
        if self.result is not Result.DONE:
            how = f"{self.result} ({steps} steps)" if steps > 1 else str(self.result)
            tone = Tone.WAIT if self.result is Result.PENDING else Tone.ERROR
            yield layout.note("", ": ".join(part for part in (how, self.why) if part), tone)


def _ending(outcome: Outcome | None) -> _Ending:
    return _Ending() if outcome is None or outcome.result is Result.DONE else _Ending(outcome.result, outcome.why)


class _Layout:
    """The columns of a plan, as wide as its rows need them and no wider than a terminal bears."""

    def __init__(self, found: Sequence[Row]) -> None:
        self.columns = measured([(row.name, row.detail, row.said) for row in found] or [("", "", "")])
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
    for one in plan.frozen:
        kept = [count(len(one.profiles), "profile")] if one.profiles else []
        kept += [count(one.contributors, "contributor")] if one.contributors else []
        stays = f"; left as they are: {' and '.join(kept)}" if kept else ""
        why = f": {one.why}" if one.why else ""
        told = printable(f"{_unread(one.source)}{why}{stays}.")
        yield line(Segment("frozen: ", Tone.WAIT), told, hang=len("frozen: "))
    if plan.frozen:
        yield line()


def _stale(plan: Plan, groups: Collection[str]) -> Iterator[Line]:
    """Yield the stale profiles that have no changes; those that have some are named above."""
    names = [name for name in plan.stale if name not in groups]
    if names:
        more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
        text = f"no longer in the document, nothing left to revoke: {', '.join(names[:_MOST_NAMES])}{more}."
        yield line(Segment("stale: ", Tone.FAINT), printable(text), hang=len("stale: "))
        yield line()


def _facts(plan: Plan) -> Iterator[Line]:
    """Yield what the target decided about a plan."""
    for fact in plan.facts:
        if fact.text:
            yield line(printable(fact.text))


def _unread(source: str) -> str:
    return f"{source} cannot be read" if source else "what bears no source may be that of one that cannot be read"


def plan_summary(plan: Plan) -> str:
    """Return what a plan would do, in one line: profiles that left the document come first, then numbers."""
    return " ".join(_plan_sums(plan))


def _plan_sums(plan: Plan) -> Iterator[str]:
    yield from left_document(plan, plan.changes)
    yield plan_numbers(plan)


def plan_numbers(plan: Plan) -> str:
    """Return what a plan would do, in one line of numbers, without names."""
    if not plan:
        return _no_changes(plan, plan.pending)
    sentences = (
        f"Plan: {_counted(plan.changes, 0)} ({count(plan.writes, 'write')}).",
        _access(plan.access, past=False),
        _rest(plan, plan.pending),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def report_summary(report: Report) -> str:
    """Return what was done and what was not, in one line: as in plan_summary."""
    return " ".join(_report_sums(report))


def _report_sums(report: Report) -> Iterator[str]:
    done = (outcome.change for outcome in report.having(Result.DONE))
    yield from left_document(report.plan, done, past=True)
    yield _report_numbers(report)


def _report_numbers(report: Report) -> str:
    plan = report.plan
    if not plan:
        return _no_changes(plan, report.waiting)
    done = [outcome.change for outcome in report.having(Result.DONE)]
    yet = " yet" if report.pending and not done else ""
    sentences = (
        f"Applied: {_counted(done, 1)}{yet} ({count(report.writes, 'write')}).",
        _access(moved(report), past=True),
        _short(report),
        _rest(plan, ()),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _short(report: Report) -> str:
    """What is not done, in steps; what the plan was waiting for already counts as pending."""
    numbers = {
        Result.FAILED: len(report.failed),
        Result.PENDING: len(report.pending),
        Result.NOT_TRIED: len(report.having(Result.NOT_TRIED)),
    }
    parts = [f"{number:,} {result}" for result, number in numbers.items() if number]
    parts += [f"{len(report.plan.held):,} held back"] if report.plan.held else []
    return _listed(parts)


def _no_changes(plan: Plan, pending: Collection[Pending]) -> str:
    if plan.refused or pending or _frozen_profiles(plan):
        return f"No changes. {_rest(plan, pending)}"
    if not plan.profiles:
        return "No changes. The document defines no profiles."
    return f"No changes. {count(plan.profiles, 'profile matches', 'profiles match')}."


def _counted(changes: Collection[Change], tense: int) -> str:
    numbers = {action: sum(change.action is action for change in changes) for action in Action}
    told = [f"{number:,} {_VERBS[action][tense]}" for action, number in numbers.items() if number]
    return ", ".join(told) or "nothing"


def _access(access: Access, *, past: bool) -> str:
    lose, gain = ("lost", "gained") if past else ("lose", "gain")
    number = access.lost + access.expired
    told = [f"{number:,} {_verb(lose, number)} access"] if number else []
    if access.gained:
        told.append(f"{access.gained:,} {_verb(gain, access.gained)} {'it' if number else 'access'}")
    return _listed(told)


def _verb(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 and not verb.endswith("ed") and verb != "lost" else verb


def _rest(plan: Plan, pending: Collection[Pending]) -> str:
    refused = len({profile_of(problem) for problem in plan.refused})
    waiting = len({one.profile for one in pending})
    found = [count(refused, "profile refused", "profiles refused")] if refused else []
    found += [f"{waiting:,} pending"] if waiting else []
    found += [f"{frozen:,} frozen"] if (frozen := len(_frozen_profiles(plan))) else []
    found += [f"{left:,} unchanged"] if (left := unchanged(plan)) else []
    return _listed(found)


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts)}." if parts else ""


def _touched(plan: Plan) -> set[str]:
    changed = {change.profile for change in (*plan.changes, *plan.held)}
    return changed | {profile_of(problem) for problem in plan.refused} | {one.profile for one in plan.pending}


def _advice(report: Report) -> Iterator[Line]:
    if report.failed or report.plan.refused:
        yield line("Mend what is said above and run it again; what was done stays done.")
    elif report.stopped:
        yield line(Segment("stopped: ", Tone.WAIT), printable(report.stopped), hang=len("stopped: "))
    elif report.interrupted:
        yield line("Interrupted. Run it again: the next run finishes what is left.")
    elif report.pending:
        yield line("Run it again later: the next run finishes what is pending.")
