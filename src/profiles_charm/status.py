"""The wording of statuses: what a run came to, in one line that says what to do. Pure."""

from dataclasses import dataclass

import ops

from profiles_charm.config import NoDocument
from profiles_management import (
    BrakeError,
    ClusterAway,
    ClusterError,
    DocumentError,
    Forbidden,
    MissingKind,
    ProfilesError,
    Report,
)
from profiles_management.reconcile.lines import printable

LONGEST = 120
STANDING_BY = "standing by; the leader applies the document"


@dataclass(frozen=True, slots=True)
class Synced:
    """A run that came to its end: the report, and how many contributors the document gives access to."""

    report: Report
    contributors: int


Outcome = Synced | ProfilesError


def status_of(outcome: Outcome, app: str) -> ops.StatusBase:
    """Return the status that tells how a run went.

    Args:
        app: the application's name in Juju, for a command that can be pasted.
    """
    match outcome:
        case Synced():
            return _of_run(outcome)
        case NoDocument():
            return ops.BlockedStatus(short(f"no document; juju config {app} pmr=@FILE"))
        case DocumentError():
            return _of_document(outcome)
        case BrakeError():
            return ops.BlockedStatus(braked(outcome))
        case ClusterError():
            return _of_cluster(outcome, app)
        case _:
            return ops.BlockedStatus(short(str(outcome)))


def told(synced: Synced) -> str:
    """Return a finished run in one line: `12 profiles, 57 contributors; 2 pending`."""
    report, plan = synced.report, synced.report.plan
    late = {one.profile for one in report.pending}
    parts = [f"{count(plan.profiles, 'profile')}, {count(synced.contributors, 'contributor')}"]
    parts += [f"{len(late)} pending"] if late else []
    if plan.warnings:
        parts.append(f"{count(len(plan.warnings), 'warning')}: {plan.warnings[0].what}")
    return "; ".join(parts)


def trouble(report: Report) -> str:
    """Return which profiles were refused or went wrong, with the first reason; empty where none was."""
    plan = report.plan
    if plan.refused:
        refused = {problem.where.path for problem in plan.refused}
        return f"{len(refused)} of {count(plan.profiles, 'profile')} refused: {plan.refused[0].what}"
    if report.failed:
        broken, first = {one.change.profile for one in report.failed}, report.failed[0]
        return f"{count(len(broken), 'profile')} failed: {first.change.profile}: {first.why}"
    return ""


def braked(error: BrakeError) -> str:
    """Return what the brake says: how many pairs of person and profile would be lost, and how to go on."""
    return f"would revoke {error.lost:,} of {error.before:,}; run sync-now allow-revocations=true"


def count(number: int, noun: str) -> str:
    """Return `1 profile` or `2 profiles`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def short(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, as a terminal may see it, cut where it is too long for a column of `juju status`."""
    line = printable(" ".join(text.split()).rstrip("."))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _of_run(synced: Synced) -> ops.StatusBase:
    if wrong := trouble(synced.report):
        return ops.BlockedStatus(short(wrong))
    return ops.ActiveStatus(short(told(synced)))


def _of_document(error: DocumentError) -> ops.StatusBase:
    first, *others = error.problems
    line = f" line {first.where.line}" if first.where.line else ""
    more = f"; {len(others)} more" if others else ""
    what = f"{first.where.file or first.where.path}{line}: {first.what}"
    return ops.BlockedStatus(short(what, LONGEST - len(more)) + more)


def _of_cluster(error: ClusterError, app: str) -> ops.StatusBase:
    match error:
        case Forbidden():
            return _of_forbidden(error, app)
        case MissingKind():
            kind = "AuthorizationPolicy" if "authorizationpolicies" in str(error) else "Profile"
            return ops.WaitingStatus(f"{kind} CRD not found")
        case ClusterAway():
            reason = str(error).partition(": ")[2].removesuffix(" Nothing was written.")
            return ops.WaitingStatus(short(f"Kubernetes API away: {reason}"))
        case _:
            return ops.BlockedStatus(short(str(error)))


def _of_forbidden(error: Forbidden, app: str) -> ops.StatusBase:
    # After what was not allowed come the server's words, which can run to thousands of characters.
    what, _, _ = str(error).partition(":")
    if not what.startswith("Not allowed"):  # the pod's own token is refused, and a new one is mounted by itself
        return ops.WaitingStatus("the Kubernetes API does not accept the pod's token")
    remedy = f"; run juju trust {app} --scope=cluster"
    return ops.BlockedStatus(short(f"n{what[1:]}", LONGEST - len(remedy)) + remedy)
