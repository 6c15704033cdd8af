"""What actions take and answer: text under keys with dashes, lists as JSON, never more than Juju carries. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from profiles_charm.status import Synced, told, would_do
from profiles_management import DocumentError, Plan, Problem, ProfilesError
from profiles_management.reconcile.plan import Change, Pending
from profiles_management.reconcile.report import Outcome

# The kernel gives one argument of action-set 131,072 bytes.
LARGEST = 60_000

Results = dict[str, str]


class SyncNow(BaseModel):
    """The parameters of `sync-now`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool = False
    allow_revocations: bool = False


def of_plan(plan: Plan) -> Results:
    """Return what `plan` answers."""
    return {
        "summary": would_do(plan),
        "accesses": str(plan.access.before),
        "accesses-lost": str(plan.access.lost),
        **_list("changes", map(_change, plan.changes)),
        **_list("pending", map(_pending, plan.pending)),
        **_list("errors", map(_problem, plan.refused)),
        **_list("warnings", map(_problem, plan.warnings)),
    }


def of_run(synced: Synced) -> Results:
    """Return what `sync-now` answers."""
    report = synced.report
    return {
        "summary": told(synced),
        "writes": str(report.writes),
        **_list("changes", map(_outcome, report.outcomes)),
        **_list("pending", map(_pending, report.pending)),
        **_list("errors", report.errors),
        **_list("warnings", map(_problem, report.plan.warnings)),
    }


def of_error(error: ProfilesError) -> Results:
    """Return what an action answers beside the reason why it failed: all that is wrong with a document."""
    return _list("errors", map(_problem, error.problems)) if isinstance(error, DocumentError) else {}


def _list(key: str, items: Iterable[object]) -> Results:
    """Return a list as JSON, as far as it fits, how many items there are and, where some are missing, how many."""
    texts = [json.dumps(item, ensure_ascii=False, default=str) for item in items]
    shown, size = 0, 2
    for text in texts:
        size += len(text.encode()) + 2
        if size > LARGEST:
            break
        shown += 1
    results = {key: f"[{', '.join(texts[:shown])}]", f"{key}-total": str(len(texts))}
    return results if shown == len(texts) else results | {f"{key}-left-out": str(len(texts) - shown)}


def _change(change: Change) -> dict[str, Any]:
    person = {"person": str(change.person), "before": change.before, "after": change.after} if change.person else {}
    fields = [{"path": one.path, "before": one.before, "after": one.after} for one in change.fields]
    return {
        "profile": change.profile,
        "action": change.action.name.lower(),
        "kind": change.target.kind,
        "namespace": change.target.namespace,
        "name": change.target.name,
        "reason": change.reason.name.lower().replace("_", "-"),
        **person,
        **({"fields": fields} if fields else {}),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    why = {"why": outcome.why} if outcome.why else {}
    return {**_change(outcome.change), "result": outcome.result.value, **why}


def _pending(pending: Pending) -> dict[str, str]:
    return {"profile": pending.profile, "what": pending.what}


def _problem(problem: Problem) -> str:
    return str(problem)
