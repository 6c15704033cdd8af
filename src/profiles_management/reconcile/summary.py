"""A plan or a report in one line of numbers, with the profiles that left the document before them.

Pure.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.moves import losses, people_gaining, people_losing
from profiles_management.reconcile.plan import Action, Change, Frozen, Pending, Plan
from profiles_management.reconcile.report import Report, Result

_VERBS = {
    Action.CREATE: ("to add", "added"),
    Action.UPDATE: ("to change", "changed"),
    Action.REPLACE: ("to replace", "replaced"),
    Action.DELETE: ("to remove", "removed"),
}
# for one and for several, before and after a run
_LOSE, _GAIN = (("loses", "lose"), ("lost", "lost")), (("gains", "gain"), ("gained", "gained"))
_MOST_NAMES = 5
NO_CHANGES = "No changes."


def plan_summary(plan: Plan) -> str:
    """Return what a plan would do, in one line.

    Profiles that left the document come first, then numbers.
    """
    return " ".join((*left_document(plan, plan.changes), plan_numbers(plan)))


def plan_numbers(plan: Plan) -> str:
    """Return what a plan would do, in one line of numbers, without names."""
    return " ".join(plan_sentences(plan))


def plan_sentences(plan: Plan) -> list[str]:
    """Return what a plan would do, in sentences of numbers.

    The first is NO_CHANGES where there is nothing to do.
    """
    if not plan:
        return [NO_CHANGES, _why_none(plan, plan.pending)]
    sentences = (
        f"Plan: {_counted(plan.changes, 0)} ({count(plan.writes, 'write')}).",
        _access(plan.changes, past=False),
        _rest(plan, plan.pending),
    )
    return [*filter(None, sentences)]


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
    yet = ""
    if report.pending and not done:
        yet = " yet"
    sentences = (
        f"Applied: {_counted(done, 1)}{yet} ({count(report.writes, 'write')}).",
        _access(done, past=True),
        _short(report),
        _rest(plan, ()),
    )
    return " ".join(filter(None, sentences))


def _short(report: Report) -> str:
    """Return what is not done, in steps.

    What the plan was waiting for already counts as pending.
    """
    return _sentence(
        _numbers(
            {
                Result.FAILED: len(report.failed),
                Result.PENDING: len(report.pending),
                Result.NOT_TRIED: len(report.having(Result.NOT_TRIED)),
                "held back": len(report.plan.held),
            }
        )
    )


def _why_none(plan: Plan, pending: Collection[Pending]) -> str:
    """Return why there are no changes: what keeps them from being made, or that none are needed."""
    if plan.refused or pending or frozen_profiles(plan):
        return _rest(plan, pending)
    if not plan.profiles:
        return "The document defines no profiles."
    return f"{count(plan.profiles, 'profile matches', 'profiles match')}."


def _counted(changes: Iterable[Change], tense: int) -> str:
    numbers = Counter(change.action for change in changes)
    by_verb = {verbs[tense]: numbers[action] for action, verbs in _VERBS.items()}
    return ", ".join(_numbers(by_verb)) or "nothing"


def _access(changes: Collection[Change], *, past: bool) -> str:
    """Return how many people lose and gain access, each person once."""
    lost, gained = len(people_losing(changes)), len(people_gaining(changes))
    parts: list[str] = []
    if lost:
        parts.append(f"{count(lost, *_LOSE[past])} access")
    if gained:
        what = "it" if lost else "access"
        parts.append(f"{count(gained, *_GAIN[past])} {what}")
    return _sentence(parts)


def _rest(plan: Plan, pending: Collection[Pending]) -> str:
    refused = len(plan.refused_profiles)
    words = "profiles refused"
    if refused == 1:
        words = "profile refused"
    return _sentence(
        _numbers(
            {
                words: refused,
                "pending": len(_waiting(pending)),
                "frozen": len(frozen_profiles(plan)),
                "unchanged": unchanged(plan),
            }
        )
    )


def _numbers(by_words: Mapping[str, int]) -> list[str]:
    """Return numbers with their words as the parts of a sentence; none for 0."""
    return [f"{number:,} {words}" for words, number in by_words.items() if number]


def _sentence(parts: Sequence[str]) -> str:
    if not parts:
        return ""
    return f"{', '.join(parts)}."


def _waiting(pending: Iterable[Pending]) -> set[str]:
    return {item.profile for item in pending}


def _touched(plan: Plan) -> set[str]:
    changed = {change.profile for change in (*plan.changes, *plan.held)}
    return changed | plan.refused_profiles | _waiting(plan.pending)


def unchanged(plan: Plan) -> int:
    """Return how many profiles of the document are as they should be."""
    undefined = {*plan.stale, *plan.outside, *frozen_profiles(plan)}
    return plan.profiles - len(_touched(plan) - undefined)


def frozen_profiles(plan: Plan) -> dict[str, Frozen]:
    """Return the profiles that stay as they are, each with the source that has no document."""
    profiles: dict[str, Frozen] = {}
    for frozen in plan.frozen:
        profiles |= dict.fromkeys(frozen.profiles, frozen)
    return profiles


def left_document(plan: Plan, changes: Iterable[Change], *, past: bool = False) -> Iterator[str]:
    """Yield the sentence, if any profile lost people by leaving the document.

    Args:
        changes: those of the plan that count.
        past: whether they are made already.
    """
    stale = frozenset(plan.stale)
    lost = losses(change for change in changes if change.profile in stale)
    profiles = sorted({pair.profile for pair in lost})
    if not profiles:
        return
    are = count(len(profiles), "profile is", "profiles are")
    whose = "its" if len(profiles) == 1 else "their"
    loses, lose = _LOSE[past]
    number = len({pair.person for pair in lost})
    people = count(number, f"contributor {loses}", f"contributors {lose}")
    names = printable(first_names(profiles, _MOST_NAMES))
    yield f"{are} no longer in the document: {names}; {whose} {people} access."


def first_names(names: Sequence[str], most: int) -> str:
    """Return names with commas between them; beyond `most`, how many more there are."""
    listed, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return listed
    return f"{listed} and {more:,} more"
