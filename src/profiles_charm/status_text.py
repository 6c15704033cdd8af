"""The texts of statuses: one line that says what to do, without names of people. Pure."""

from collections.abc import Iterator, Sequence

from profiles_charm.portal_run import PORTAL
from profiles_charm.run import Run
from profiles_management import (
    BrakeError,
    DocumentError,
    Problem,
    ProfilesError,
    Report,
    StoppedError,
)
from profiles_management.kubeflow.planning.gateways import CODE as GATEWAY_MISMATCH
from profiles_management.kubeflow.state import unmanaged_warnings
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.stops import Halt
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import Reading

LONGEST = 120
LONGEST_WITH_GATEWAYS = 400  # nobody can compare two principals of which one is cut off
LONGEST_WITH_REMEDY = 250  # of a setting: what is wrong, its value, and what to write
_UNMANAGED = (unmanaged_warnings.CODE, unmanaged_warnings.UNKNOWN)
_COMMIT = 8
_LONGEST_PLACE = 60
_LEAST = 20  # characters of a place or a URL that still say something
_WHOLE = 160  # characters of a place and a reason that are not cut
_UNCUT = 10_000
_OPTIONS = {"preset": "distribution"}  # of settings; the others have their names


def short(text: str, longest: int = LONGEST) -> str:
    """Return a text as one printable line, cut where it is too long for `juju status`."""
    line = printable(" ".join(text.split()).rstrip("."))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


# errors


def error_text(error: ProfilesError, longest: int = _UNCUT) -> str:
    """Return an error in one line; of a document that is not valid, the first problem."""
    match error:
        case DocumentError():
            return document_text(error, longest)
        case StoppedError():
            return stop_text(error)
        case _:
            return short(redacted(str(error)), longest)


def nameless_text(error: ProfilesError) -> str:
    """Return an error in one line without what a portal answered, which may name a person."""
    return short(error.brief, _UNCUT) if isinstance(error, TargetError) else error_text(error)


def document_text(error: DocumentError, longest: int) -> str:
    """Return the first problem of a document, its place, and how many more problems there are."""
    first, *others = error.problems
    more = f"; {len(others)} more" if others else ""
    return _located(_place(first), first.what_nameless, longest - len(more)) + more


def _place(problem: Problem) -> str:
    where = problem.where
    if not where.file:
        return "the document"
    return f"{where.file} line {where.line}" if where.line else where.file


def stop_text(error: StoppedError) -> str:
    """Return why changes were held back, and how to allow them."""
    if isinstance(error, BrakeError):
        return brake_text(error)
    halts = error.report.plan.halts if isinstance(error.report, Report) else ()
    return "; ".join(map(halt_text, halts))


def halt_text(halt: Halt) -> str:
    """Return why the cluster holds changes back: which option to set, or how to allow them."""
    remedies = [
        f"set {_OPTIONS.get(setting, setting.replace('_', '-'))}={value}"
        for setting, value in halt.correction.items()
    ]
    if halt.setting:
        remedies.append(f"run sync-now {halt.setting.replace('_', '-')}=true")
    return short(f"{halt.brief}; {' or '.join(remedies)}", LONGEST_WITH_GATEWAYS)


def brake_text(error: BrakeError) -> str:
    """Return how many role assignments the run would revoke, and how to allow it."""
    return f"would revoke {error.lost:,} of {error.before:,}; run sync-now allow-revocations=true"


# reports


def trouble(report: Report) -> str:
    """Return how many profiles were refused or failed, with the first reason; '' for none."""
    if report.plan.refused:
        return _refused(report)
    if report.failed:
        profiles = {outcome.change.profile for outcome in report.failed}
        first = report.failed[0]
        why = f"{first.change.profile}: {first.why_nameless}"
        return f"{count(len(profiles), 'profile')} failed: {why}"
    return ""


def _refused(report: Report) -> str:
    plan = report.plan
    profiles = {problem.where.path for problem in plan.refused}
    total = count(plan.profiles, "profile")
    return f"{len(profiles)} of {total} refused: {plan.refused[0].what_nameless}"


def pending_revocations(report: Report) -> str:
    """Return how many revocations are not done yet."""
    profiles = {outcome.change.profile for outcome in report.unrevoked}
    where = profiles.pop() if len(profiles) == 1 else count(len(profiles), "profile")
    number = count(len(report.unrevoked), "revocation")
    return short(f"{number} pending in {where}; the next event tries again")


def summary(run: Run, report: Report) -> str:
    """Return a run in one line: `12 profiles, 57 contributors; 2 pending; git 1a2b3c4d`."""
    return "; ".join(_summary(run, report))


def _summary(run: Run, report: Report) -> Iterator[str]:
    profiles = count(report.plan.profiles, "profile")
    yield f"{profiles}, {count(run.contributors, 'contributor')}"
    pending = {waiting.profile for waiting in report.pending}
    if pending:
        yield f"{len(pending)} pending"
    yield from _absent(run)
    if run.commit:
        yield f"git {run.commit[:_COMMIT]}"
    if run.portal is not None and isinstance(run.portal.outcome, Report):
        yield f"{PORTAL}: {portal_text(run.portal.outcome)}"
    yield from _warned(report.plan.warnings)


def _absent(run: Run) -> Iterator[str]:
    """Yield what stays for each source that is not given; the name is shown as it is.

    A source that is given and cannot be read has a status of its own.
    """
    known = {reading.name for reading in run.frozen}
    for name, kept in run.kept.items():
        if name not in known:
            profiles = count(len(kept.profiles), "profile")
            people = count(kept.people, "person", "people")
            state = "frozen" if kept.is_given else "frozen, not given"
            yield f"{profiles} and {people} of {short(name or 'no source', _LONGEST_PLACE)} {state}"


def _warned(warnings: Sequence[Problem]) -> Iterator[str]:
    """Yield how many warnings there are, with the first.

    Unmanaged access names people: a number.
    """
    unmanaged = {warning.where.path for warning in warnings if warning.code in _UNMANAGED}
    others = [warning for warning in warnings if warning.code not in _UNMANAGED]
    if others:
        yield f"{count(len(others), 'warning')}: {_warning(others[0])}"
    if unmanaged:
        yield f"unmanaged access in {count(len(unmanaged), 'profile')}"


def _warning(warning: Problem) -> str:
    """Return a warning; with its line if it is about a document."""
    what = warning.what_nameless
    if warning.where.line:
        return f"{warning.where.file} line {warning.where.line}: {what}"
    return f"{what}: set principals" if warning.code == GATEWAY_MISMATCH else what


def portal_text(report: Report) -> str:
    """Return a run on a portal in a few words: `12 projects, 2 pending, 1 warning`."""
    parts = [count(report.plan.profiles, "project")]
    pending = {waiting.profile for waiting in report.pending}
    if pending:
        parts.append(f"{len(pending)} pending")
    if report.plan.warnings:
        parts.append(count(len(report.plan.warnings), "warning"))
    return ", ".join(parts)


def longest_summary(report: Report) -> int:
    """Return how many characters the summary of a report may have."""
    if any(warning.code == GATEWAY_MISMATCH for warning in report.plan.warnings):
        return LONGEST_WITH_GATEWAYS
    return LONGEST


# sources


def unread_text(reading: Reading, longest: int) -> str:
    """Return why a source cannot be read; the URL of a repository at the end, as far as it fits."""
    error = reading.error
    if isinstance(error, DocumentError):
        return document_text(error, longest)
    label = short(reading.source.label, _LONGEST_PLACE)
    if not isinstance(error, GitError) or not error.address:
        reason = error.brief if isinstance(error, TargetError) else str(error)
        return _located(label, reason, longest)
    text = _located(label, error.reason, longest)
    free = longest - len(f"{text} ()")
    return f"{text} ({short(error.address, free)})" if free >= _LEAST else text


def _located(place: str, reason: str, longest: int) -> str:
    """Return `PLACE: REASON`, cut to `longest` characters; a usual reason is never cut.

    A long place is cut at its beginning: the end of a path says more.
    """
    place, reason = short(place, _UNCUT), short(reason, _UNCUT)
    free = max(_LEAST, longest - len(f": {reason}"))
    if len(place) > free:
        place = f"…{place[1 - free :]}"
    return short(f"{place}: {reason}", max(longest, _WHOLE))
