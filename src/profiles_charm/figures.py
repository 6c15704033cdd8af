"""The figures of a run, for metrics, the dashboard and alert rules. Pure.

docs/reference/metrics.md lists them. A charm process lives for one hook, so each figure is a gauge
of the last run, never a sum.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from profiles_charm import sources
from profiles_charm.git_source import GIT
from profiles_charm.run import Run
from profiles_charm.target_result import TargetResult
from profiles_management import Report
from profiles_management.reconcile.report import Outcome
from profiles_management.sources import Gathered

_PREFIX = "profiles_management_"


class Figure(NamedTuple):
    """One value. `unit` is a UCUM unit, as in OpenTelemetry; '' for a number without unit."""

    name: str
    description: str
    value: float
    unit: str = ""
    labels: Mapping[str, str] = {}


def of(run: Run) -> tuple[Figure, ...]:
    """Return every figure of a run. A figure that the run did not measure is left out, never 0."""
    return tuple(figure._replace(name=f"{_PREFIX}{figure.name}") for figure in _figures(run))


def _figures(run: Run) -> Iterator[Figure]:
    yield Figure(
        "run_success", "1 for a run with nothing refused or failed, else 0", int(run.is_good)
    )
    yield Figure("run_duration_seconds", "Duration of the run", round(run.seconds, 3), "s")
    yield Figure("run_requests", "Requests sent to the Kubernetes API", run.requests)
    if run.is_good:
        when = "End of the last successful run, in seconds since 1970"
        yield Figure("last_success_timestamp_seconds", when, round(run.now.timestamp(), 3), "s")
    if run.gathered is not None:
        yield from _of_sources(run.gathered)
    if isinstance(run.outcome, Report):
        yield Figure("contributors", "Contributors whose access has not expired", run.contributors)
        yield from _of_report(run.outcome)
    if run.portal is not None:
        yield from _of_portal(run.portal)


def _of_portal(portal: TargetResult) -> Iterator[Figure]:
    what = "1 for a portal in which nothing was refused or failed, else 0"
    yield Figure("portal_run_success", what, int(portal.is_good))
    if isinstance(portal.outcome, Report):
        for figure in _of_report(portal.outcome):
            description = f"{figure.description}, in the portal"
            yield figure._replace(name=f"portal_{figure.name}", description=description)


def _of_sources(gathered: Gathered) -> Iterator[Figure]:
    configured = [reading for reading in gathered.readings if reading.source.is_configured]
    for reading in sorted(configured, key=lambda reading: reading.name):
        yield Figure(
            "source_ready",
            "1 for a source that can be read, else 0",
            int(not reading.is_frozen),
            labels={"source": reading.name},
        )
    if commit := sources.commit(gathered):
        labels = {"source": GIT, "commit": commit}
        yield Figure("source_commit", "The commit that is applied", 1, labels=labels)


def _of_report(report: Report) -> Iterator[Figure]:
    plan = report.plan
    yield Figure("profiles", "Profiles in the document", plan.profiles)
    failed = {outcome.change.profile for outcome in report.failed}
    pending = {waiting.profile for waiting in report.pending}
    yield Figure("profiles_refused", "Refused profiles", len(plan.refused_profiles))
    yield Figure("profiles_failed", "Profiles in which a change failed", len(failed))
    yield Figure("profiles_pending", "Profiles with pending changes", len(pending))
    yield Figure("warnings", "Number of warnings", len(plan.warnings))
    yield Figure("run_writes", "Successful writes", report.writes)
    yield Figure("run_access_lost", "Role assignments that were revoked", plan.access.lost)
    yield Figure("run_access_gained", "Role assignments that were granted", plan.access.gained)
    yield from _of_outcomes(report.outcomes)


def _of_outcomes(outcomes: Iterable[Outcome]) -> Iterator[Figure]:
    results = [
        (outcome.change.action.name.lower(), outcome.result.name.lower()) for outcome in outcomes
    ]
    for (action, result), number in sorted(Counter(results).items()):
        yield Figure(
            "run_changes",
            "Changes by action and result",
            number,
            labels={"action": action, "result": result},
        )
