"""The parameters and results of actions. Pure; profiles_charm.results lays the results out.

`summary` is one line, and `text` is the output of the command. `changes`, `errors`, `pending`,
`warnings` and `counts` are JSON, as in profiles_management.reconcile.describe (`counts` is
`summary` there). `stale` and `access` are JSON, as in profiles_management.kubeflow.stale_listing
and access_listing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

import profiles_management
from profiles_charm import results
from profiles_charm.portal_run import PORTAL
from profiles_charm.results import Results
from profiles_charm.run import Run
from profiles_charm.sources import commit
from profiles_charm.status_text import brake_text, halt_text, summary
from profiles_charm.target_result import TargetResult
from profiles_management import (
    AccessEntry,
    DocumentError,
    Export,
    ProfilesError,
    Report,
    Settings,
    StaleProfile,
)
from profiles_management.kubeflow import stale_listing
from profiles_management.pmr.redaction import redacted
from profiles_management.pmr.until import Moment
from profiles_management.reconcile import brake
from profiles_management.reconcile.describe import plan_data, problem_data, report_data
from profiles_management.reconcile.lines import line, printable
from profiles_management.reconcile.loop import decide
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.summary import plan_summary, report_summary
from profiles_management.reconcile.text import plan_lines, report_lines
from profiles_management.sources import Gathered

UNCONFIRMED = "run it again with confirm=true"
_LISTS = ("changes", "errors", "pending", "warnings", "stale")


class Params(BaseModel):
    """The parameters of an action. Others are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SyncNow(Params):
    """The parameters of `sync-now`."""

    dry_run: bool = False
    allow_revocations: bool = False
    allow_gateway_change: bool = False

    @property
    def allowed(self) -> Mapping[str, bool]:
        """What this run may do in addition, by the names of settings."""
        return {
            "allow_revocations": self.allow_revocations,
            "allow_gateway_change": self.allow_gateway_change,
        }


class Plan(Params):
    """The parameters of `plan`."""

    at: Moment | None = None


class DeleteStale(Params):
    """The parameters of `delete-stale-profiles`."""

    confirm: bool = False
    keep_data: bool = False


class ListAccess(Params):
    """The parameters of `list-access`; '' is for everybody and for every profile."""

    person: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of an action: its results, and in `wrong` why it fails, '' if it does not."""

    results: Results
    wrong: str = ""

    def joined(self, portal: "Answer") -> "Answer":
        """Return this answer with that about the portal: its results are called `portal-…`."""
        results = {f"{PORTAL}-{key}": text for key, text in portal.results.items()}
        wrong = "; ".join(filter(None, (self.wrong, portal.wrong)))
        return Answer(self.results | results, wrong)


def of_plan(plan: profiles_management.Plan, settings: Settings, gathered: Gathered) -> Results:
    """Return the results of `plan`; `stopped` is why the next run would hold changes back."""
    values = {
        "summary": plan_summary(plan),
        **_stopped(plan, settings.limits),
        **_sources(gathered),
    }
    lines = results.of_lines("text", plan_lines(plan))
    return values | lines | _data(plan_data(plan), gathered)


def of_portal_plan(plan: profiles_management.Plan, limits: RunLimits) -> Results:
    """Return the results of `plan` about a portal."""
    values = {"summary": plan_summary(plan), **_stopped(plan, limits)}
    return values | results.of_lines("text", plan_lines(plan)) | _data(plan_data(plan))


def of_run(run: Run) -> Results:
    """Return the results of `sync-now`."""
    problems = of_error(run.outcome)
    if run.gathered is None:
        return problems
    report = run.report
    is_error = isinstance(run.outcome, ProfilesError)
    if report is None or (is_error and not report.outcomes):
        unread = results.of_list("errors", _errors(run.gathered))
        return _sources(run.gathered) | unread | problems
    values = {"summary": printable(summary(run, report)), **_sources(run.gathered)}
    return (
        values
        | results.of_lines("text", report_lines(report))
        | _data(report_data(report), run.gathered)
    )


def of_portal_run(portal: TargetResult | None) -> Results:
    """Return the results of `sync-now` about a portal."""
    if portal is None:
        return {}
    values = {} if portal.report is None else of_report(portal.report)
    return values if portal.error is None else values | of_portal_error(portal.error)


def of_portal_error(error: ProfilesError) -> Results:
    """Return why a portal could not be read, with what it answered."""
    return {"error": printable(redacted(str(error)))}


def of_report(report: Report) -> Results:
    """Return the results of `delete-stale-profiles`, or of `sync-now` about a portal."""
    lines = report_lines(report)
    return (
        {"summary": report_summary(report)}
        | results.of_lines("text", lines)
        | _data(report_data(report))
    )


def of_error(outcome: Report | ProfilesError) -> Results:
    """Return the results of an action that failed: every problem, if a document is not valid."""
    if not isinstance(outcome, DocumentError):
        return {}
    return results.of_list("errors", list(map(problem_data, outcome.problems)))


def of_stale(profiles: tuple[StaleProfile, ...]) -> Results:
    """Return the results of `list-stale-profiles`."""
    lines, data = stale_listing.stale(profiles)
    listed = results.of_list("stale", data["stale"]) | results.of_list("warnings", data["warnings"])
    return results.of_lines("text", lines) | listed


def of_access(entries: tuple[AccessEntry, ...], asked: ListAccess, now: datetime) -> Results:
    """Return the results of `list-access`."""
    from profiles_management.kubeflow.access import access_listing, access_report  # noqa: PLC0415 - for this action alone

    report = access_report.report(
        entries, at=now, person=asked.person.strip(), profile=asked.profile
    )
    lines = [*access_listing.lines(report), line(), line(access_listing.not_covered(report))]
    data = access_listing.data(report)
    return results.of_lines("text", lines) | results.of_list("access", data["access"])


def of_export(export: Export) -> Answer:
    """Return the answer of `export-pmr`: `pmr` is the document, unless it is too large."""
    notes = results.of_list("notes", [problem_data(note) for note in export.notes])
    try:
        return Answer(results.of_text("pmr", export.to_yaml()) | notes)
    except ValueError as error:
        return Answer(notes, f"{error}; use the command: profiles-management export")


def _sources(gathered: Gathered) -> Results:
    """Return the commit in force, and the sources that cannot be used, each with the reason."""
    values: Results = {}
    if revision := commit(gathered):
        values["commit"] = revision
    if gathered.frozen:
        frozen = [
            {"source": reading.name, "why": str(reading.error)} for reading in gathered.frozen
        ]
        values |= results.of_list("frozen", frozen)
    return values


def _errors(gathered: Gathered) -> list[Mapping[str, Any]]:
    """Return the problems of documents that are not valid."""
    errors = [reading.error for reading in gathered.frozen]
    invalid = [error for error in errors if isinstance(error, DocumentError)]
    return [problem_data(problem) for error in invalid for problem in error.problems]


def _stopped(plan: profiles_management.Plan, limits: RunLimits) -> Results:
    stopped = decide(plan, limits).stopped
    reasons = [*map(halt_text, plan.halts)]
    if stopped:
        reasons.insert(0, brake_text(brake.error(stopped)))
    if not reasons:
        return {}
    return {"stopped": "; ".join(reasons)}


def _data(data: Mapping[str, Any], gathered: Gathered | None = None) -> Results:
    lists = {key: data[key] for key in _LISTS}
    if gathered is not None:
        lists["errors"] = [*_errors(gathered), *lists["errors"]]
    values = {"counts": json.dumps(data["summary"])}
    for key, items in lists.items():
        values |= results.of_list(key, items)
    return values
