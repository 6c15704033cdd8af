"""The statuses of a run. Pure; the texts are in status_text."""

from collections.abc import Iterator
from datetime import datetime

import ops

from profiles_charm import memory, status_text
from profiles_charm.portal_run import PORTAL
from profiles_charm.run import Run
from profiles_charm.status_text import LONGEST, LONGEST_WITH_REMEDY, error_text, short
from profiles_charm.target_result import TargetResult
from profiles_management import (
    ClusterAway,
    ClusterError,
    Forbidden,
    MissingKind,
    ProfilesError,
    Report,
    SettingsError,
)
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import Gathered, NothingToRead, Reading

STANDING_BY = "standing by; the leader applies the document"
_CRDS = {"authorizationpolicies": "AuthorizationPolicy"}


def statuses_of(run: Run, app: str) -> Iterator[ops.StatusBase]:
    """Yield every status of a run. Juju shows the worst, and the first of several.

    Args:
        app: the application's name in Juju, for a command that can be pasted.
    """
    if run.gathered is not None and not run.gathered.is_configured:
        yield ops.BlockedStatus(_no_document(app))
    for reading in run.frozen:
        yield _of_source(reading, _kept(run, reading), run.since.get(reading.name))
    if isinstance(run.outcome, Report):
        yield _of_report(run, run.outcome)
    else:
        yield status_of(run.outcome, app)
    if run.portal is not None:
        yield of_portal(run.portal, run.since.get(PORTAL))


def of_portal(portal: TargetResult, begun: datetime | None = None) -> ops.StatusBase:
    """Return the status of a portal.

    Args:
        begun: the moment since which it cannot be read.
    """
    if portal.error is not None:
        return _of_unread_portal(portal.error, begun)
    if isinstance(portal.outcome, Report):
        status = _trouble(portal.outcome) or ops.ActiveStatus(
            status_text.portal_text(portal.outcome)
        )
    else:
        status = ops.BlockedStatus(error_text(portal.outcome))
    return type(status)(short(f"{PORTAL}: {status.message}"))


def _of_unread_portal(error: ProfilesError, begun: datetime | None) -> ops.StatusBase:
    end = "" if begun is None else f"; not reconciled {memory.worded(begun)}"
    remedy = error.remedy if isinstance(error, TargetError) else ""
    text = f"{PORTAL}: {status_text.nameless_text(error)}. {remedy}".rstrip()
    message = short(text, LONGEST_WITH_REMEDY - len(end)) + end
    is_passing = isinstance(error, TargetError) and error.passing
    return ops.WaitingStatus(message) if is_passing else ops.BlockedStatus(message)


def status_of(error: ProfilesError, app: str) -> ops.StatusBase:
    """Return the status of a run that an error ended."""
    match error:
        case ClusterError():
            return _of_cluster(error, app)
        case SettingsError():
            return ops.BlockedStatus(error_text(error, LONGEST_WITH_REMEDY))
        case _:
            return ops.BlockedStatus(error_text(error, LONGEST))


def unread(gathered: Gathered, app: str) -> str:
    """Return which sources cannot be used, and why, in one line; '' if all can."""
    wrong = [_of_source(reading).message for reading in gathered.frozen]
    if not gathered.is_configured:
        wrong.insert(0, _no_document(app))
    return "; ".join(wrong)


def reasons(run: Run, app: str) -> str:
    """Return why the charm is blocked or waits, in one line; '' if it does not."""
    statuses = [
        status for status in statuses_of(run, app) if not isinstance(status, ops.ActiveStatus)
    ]
    return "; ".join(status.message for status in statuses)


def _no_document(app: str) -> str:
    return short(f"no document; juju config {app} pmr=@FILE")


def _of_report(run: Run, report: Report) -> ops.StatusBase:
    if trouble := _trouble(report):
        return trouble
    summary = status_text.summary(run, report)
    return ops.ActiveStatus(short(summary, status_text.longest_summary(report)))


def _trouble(report: Report) -> ops.StatusBase | None:
    """Return the status of a report with something that is not done; None if all is well."""
    if wrong := status_text.trouble(report):
        return ops.BlockedStatus(short(wrong))
    if report.stopped:
        return ops.WaitingStatus(short(report.stopped))
    if report.unrevoked:
        return ops.WaitingStatus(status_text.pending_revocations(report))
    return None


def _kept(run: Run, reading: Reading) -> int:
    """Return how many profiles stay unchanged because a source cannot be read."""
    kept = run.kept.get(reading.name)
    return 0 if kept is None else len(kept.profiles)


def _of_source(reading: Reading, kept: int = 0, begun: datetime | None = None) -> ops.StatusBase:
    """Return the status of a source that cannot be read.

    Args:
        kept: number of profiles that stay unchanged because of it.
        begun: the moment since which it cannot be read.
    """
    end = f"; {count(kept, 'profile')} frozen" if kept else "; frozen"
    if begun is not None:
        end += f" {memory.worded(begun)}"
    text = status_text.unread_text(reading, LONGEST - len(end)) + end
    error = reading.error
    if isinstance(error, (GitError, NothingToRead, TargetError)) and error.passing:
        return ops.WaitingStatus(text)
    return ops.BlockedStatus(text)


def _of_cluster(error: ClusterError, app: str) -> ops.StatusBase:
    match error:
        case Forbidden():
            return _of_forbidden(error, app)
        case MissingKind():
            return ops.WaitingStatus(f"{_CRDS.get(error.resource, 'Profile')} CRD not found")
        case ClusterAway():
            failure = redacted(error.failure)
            return ops.WaitingStatus(short(f"Kubernetes API unavailable: {failure}"))
        case _:
            return ops.BlockedStatus(error_text(error, LONGEST))


def _of_forbidden(error: Forbidden, app: str) -> ops.StatusBase:
    # the pod's own token is refused, and a new one is mounted by itself
    if not error.verb:
        return ops.WaitingStatus("the Kubernetes API does not accept the pod's token")
    remedy = f"; run juju trust {app} --scope=cluster"
    what = f"not allowed to {error.verb} {error.resource}"
    return ops.BlockedStatus(short(what, LONGEST - len(remedy)) + remedy)
