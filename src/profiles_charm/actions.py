"""What the actions take and answer. Pure; how an answer is laid out: profiles_charm.results.

`summary` is one line and `text` what a terminal would show. `changes`, `errors`, `pending`,
`warnings` and `counts` (the `summary` there) are JSON in the words of
profiles_management.reconcile.describe, `stale` and `access` in those of
profiles_management.kubeflow.listings and access_listing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

import profiles_management
from profiles_charm import results
from profiles_charm.results import Results
from profiles_charm.run import Run
from profiles_charm.sources import commit
from profiles_charm.status_text import brake_text, halt_text, summary
from profiles_management import (
    AccessEntry,
    DocumentError,
    Export,
    ProfilesError,
    Report,
    Settings,
    StaleProfile,
    StoppedError,
)
from profiles_management.kubeflow import stale_listing
from profiles_management.pmr.until import Moment
from profiles_management.reconcile import brake
from profiles_management.reconcile.describe import plan_data, problem_data, report_data
from profiles_management.reconcile.lines import line, printable
from profiles_management.reconcile.loop import decide
from profiles_management.reconcile.summary import plan_summary, report_summary
from profiles_management.reconcile.text import plan_lines, report_lines
from profiles_management.sources import Gathered

UNCONFIRMED = "run it again with confirm=true"
_LISTS = ("changes", "errors", "pending", "warnings", "stale")


class Params(BaseModel):
    """The parameters of an action: those that are named, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SyncNow(Params):
    """The parameters of `sync-now`."""

    dry_run: bool = False
    allow_revocations: bool = False
    allow_gateway_change: bool = False

    @property
    def allowed(self) -> Mapping[str, bool]:
        """What this run may do that others may not, by the names of the settings."""
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
    """The parameters of `list-access`; empty ones mean everybody and everywhere."""

    person: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action answers; `wrong` is why it fails all the same, empty where it does not."""

    results: Results
    wrong: str = ""


def of_plan(plan: profiles_management.Plan, settings: Settings, gathered: Gathered) -> Results:
    """Return what `plan` answers; `stopped` is there, and says why, where the brake would stop it."""
    lines = plan_lines(plan)
    found = {"summary": plan_summary(plan), **_stopped(plan, settings), **_sources(gathered)}
    return found | results.of_lines("text", lines) | _data(plan_data(plan), gathered)


def of_run(run: Run) -> Results:
    """Return what `sync-now` answers."""
    if run.gathered is None:
        return of_error(run.outcome) if isinstance(run.outcome, ProfilesError) else {}
    report = run.report
    if report is None or (isinstance(run.outcome, StoppedError) and not report.outcomes):
        more = of_error(run.outcome) if isinstance(run.outcome, ProfilesError) else {}
        return _sources(run.gathered) | results.of_list("errors", _errors(run.gathered)) | more
    found = {"summary": printable(summary(run, report)), **_sources(run.gathered)}
    return (
        found
        | results.of_lines("text", report_lines(report))
        | _data(report_data(report), run.gathered)
    )


def of_report(report: Report) -> Results:
    """Return what `delete-stale-profiles` answers."""
    lines = report_lines(report)
    return (
        {"summary": report_summary(report)}
        | results.of_lines("text", lines)
        | _data(report_data(report))
    )


def of_error(error: ProfilesError) -> Results:
    """Return what an action answers beside the reason why it failed: all that is wrong with a document."""
    if not isinstance(error, DocumentError):
        return {}
    return results.of_list("errors", list(map(problem_data, error.problems)))


def of_stale(found: tuple[StaleProfile, ...]) -> Results:
    """Return what `list-stale-profiles` answers."""
    lines, data = stale_listing.stale(found)
    listed = results.of_list("stale", data["stale"]) | results.of_list("warnings", data["warnings"])
    return results.of_lines("text", lines) | listed


def of_access(entries: tuple[AccessEntry, ...], asked: ListAccess, now: datetime) -> Results:
    """Return what `list-access` answers."""
    from profiles_management.kubeflow.access import access_listing, access_report  # noqa: PLC0415 - for this action alone

    report = access_report.report(
        entries, at=now, person=asked.person.strip(), profile=asked.profile
    )
    lines = [*access_listing.lines(report), line(), line(access_listing.not_covered(report))]
    data = access_listing.data(report)
    return results.of_lines("text", lines) | results.of_list("access", data["access"])


def of_export(export: Export) -> Answer:
    """Return what `export-pmr` answers: `pmr` is the document; it fails for one that no action can carry."""
    notes = results.of_list("notes", [problem_data(note) for note in export.notes])
    try:
        return Answer(results.of_text("pmr", export.to_yaml()) | notes)
    except ValueError as error:
        return Answer(notes, f"{error}; use the command: profiles-management export")


def _sources(gathered: Gathered) -> Results:
    """Return the commit in force, and the sources that cannot be used, each with the reason."""
    frozen = [{"source": one.name, "why": str(one.error)} for one in gathered.frozen]
    known = commit(gathered)
    revision = {"commit": known} if known else {}
    return revision | (results.of_list("frozen", frozen) if frozen else {})


def _errors(gathered: Gathered) -> list[Mapping[str, Any]]:
    broken = [one.error for one in gathered.frozen if isinstance(one.error, DocumentError)]
    return [problem_data(problem) for error in broken for problem in error.problems]


def _stopped(plan: profiles_management.Plan, settings: Settings) -> Results:
    stopped = decide(plan, settings.limits).stopped
    reasons = [brake_text(brake.error(stopped))] if stopped else []
    reasons += map(halt_text, plan.halts)
    return {"stopped": "; ".join(reasons)} if reasons else {}


def _data(data: Mapping[str, Any], gathered: Gathered | None = None) -> Results:
    lists = {key: data[key] for key in _LISTS}
    if gathered is not None:
        lists["errors"] = [*_errors(gathered), *lists["errors"]]
    found = {"counts": json.dumps(data["summary"])}
    for key, items in lists.items():
        found |= results.of_list(key, items)
    return found
