"""The figures of a run come from its report."""

from datetime import UTC, datetime

import pytest

from profiles_charm.figures import of
from profiles_charm.run import Run
from profiles_charm.target_result import TargetResult
from profiles_management import BrakeError, ClusterAway, Problem, Report
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Where
from profiles_management.reconcile.plan import (
    AccessMove,
    Action,
    Change,
    ObjectRef,
    Pending,
    Person,
    Phase,
    Plan,
    Reason,
)
from profiles_management.reconcile.report import Outcome, Result
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import Gathered, NothingToRead
from readings import reading

PMR = ProfilesManagementRepresentation()
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
REFUSED = Problem(
    "foreign-namespace", "namespace b belongs to ann", Where.of_profile("b"), "Hand it over."
)


def a_run(report=None, *, outcome=None, **fields):
    values = {"contributors": 57, "seconds": 1.5, "now": NOON, "requests": 9, **fields}
    return Run(outcome=outcome or report or Report(Plan()), **values)


def gathered(*reads):
    return Gathered(PMR, reads)


def named(run):
    """Return figures by name and labels, without the prefix that all have."""
    found = {}
    for one in of(run):
        assert one.name.startswith("profiles_management_")
        labels = ",".join(one.labels.values())
        found[f"{one.name.removeprefix('profiles_management_')}{labels and f'[{labels}]'}"] = (
            one.value
        )
    return found


def change(profile, action=Action.CREATE, sent=2, result=Result.DONE):
    before, after = ("edit", "") if action is Action.DELETE else ("", "edit")
    made = Change(
        Phase.GRANT,
        profile,
        ObjectRef("RoleBinding", profile, "x"),
        action,
        Reason.WANTED,
        moves=(AccessMove(Person("User", "ann@example.com"), before, after),),
    )
    return Outcome(made, result, "", sent)


def test_a_run_with_nothing_to_do_is_a_good_one():
    found = named(a_run(Report(Plan(profiles=12))))

    assert found["run_success"] == 1
    assert found["last_success_timestamp_seconds"] == NOON.timestamp()
    assert (found["profiles"], found["contributors"], found["run_duration_seconds"]) == (
        12,
        57,
        1.5,
    )
    assert (found["run_requests"], found["run_writes"]) == (9, 0)


def test_changes_are_counted_by_action_and_result():
    outcomes = (change("a"), change("b"), change("c", Action.DELETE, 0, Result.FAILED))
    plan = Plan(tuple(outcome.change for outcome in outcomes), profiles=3)

    found = named(a_run(Report(plan, outcomes)))

    assert found["run_changes[create,done]"] == 2
    assert found["run_changes[delete,failed]"] == 1
    assert (found["run_writes"], found["profiles_failed"]) == (4, 1)
    assert (found["run_access_lost"], found["run_access_gained"]) == (1, 2)


@pytest.mark.parametrize(
    ("report", "name"),
    [
        (Report(Plan(refused=(REFUSED, REFUSED), profiles=2)), "profiles_refused"),
        (
            Report(
                Plan(profiles=2),
                (change("a", result=Result.FAILED), change("a", result=Result.FAILED)),
            ),
            "profiles_failed",
        ),
    ],
)
def test_a_profile_that_was_refused_or_failed_is_counted_once_and_the_run_is_not_good(report, name):
    found = named(a_run(report))

    assert (found[name], found["run_success"]) == (1, 0)
    assert "last_success_timestamp_seconds" not in found


def test_what_is_pending_is_counted_and_the_run_is_good():
    found = named(
        a_run(Report(Plan(), waiting=(Pending("a", "…"), Pending("a", "…"), Pending("b", "…"))))
    )

    assert (found["profiles_pending"], found["run_success"]) == (2, 1)


@pytest.mark.parametrize(
    "error", [ClusterAway("away"), BrakeError("much", lost=9, before=10)], ids=["away", "brake"]
)
def test_what_a_run_that_was_stopped_cannot_tell_is_left_out(error):
    found = named(a_run(outcome=error, gathered=gathered(reading("git", PMR))))

    assert set(found) == {
        "run_success",
        "run_duration_seconds",
        "run_requests",
        "source_ready[git]",
    }
    assert found["run_success"] == 0


def test_each_source_is_ready_or_not_and_says_its_commit():
    unread = reading("config", NothingToRead("no answer"))
    run = a_run(gathered=gathered(unread, reading("git", PMR, revision="c0ffee")))

    found = named(run)

    assert (found["source_ready[config]"], found["source_ready[git]"]) == (0, 1)
    assert found["source_commit[git,c0ffee]"] == 1


def test_a_portal_has_the_same_figures_of_its_own():
    outcomes = (change("a"), change("b", result=Result.FAILED))
    plan = Plan(tuple(outcome.change for outcome in outcomes), profiles=2)

    found = named(a_run(Report(Plan(profiles=9)), portal=TargetResult(Report(plan, outcomes))))

    assert (found["portal_run_success"], found["run_success"]) == (0, 1)
    assert (found["portal_profiles"], found["profiles"]) == (2, 9)
    assert (found["portal_profiles_failed"], found["portal_run_changes[create,done]"]) == (1, 1)


@pytest.mark.parametrize("error", [TargetError("no answer"), BrakeError("much", lost=9, before=10)])
def test_a_portal_that_gave_no_report_is_not_good_and_the_run_is(error):
    found = named(a_run(portal=TargetResult(error)))

    assert {name for name in found if name.startswith("portal")} == {"portal_run_success"}
    assert (found["portal_run_success"], found["run_success"]) == (0, 1)
