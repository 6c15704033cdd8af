"""Which profiles are no longer in the document and lose people because of that, in one sentence. Pure."""

from collections.abc import Iterable, Iterator

from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.moves import losses
from profiles_management.reconcile.plan import Change, Plan

_MOST_NAMES = 5


def left_document(plan: Plan, changes: Iterable[Change], *, past: bool = False) -> Iterator[str]:
    """Yield the sentence, if any profile lost people by leaving the document.

    Args:
        changes: those of the plan that count.
        past: whether they are made already.
    """
    stale = frozenset(plan.stale)
    lost = losses(change for change in changes if change.profile in stale)
    if not lost:
        return
    profiles = sorted({profile for profile, _ in lost})
    more = f" and {len(profiles) - _MOST_NAMES:,} more" if len(profiles) > _MOST_NAMES else ""
    names = printable(", ".join(profiles[:_MOST_NAMES])) + more
    are = count(len(profiles), "profile is", "profiles are")
    whose = "its" if len(profiles) == 1 else "their"
    yield f"{are} no longer in the document: {names}; {whose} {_lose(len(lost), past=past)} access."


def _lose(people: int, *, past: bool) -> str:
    verb = "lost" if past else "lose"
    if people == 1 and not past:
        verb = "loses"
    return f"{count(people, 'contributor')} {verb}"
