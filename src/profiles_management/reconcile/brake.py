"""The brake: a source that would revoke too much at once is stopped; the rest of a plan goes on."""

from collections.abc import Collection, Sequence

from profiles_management.pmr.problems import BrakeError
from profiles_management.reconcile.plan import LEFT_DOCUMENT, Change, Plan, Reason, SourceAccess
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.stops import Stop, StopKind


def stopped(plan: Plan, *, share: float, minimum: int) -> tuple[SourceAccess, ...]:
    """Return the sources that would take away too many of their pairs.

    Each is counted on its own, so that no source stops another one, or hides behind its numbers.
    Profiles that left the document are judged by the numbers of the whole source, and never stop
    what the document still names.

    Args:
        share: from 0 to 1.
        minimum: a number of pairs; a source that takes away no more is never stopped.
    """
    return tuple(
        source
        for source in plan.sources
        if _is_too_much(source, _counted_with(source, plan.sources), share, minimum)
    )


def _is_too_much(
    source: SourceAccess, counted: Sequence[SourceAccess], share: float, minimum: int
) -> bool:
    """Return whether the brake stops a source; `counted` is judged together with it."""
    lost, before = _numbers(counted)
    return source.lost > 0 and lost > max(minimum, share * before)


def _counted_with(source: SourceAccess, sources: Sequence[SourceAccess]) -> Sequence[SourceAccess]:
    """Return what is judged together with a source: itself, or all profiles of its own."""
    if source.within is not LEFT_DOCUMENT:
        return [source]
    own = {(source.source, ""), (source.source, LEFT_DOCUMENT)}
    return [other for other in sources if (other.source, other.within) in own]


def released(plan: Plan, sources: Collection[SourceAccess]) -> Plan:
    """Return a plan that holds back the changes of the sources that are stopped.

    Expired access still ends.
    """
    groups = {(source.source, source.within) for source in sources}

    def is_held(change: Change) -> bool:
        return change.reason is not Reason.EXPIRED and _is_stopped(change, groups)

    return plan.holding(is_held)


def stop(sources: Sequence[SourceAccess]) -> Stop:
    """Return why an apply of a plan holds changes back.

    Args:
        sources: those of the plan that are stopped, at least one.
    """
    remedy = "To allow it once, pass --allow-revocations."
    return Stop(StopKind.REVOCATIONS, _what(sources), remedy)


def error(sources: Sequence[SourceAccess], report: Report | None = None) -> BrakeError:
    """Return the error that says what is stopped.

    Args:
        sources: those that are stopped, at least one.
        report: what was applied nevertheless; None where nothing was tried.
    """
    applied = "Nothing was changed."
    if report is not None and report.writes:
        applied = "Changes of other sources were applied, and expired access ended."
    message = f"Refusing to apply: {_what(sources)}. {applied}"
    lost, before = _numbers(sources)
    groups = [(source.source, source.within) for source in sources]
    return BrakeError(message, lost=lost, before=before, groups=groups, report=report)


def _what(sources: Sequence[SourceAccess]) -> str:
    lost, before = _numbers(sources)
    return f"{lost:,} of {before:,} role assignments would be revoked{_whose(sources)}"


def _numbers(sources: Sequence[SourceAccess]) -> tuple[int, int]:
    """Return how many pairs would be lost, and of how many."""
    return sum(source.lost for source in sources), sum(source.before for source in sources)


def _is_stopped(change: Change, stopped: Collection[tuple[str | None, str | None]]) -> bool:
    """Whether the source of a change is stopped.

    What it adds elsewhere waits with its own profiles.
    """
    return (change.source, change.within) in stopped or (change.source, "") in stopped


def _whose(sources: Sequence[SourceAccess]) -> str:
    """Return who takes it away, such as ` by git`; '' where one document is all there is."""
    parts = []
    if by := sorted({_named(source) for source in sources if source.source}):
        parts.append(f" by {', '.join(by)}")
    if None in {source.source for source in sources}:
        parts.append(" from people whom no document added")
    return " and".join(parts)


def _named(source: SourceAccess) -> str:
    if source.within in ("", LEFT_DOCUMENT):
        return str(source.source)
    return f"{source.source} in profiles of {source.within}"
