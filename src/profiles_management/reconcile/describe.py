"""A plan and a report as data that JSON can hold, for `--output json` and a charm's actions.

changes   one entry for each step, in the order in which they are made:
    action      create, update, replace or delete
    kind, namespace, name   the object that gives the step its name; namespace is "" where
                nothing contains the object
    profile     the profile of the step
    reason      such as wanted, left_document, expired, role_changed, drifted (the names of
                plan.Reason, and of the target's own reasons)
    person      {kind, name}; null for a step that is not about somebody's access
    role        {before, after}, each null for none; null for a step that is not about access
    moves       [{who, before, after, until}]: everybody whose access it moves, with the role
                before and after: admin, edit, view, owner, listed (one of several people in one
                object), another role's name, or null for none; until is null for never
    until       when the access given ends, null for never
    fields      [{path, before, after}]; null for a field that is not there
    objects     [{verb, kind, namespace, name}]: every write in its order
    result, why, sent   of a report: done, pending, failed or not_tried, which includes what is
                held back; why is "" for done; sent is the number of answered writes
summary   numbers: profiles (in the document), unchanged, refused, frozen, add, change, replace,
          remove, writes (planned), access {before, lost, gained, expired} in pairs of a person and
          a profile; of a report also done, failed, pending, not_tried (steps) and sent (writes
          answered with success), and access is what was done
errors    what was refused or failed: {code, what, remedy, file, line, column, path, profile};
          line and column are 0, file and profile "" where there is none
pending   [{profile, what}]: what waits for somebody else
warnings  like errors
frozen    [{source, why, profiles, contributors, people}]: sources that cannot be read, the names of
          the profiles that stay unchanged because of it, the number of contributors that do in
          profiles of other sources, and how many people keep access; source is "" for profiles
          without a recorded source
stale     [{name}]: profiles that the document no longer defines
stopped   [{kind, what, remedy, rest_applied}]: why an apply holds changes back, and whether it
          makes the others; kind is revocations, confirmation where somebody was asked and did not
          agree, or what the target halts for

A target adds what it decided about a plan, each under a key of its own (Plan.facts).

A command that fails as a whole prints `errors` and nothing else; for a document that is not valid
also `warnings`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import (
    Access,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    Frozen,
    ObjectRef,
    Pending,
    Plan,
)
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.stops import Stop
from profiles_management.reconcile.summary import unchanged

Data = dict[str, Any]

_COUNTED = {
    Action.CREATE: "add",
    Action.UPDATE: "change",
    Action.REPLACE: "replace",
    Action.DELETE: "remove",
}
_HELD = "held back: see stopped"


def plan_data(plan: Plan, stops: Sequence[Stop] = ()) -> Data:
    """Return a plan as data; the keys are those of this module's description.

    Args:
        stops: why an apply would hold changes of it back.
    """
    return {
        "changes": [change_data(change) for change in plan.changes],
        "summary": _summary(plan),
        "errors": [problem_data(problem) for problem in plan.refused],
        "pending": [_pending(pending) for pending in plan.pending],
        "warnings": [problem_data(problem) for problem in plan.warnings],
        "frozen": [_frozen(source) for source in plan.frozen],
        "stale": [{"name": name} for name in plan.stale],
        "stopped": [_stop(stop) for stop in stops],
        **{fact.key: dict(fact.data) for fact in plan.facts},
    }


def report_data(report: Report) -> Data:
    """Return a report as data; the keys are those of this module's description."""
    outcomes = _with_held(report)
    whole = replace(report.plan, changes=tuple(outcome.change for outcome in outcomes))
    data = plan_data(whole, report.stops)
    numbers = Counter(_name(outcome.result) for outcome in outcomes)
    sent = {"sent": report.writes, "access": _access(report.access)}
    return data | {
        "changes": [_outcome(outcome) for outcome in outcomes],
        "summary": data["summary"] | {name: numbers[name] for name in map(_name, Result)} | sent,
        "errors": [*data["errors"], *map(_failure, report.failed), *_interruption(report)],
        "pending": [_pending(pending) for pending in report.pending],
    }


def _with_held(report: Report) -> tuple[Outcome, ...]:
    """Return what became of every change, held back ones too, in the order of a plan."""
    if not report.plan.held:
        return report.outcomes
    held = [Outcome(change, Result.NOT_TRIED, _HELD) for change in report.plan.held]
    return tuple(sorted((*report.outcomes, *held), key=lambda outcome: outcome.change.order))


def change_data(change: Change) -> Data:
    """Return one step as data."""
    return {
        "action": change.action.name.lower(),
        **_ref(change.target),
        "profile": change.profile,
        "reason": change.reason.name.lower(),
        **_person_and_role(change),
        "moves": [_move(move) for move in change.moves],
        "until": _or_null(change.until),
        "fields": [_field(field) for field in change.fields],
        "objects": [{"verb": str(write.verb), **_ref(write.target)} for write in change.writes],
    }


def _person_and_role(change: Change) -> Data:
    if change.person is None:
        return {"person": None, "role": None}
    return {
        "person": {"kind": change.person.kind, "name": change.person.name},
        "role": {"before": _or_null(change.before), "after": _or_null(change.after)},
    }


def _field(field: FieldDiff) -> Data:
    return {"path": field.path, "before": field.before, "after": field.after}


def _move(move: AccessMove) -> Data:
    return {
        "who": str(move.person),
        "before": _or_null(move.before),
        "after": _or_null(move.after),
        "until": _or_null(move.until),
    }


def _or_null(text: str) -> str | None:
    """Return a text, None for ''."""
    return text or None


def problem_data(problem: Problem) -> Data:
    """Return a problem as data."""
    where = problem.where
    return {
        "code": problem.code,
        "what": problem.what,
        "remedy": problem.remedy,
        "file": where.file,
        "line": where.line,
        "column": where.column,
        "path": where.path,
        "profile": where.profile,
    }


def _outcome(outcome: Outcome) -> Data:
    became = {"result": _name(outcome.result), "why": outcome.why, "sent": outcome.sent}
    return change_data(outcome.change) | became


def _failure(outcome: Outcome) -> Data:
    change = outcome.change
    return {
        "code": "not-applied",
        "what": f"{change.target}: {outcome.why}",
        "remedy": outcome.remedy or "Fix the cause and run again.",
        "file": "",
        "line": 0,
        "column": 0,
        "path": f"{change.target.kind}/{change.target.name}",
        "profile": change.profile,
    }


def _interruption(report: Report) -> list[Data]:
    if not report.interrupted:
        return []
    what = f"interrupted; {count(len(report.having(Result.NOT_TRIED)), 'change')} not tried"
    return [problem_data(Problem("interrupted", what, Where(), "Run it again.", names_nobody=True))]


def _summary(plan: Plan) -> Data:
    numbers = Counter(change.action for change in plan.changes)
    counted = {word: numbers[action] for action, word in _COUNTED.items()}
    whole = {"profiles": plan.profiles, "unchanged": unchanged(plan), "refused": len(plan.refused)}
    whole["frozen"] = sum(len(source.profiles) for source in plan.frozen)
    return whole | counted | {"writes": plan.writes, "access": _access(plan.access)}


def _access(access: Access) -> Data:
    return {
        "before": access.before,
        "lost": access.lost,
        "gained": access.gained,
        "expired": access.expired,
    }


def _pending(pending: Pending) -> Data:
    return {"profile": pending.profile, "what": pending.what}


def _frozen(source: Frozen) -> Data:
    return {
        "source": source.source,
        "why": source.why,
        "given": source.is_given,
        "remedy": source.remedy,
        "profiles": list(source.profiles),
        "contributors": source.contributors,
        "people": source.people,
    }


def _stop(stop: Stop) -> Data:
    return {
        "kind": str(stop.kind),
        "what": stop.what,
        "remedy": stop.remedy,
        "rest_applied": stop.rest,
    }


def _ref(ref: ObjectRef) -> Data:
    return {"kind": ref.kind, "namespace": ref.parent, "name": ref.name}


def _name(result: Result) -> str:
    return result.name.lower()
