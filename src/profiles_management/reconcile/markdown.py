"""A plan as Markdown that fits a comment on a pull request. Pure.

Names, values and messages are in code spans, where Markdown, HTML, `@team` and `#1` have no
meaning.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count, cut, printable
from profiles_management.reconcile.plan import NOT_GIVEN, Change, Frozen, Pending, Plan
from profiles_management.reconcile.rows import rank, rows
from profiles_management.reconcile.stops import Stop
from profiles_management.reconcile.summary import NO_CHANGES, left_document, plan_sentences
from profiles_management.reconcile.text import Notes

LIMIT: Final = 65_000
"""Bytes. GitHub takes comments of 65,536 characters; the rest is for what a job adds."""

_BESIDE: Final = 10_000  # bytes of each list besides the changes
_OPEN: Final = 20  # so many rows are shown without a click
_LONGEST: Final = 1_000  # characters of a code span
_TICKS: Final = re.compile("`+")
_PUNCTUATION: Final = re.compile(r"[^\w\s]|_")
_HEAD: Final = ("| | Profile | Who or what | Role or field | Change |", "|---|---|---|---|---|")


def plan_markdown(
    plan: Plan, stops: Sequence[Stop] = (), *, target: str = "", limit: int = LIMIT
) -> str:
    """Return a plan with the verdict in its first line, and at most so many bytes.

    Args:
        stops: why an apply would hold changes back.
        target: which target it is, '' for unknown.
        limit: what does not fit is counted.
    """
    numbers = [sentence for sentence in plan_sentences(plan) if sentence != NO_CHANGES]
    verdict = " ".join([f"**{_verdict(plan, stops)}**", *numbers])
    head = [verdict, "", *_target(target), *_first(plan, stops)]
    refused = _items("Refused", map(_refused, plan.refused), "refused profile")
    rest = [
        *_items("Pending", map(_pending, plan.pending), "pending profile"),
        *_items("Warnings", map(_problem, plan.warnings), "warning"),
        *_items("Frozen", map(_frozen, plan.frozen), "frozen source"),
        *_items("No longer in the document", map(code, plan.stale), "profile"),
    ]
    room = limit - _size(*head, *refused, *rest)
    return "\n".join([*head, *refused, *_changes(plan, room), *rest]).rstrip() + "\n"


def problems_markdown(
    problems: Sequence[Problem], warnings: Sequence[Problem] = (), *, target: str = ""
) -> str:
    """Return why there is no plan.

    Args:
        target: which target failed, '' where none did.
    """
    lines = [f"**No plan: {count(len(problems), 'error')}.** Nothing was changed.", ""]
    lines += _target(target)
    lines += _items("Errors", map(_problem, problems), "error")
    lines += _items("Warnings", map(_problem, warnings), "warning")
    return "\n".join(lines).rstrip() + "\n"


def _target(target: str) -> list[str]:
    if not target:
        return []
    return [code(target), ""]


def code(text: str) -> str:
    """Return text as a code span; '' for nothing."""
    shown = printable(text).strip()
    if not shown:
        return ""
    shown = cut(shown, _LONGEST)
    if "|" in shown:  # a pipe ends the cell of a table, also in a code span
        return f"<code>{_PUNCTUATION.sub(lambda mark: f'&#{ord(mark[0])};', shown)}</code>"
    fence = "`" * (1 + max(map(len, _TICKS.findall(shown)), default=0))
    if "`" in (shown[0], shown[-1]):
        shown = f" {shown} "
    return f"{fence}{shown}{fence}"


def _verdict(plan: Plan, stops: Sequence[Stop]) -> str:
    if any(not stop.rest for stop in stops):
        return "apply would stop."
    if stops:
        return "apply would hold back a part."
    if plan.refused:
        return f"apply would refuse {count(len(plan.refused_profiles), 'profile')}."
    if plan:
        return f"{count(len(plan.changes), 'change')}."
    return NO_CHANGES


def _first(plan: Plan, stops: Sequence[Stop]) -> list[str]:
    """Return what a reader has to see before the changes, as a list.

    It says what is held back, who loses access because a profile left, and facts of the target.
    """
    items = [f"- {code(stop.what)}. {code(stop.remedy)}" for stop in stops]
    items += [f"- {code(sentence)}" for sentence in left_document(plan, plan.changes)]
    items += [f"- {code(text)}" for text in plan.fact_texts]
    if items:
        items.append("")
    return items


def _refused(problem: Problem) -> str:
    return f"{code(problem.where.profile)}: {_said(problem)}"


def _problem(problem: Problem) -> str:
    if not str(problem.where):
        return _said(problem)
    return f"{code(str(problem.where))}: {_said(problem)}"


def _said(problem: Problem) -> str:
    return f"{code(problem.what.removesuffix('.'))}. {code(problem.remedy)}".rstrip()


def _pending(pending: Pending) -> str:
    return f"{code(pending.profile)}: {code(pending.what)}"


def _frozen(source: Frozen) -> str:
    name = code(source.source) or "sources without a name"
    if not source.is_given:
        return f"{name} {NOT_GIVEN}. {code(source.remedy)}".rstrip()
    return f"{name}: {code(source.why) or 'it cannot be read'}"


def _items(title: str, items: Iterable[str], noun: str) -> list[str]:
    """Return a list with its title, as far as it fits; the others are counted."""
    lines = [f"- {item}" for item in items]
    if not lines:
        return []
    shown = [
        f"**{title}**",
        "",
        *chain.from_iterable(_fitting([[line] for line in lines], _BESIDE)),
    ]
    if more := len(lines) + 2 - len(shown):
        shown.append(f"- … and {count(more, f'more {noun}')}.")
    return [*shown, ""]


def _fitting(parts: Iterable[list[str]], room: int) -> list[list[str]]:
    """Return the parts that fit, in order.

    One that is too large is left out, and hides none after it.
    """
    fitting: list[list[str]] = []
    for lines in parts:
        size = _size(*lines)
        if size <= room:
            fitting.append(lines)
            room -= size
    return fitting


def _size(*lines: str) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


# the table


def _changes(plan: Plan, room: int) -> list[str]:
    """Return the table of the changes, collapsed if it is long."""
    if not plan.changes:
        return []
    changes = _tables(plan)
    number = len(changes)
    summary = f"<details><summary>{count(number, 'change')}</summary>"
    room -= _size(summary, *_HEAD, _left_out(number), "</details>", "", "", "", "")
    fitting = _fitting(changes, room)
    table = [*_HEAD, *chain.from_iterable(fitting), ""]
    if left_out := number - len(fitting):
        table += [_left_out(left_out), ""]
    if sum(map(len, changes)) > _OPEN:
        return [summary, "", *table, "</details>", ""]
    return table


def _left_out(number: int) -> str:
    return f"… and {count(number, 'more change')} that do not fit here."


def _tables(plan: Plan) -> list[list[str]]:
    """Return for each change its rows, in the order of the text."""
    note = Notes(plan).of
    changes = sorted(plan.changes, key=lambda change: (change.profile, rank(change)))
    return [[*_rows(change, note)] for change in changes]


def _rows(change: Change, note: Callable[[str], str]) -> Iterator[str]:
    profile = f"{code(change.profile)} {_noted(note(change.profile))}".strip()
    for row in rows(change):
        cells = (code(row.symbol), profile, code(row.name), code(row.detail), code(row.said))
        yield f"| {' | '.join(cells)} |"
        profile = ""


def _noted(note: str) -> str:
    if not note:
        return ""
    return f"({code(note)})"
