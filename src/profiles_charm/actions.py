"""What actions take and answer: text under keys with dashes, lists as JSON, never more than Juju carries. Pure.

`summary` is one line and `text` what a terminal would show.
`changes`, `errors`, `pending`, `warnings` and `counts` (the `summary` there) are JSON in the words of
profiles_management.reconcile.describe.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, takewhile
from typing import Any

from pydantic import BaseModel, ConfigDict

from profiles_charm.status import Synced, braked, count, told
from profiles_management import BrakeError, DocumentError, Plan, ProfilesError, Settings
from profiles_management.reconcile import brake
from profiles_management.reconcile.describe import plan_data, problem_data, report_data
from profiles_management.reconcile.lines import Line
from profiles_management.reconcile.text import plan_lines, report_lines

# The kernel gives one argument of action-set 131,072 bytes.
LARGEST = 60_000
_ROOM = 40  # for brackets, and for how much is left out
_LISTS = ("changes", "errors", "pending", "warnings")

Results = dict[str, str]


class SyncNow(BaseModel):
    """The parameters of `sync-now`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool = False
    allow_revocations: bool = False


def of_plan(plan: Plan, settings: Settings) -> Results:
    """Return what `plan` answers; `stopped` is there, and says why, where the brake would stop it."""
    lines = plan_lines(plan)
    return {"summary": str(lines[-1]), **_stopped(plan, settings), "text": _text(lines), **_data(plan_data(plan))}


def of_run(synced: Synced) -> Results:
    """Return what `sync-now` answers."""
    text = _text(report_lines(synced.report))
    return {"summary": told(synced), "text": text, **_data(report_data(synced.report))}


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


def _text(lines: Sequence[Line]) -> str:
    """Return what a terminal would show, as far as it fits."""
    texts = [str(one) for one in lines]
    shown = _fitting(texts)
    more = len(texts) - shown
    return "\n".join([*texts[:shown], *([f"… and {count(more, 'more line')}"] if more else [])])


def _list(key: str, items: Sequence[object]) -> Results:
    """Return a list as JSON as far as it fits, and how many items it has; where some are missing, how many."""
    texts = [_json(item) for item in items]
    shown = _fitting(texts)
    results = {key: f"[{', '.join(texts[:shown])}]", f"{key}-total": str(len(texts))}
    return results if shown == len(texts) else results | {f"{key}-left-out": str(len(texts) - shown)}


def _fitting(texts: Iterable[str]) -> int:
    """Return how many of the texts fit into one argument of action-set, with two bytes after each."""
    sizes = accumulate(len(text.encode()) + 2 for text in texts)
    return sum(1 for _ in takewhile(lambda size: size <= LARGEST - _ROOM, sizes))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
