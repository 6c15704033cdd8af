"""What actions take and answer: text under keys with dashes, lists as JSON, never more than Juju carries. Pure.

`changes`, `errors`, `pending`, `warnings` and `counts` (the `summary` there) are JSON in the words of
profiles_management.reconcile.describe.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from profiles_charm.status import Synced, braked, told, would_do
from profiles_management import BrakeError, DocumentError, Plan, ProfilesError, Settings
from profiles_management.reconcile import brake
from profiles_management.reconcile.describe import plan_data, problem_data, report_data

# The kernel gives one argument of action-set 131,072 bytes.
LARGEST = 60_000
_LISTS = ("changes", "errors", "pending", "warnings")

Results = dict[str, str]


class SyncNow(BaseModel):
    """The parameters of `sync-now`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool = False
    allow_revocations: bool = False


def of_plan(plan: Plan, settings: Settings) -> Results:
    """Return what `plan` answers; `stopped` is there, and says why, where the brake would stop it."""
    return {"summary": would_do(plan), **_stopped(plan, settings), **_data(plan_data(plan))}


def of_run(synced: Synced) -> Results:
    """Return what `sync-now` answers."""
    return {"summary": told(synced), **_data(report_data(synced.report))}


def of_error(error: ProfilesError) -> Results:
    """Return what an action answers beside the reason why it failed: all that is wrong with a document."""
    return _list("errors", list(map(problem_data, error.problems))) if isinstance(error, DocumentError) else {}


def _stopped(plan: Plan, settings: Settings) -> Results:
    try:
        if not settings.allow_revocations:
            brake.check(plan.access, share=settings.brake_share, minimum=settings.brake_minimum)
    except BrakeError as error:
        return {"stopped": braked(error)}
    return {}


def _data(data: Mapping[str, Any]) -> Results:
    results = {"counts": _json(data["summary"])}
    for key in _LISTS:
        results |= _list(key, data[key])
    return results


def _list(key: str, items: Sequence[object]) -> Results:
    """Return a list as JSON as far as it fits, and how many items it has; where some are missing, how many."""
    texts = [_json(item) for item in items]
    shown, size = 0, 2
    for text in texts:
        size += len(text.encode()) + 2
        if size > LARGEST:
            break
        shown += 1
    results = {key: f"[{', '.join(texts[:shown])}]", f"{key}-total": str(len(texts))}
    return results if shown == len(texts) else results | {f"{key}-left-out": str(len(texts) - shown)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
