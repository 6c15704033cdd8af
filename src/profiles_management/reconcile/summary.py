"""A plan or a report in one line of numbers, with the profiles that left the document before them. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.moves import losses
from profiles_management.reconcile.plan import Access, Action, Change, Pending, Plan
from profiles_management.reconcile.report import Report, Result

_VERBS = {
    Action.CREATE: ("to add", "added"),
    Action.UPDATE: ("to change", "changed"),
    Action.REPLACE: ("to replace", "replaced"),
    Action.DELETE: ("to remove", "removed"),
}
# what is said of one and of several, before and after a run
_LOSE, _GAIN = (("loses", "lose"), ("lost", "lost")), (("gains", "gain"), ("gained", "gained"))
_MOST_NAMES = 5
NO_CHANGES = "No changes."


def plan_summary(plan: Plan) -> str:
    """Return what a plan would do, in one line: profiles that left the document come first, then numbers."""
    return " ".join((*left_document(plan, plan.changes), plan_numbers(plan)))


def plan_numbers(plan: Plan) -> str:
    """Return what a plan would do, in one line of numbers, without names."""
    return " ".join(plan_sentences(plan))


def plan_sentences(plan: Plan) -> list[str]:
    """Return what a plan would do, in sentences of numbers; the first is NO_CHANGES where there is nothing to do."""
    if not plan:
        return [NO_CHANGES, _why_none(plan, plan.pending)]
    sentences = (
        f"Plan: {_counted(plan.changes, 0)} ({count(plan.writes, 'write')}).",
        _access(plan.access, past=False),
        _rest(plan, plan.pending),
    )
    return [sentence for sentence in sentences if sentence]


def report_summary(report: Report) -> str:
    """Return what was done and what was not, in one line: as in plan_summary."""
    return " ".join((*left_by(report), report_numbers(report)))


def left_by(report: Report) -> Iterator[str]:
    """Yield the sentence of left_document for what was done."""
    done = (outcome.change for outcome in report.having(Result.DONE))
    yield from left_document(report.plan, done, past=True)


def report_numbers(report: Report) -> str:
    """Return what was done and what was not, in one line of numbers, without names."""
    plan = report.plan
    if not plan:
        return f"{NO_CHANGES} {_why_none(plan, report.waiting)}"
    done = [outcome.change for outcome in report.having(Result.DONE)]
    yet = " yet" if report.pending and not done else ""
    sentences = (
        f"Applied: {_counted(done, 1)}{yet} ({count(report.writes, 'write')}).",
        _access(report.access, past=True),
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


def _why_none(plan: Plan, pending: Collection[Pending]) -> str:
    """Return why there are no changes: what keeps them from being made, or that none are needed."""
    if plan.refused or pending or frozen_profiles(plan):
        return _rest(plan, pending)
    if not plan.profiles:
        return "The document defines no profiles."
    return f"{count(plan.profiles, 'profile matches', 'profiles match')}."


def _counted(changes: Collection[Change], tense: int) -> str:
    numbers = {action: sum(change.action is action for change in changes) for action in Action}
    told = [f"{number:,} {_VERBS[action][tense]}" for action, number in numbers.items() if number]
    return ", ".join(told) or "nothing"


def _access(access: Access, *, past: bool) -> str:
    number = access.lost + access.expired
    parts = [f"{count(number, *_LOSE[past])} access"] if number else []
    if access.gained:
        parts.append(f"{count(access.gained, *_GAIN[past])} {'it' if number else 'access'}")
    return _listed(parts)


def _rest(plan: Plan, pending: Collection[Pending]) -> str:
    refused = len({problem.where.profile for problem in plan.refused})
    waiting = len({one.profile for one in pending})
    found = [count(refused, "profile refused", "profiles refused")] if refused else []
    found += [f"{waiting:,} pending"] if waiting else []
    found += [f"{frozen:,} frozen"] if (frozen := len(frozen_profiles(plan))) else []
    found += [f"{left:,} unchanged"] if (left := unchanged(plan)) else []
    return _listed(found)


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts)}." if parts else ""


def _touched(plan: Plan) -> set[str]:
    changed = {change.profile for change in (*plan.changes, *plan.held)}
    return (
        changed
        | {problem.where.profile for problem in plan.refused}
        | {one.profile for one in plan.pending}
    )


def unchanged(plan: Plan) -> int:
    """Return how many profiles of the document are as they should be."""
    undefined = {*plan.stale, *plan.outside, *frozen_profiles(plan)}
    return plan.profiles - len(_touched(plan) - undefined)


def frozen_profiles(plan: Plan) -> dict[str, str]:
    """Return the profiles that stay as they are, each with the source that cannot be read."""
    return {name: one.source for one in plan.frozen for name in one.profiles}


def left_document(plan: Plan, changes: Iterable[Change], *, past: bool = False) -> Iterator[str]:
    """Yield the sentence, if any profile lost people by leaving the document.

    Args:
        changes: those of the plan that count.
        past: whether they are made already.
    """
    stale = frozenset(plan.stale)
    left = losses(change for change in changes if change.profile in stale)
    lost = {(pair.profile, pair.person) for pair in left}
    if not lost:
        return
    profiles = sorted({profile for profile, _ in lost})
    more = f" and {len(profiles) - _MOST_NAMES:,} more" if len(profiles) > _MOST_NAMES else ""
    names = printable(", ".join(profiles[:_MOST_NAMES])) + more
    are = count(len(profiles), "profile is", "profiles are")
    whose = "its" if len(profiles) == 1 else "their"
    one, many = _LOSE[past]
    people = count(len(lost), f"contributor {one}", f"contributors {many}")
    yield f"{are} no longer in the document: {names}; {whose} {people} access."
