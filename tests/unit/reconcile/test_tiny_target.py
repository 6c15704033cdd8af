"""The engine on a target without Kubernetes: a service with projects and members."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from reconcile.tiny_target import HaltKind, Outdated, Refused, Service, TinyTarget

from profiles_management.pmr.problems import BrakeError, Interrupted, StoppedError
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.describe import plan_data
from profiles_management.reconcile.loop import planned, reconcile
from profiles_management.reconcile.report import Result
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.stops import Halt
from profiles_management.reconcile.target_errors import (
    TargetAway,
    TargetError,
    TargetForbidden,
)
from profiles_management.reconcile.text import plan_lines, report_lines

LIMITS = RunLimits(
    brake_share=0.5,
    brake_minimum=1,
    allow_revocations=False,
    writers=1,
    timeout=lambda new: 10.0,
)
CLOSED = Halt(HaltKind.CLOSED, "the service is closed for grants", "closed", "Open it.")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Ticks:
    """A clock on which only sleeping takes time; `meanwhile` runs in each sleep."""

    def __init__(self, meanwhile=lambda: None):
        self.slept = 0.0
        self.meanwhile = meanwhile

    def sleep(self, seconds):
        self.slept += seconds
        self.meanwhile()


def clock(meanwhile=lambda: None, **more):
    ticks = Ticks(meanwhile)
    return Clock(lambda: NOW, lambda: ticks.slept, ticks.sleep, **more)


def run(service, document, *, time=None, **limits):
    target = TinyTarget(service, document)
    return reconcile(target, replace(LIMITS, **limits), time or clock())


def filled(document, **more):
    """Return a service that matches a document."""
    service = Service(**more)
    run(service, document)
    service.requests.clear()
    return service


def before_request(service, number, happening):
    """Act once, before the request of that number, counted from 1."""
    left = [number]

    def hook(request):
        left[0] -= 1
        if left[0] == 0:
            happening()

    service.before_request = hook


def raising(error):
    def happening():
        raise error

    return happening


def results(report):
    return [outcome.result for outcome in report.outcomes]


# add, change, remove


def test_projects_and_members_are_added():
    service = Service()

    report = run(service, {"ml": {"ann": "edit", "bob": "view"}, "web": {}})

    assert service.roles() == {"ml": {"ann": "edit", "bob": "view"}, "web": {}}
    assert report.exit_code == 0


def test_a_second_run_writes_nothing():
    service = filled({"ml": {"ann": "edit"}})

    report = run(service, {"ml": {"ann": "edit"}})

    assert (service.requests, report.outcomes) == ([], ())


def test_a_role_is_changed():
    service = filled({"ml": {"ann": "view"}})

    run(service, {"ml": {"ann": "edit"}})

    assert service.requests == [("set", "id-100", "ann", "edit")]


def test_access_is_taken_away_everywhere_before_it_is_given_anywhere():
    service = filled({"ml": {"ann": "edit", "eve": "edit"}, "web": {"bob": "view", "joe": "view"}})

    run(service, {"ml": {"ann": "edit", "bob": "view"}, "web": {"ann": "edit", "joe": "view"}})

    assert [role for *_, role in service.requests] == ["", "", "view", "edit"]


# ids and conditions


def test_a_member_waits_until_somebody_opens_the_project():
    service = Service(opens_at_once=False)

    report = run(service, {"ml": {"ann": "edit"}}, time=clock(service.open_all))

    assert report.exit_code == 0
    assert service.roles() == {"ml": {"ann": "edit"}}


def test_no_id_of_the_service_leaves_the_target():
    service = Service(opens_at_once=False)
    target = TinyTarget(service, {"ml": {"ann": "edit"}})
    plan = planned(target, lambda: NOW)

    report = reconcile(target, LIMITS, clock(service.open_all))

    assert service.requests == [("create", "ml"), ("set", "id-100", "ann", "edit")]
    assert "id-100" not in repr((plan, report))


def test_what_nobody_opens_is_pending_and_the_next_run_finishes_it():
    service = Service(opens_at_once=False)
    document = {"ml": {"ann": "edit"}}

    report = run(service, document)
    service.open_all()
    later = run(service, document)

    assert results(report) == [Result.PENDING, Result.PENDING]
    assert {one.what for one in report.pending} == {"waits for Project ml to be opened"}
    assert [one.what for one in report.plan.warnings] == ["nobody opened 1 of 1 projects in 9 s"]
    assert (report.exit_code, later.exit_code) == (4, 0)
    assert service.roles() == {"ml": {"ann": "edit"}}


# failures


def test_a_failure_stops_its_own_project_only():
    service = filled({"ml": {"eve": "edit"}, "web": {}})
    before_request(service, 1, raising(Refused("eve is the last member")))

    report = run(service, {"ml": {"ann": "edit"}, "web": {"bob": "view"}})

    assert results(report) == [Result.FAILED, Result.NOT_TRIED, Result.DONE]
    assert report.errors == ("ml: Member ml/eve: eve is the last member",)
    assert service.roles() == {"ml": {"eve": "edit"}, "web": {"bob": "view"}}


def test_the_error_of_the_target_is_in_the_report():
    service = filled({"ml": {"ann": "view"}})
    before_request(service, 1, lambda: service.roles()["ml"].update(ann="admin"))

    report = run(service, {"ml": {"ann": "edit"}})

    (outcome,) = report.outcomes
    assert (outcome.change.profile, outcome.error.conflict) == ("ml", True)


def test_a_reason_without_names_comes_from_the_target():
    service = filled({"ml": {"eve": "edit"}})
    before_request(service, 1, raising(Refused("eve is the last member")))

    report = run(service, {"ml": {}})

    assert report.profiles(named=False) == {"ml": (Result.FAILED, "the service refused it")}


def test_a_service_that_stopped_answering_is_left_alone():
    service = filled({"ml": {}, "web": {}})
    before_request(service, 1, raising(TargetAway("connection refused")))

    report = run(service, {"ml": {"ann": "edit"}, "web": {"bob": "view"}})

    assert [outcome.why for outcome in report.outcomes] == [
        "The target does not answer: connection refused.",
        "the service stopped answering",
    ]
    assert service.requests == []


@pytest.mark.parametrize("error", [TargetForbidden("no right to it"), TargetError("odd answer")])
def test_any_error_of_a_target_ends_its_own_change_only(error):
    service = filled({"ml": {}, "web": {}})
    before_request(service, 1, raising(error))

    report = run(service, {"ml": {"ann": "edit"}, "web": {"bob": "view"}})

    assert results(report) == [Result.FAILED, Result.DONE]
    assert report.errors == (f"ml: Member ml/ann: {error}",)


def test_a_report_that_cannot_be_published_is_not_lost(monkeypatch):
    target = TinyTarget(Service(), {"ml": {"ann": "edit"}})
    monkeypatch.setattr(target, "publish", lambda _report: raising(TargetAway("reset"))())

    report = reconcile(target, LIMITS, clock())

    assert set(results(report)) == {Result.DONE}
    (warning,) = report.plan.warnings
    assert warning.what == "the report was not published: The target does not answer: reset."
    assert warning.nameless == "The target does not answer"


# others write at the same moment


def test_a_conflict_that_changed_nothing_is_settled_in_the_same_run():
    service = filled({"ml": {"ann": "view"}})
    before_request(service, 1, raising(Outdated()))

    report = run(service, {"ml": {"ann": "edit"}})

    assert report.exit_code == 0
    assert service.roles() == {"ml": {"ann": "edit"}}


def test_a_change_of_somebody_else_is_left_to_the_next_run():
    service = filled({"ml": {"ann": "view"}})
    document = {"ml": {"ann": "edit"}}
    before_request(service, 1, lambda: service.roles()["ml"].update(ann="admin"))

    report = run(service, document)

    assert results(report) == [Result.PENDING]
    assert service.roles() == {"ml": {"ann": "admin"}}
    assert run(service, document).exit_code == 0


def test_nobody_is_given_access_where_a_revocation_met_a_conflict():
    service = filled({"ml": {"eve": "view"}})
    service.before_request = lambda request: service.roles()["ml"].update(eve="edit")

    report = run(service, {"ml": {"ann": "edit"}})

    assert results(report) == [Result.PENDING, Result.NOT_TRIED]
    assert service.roles() == {"ml": {"eve": "edit"}}


# interruption


def test_a_run_that_is_asked_to_end_before_it_writes_changes_nothing():
    service = Service()

    with pytest.raises(Interrupted):
        run(service, {"ml": {}}, time=clock(ending=lambda: True))

    assert service.requests == []


@pytest.mark.parametrize(
    ("ends", "reasons"), [(True, {"the run took too long; the next run continues"}), (False, set())]
)
def test_after_the_timeout_no_change_is_begun_if_the_limits_say_so(ends, reasons):
    service = Service()
    document = {"ml": {"ann": "edit"}, "web": {"ann": "edit"}}
    ticks = Ticks()
    before_request(service, 3, lambda: ticks.sleep(11))

    time = Clock(lambda: NOW, lambda: ticks.slept, ticks.sleep)
    report = run(service, document, time=time, ends_at_timeout=ends)

    assert {outcome.why for outcome in report.having(Result.PENDING)} == reasons
    assert report.exit_code == (4 if ends else 0)
    assert run(service, document).exit_code == 0
    assert service.roles() == document


@pytest.mark.parametrize("writes", [1, 2, 3])
def test_the_run_after_an_interruption_finishes_the_work(writes):
    service = Service()
    document = {"ml": {"ann": "edit"}, "web": {"bob": "view"}}

    report = run(service, document, time=clock(ending=lambda: len(service.requests) >= writes))

    assert (report.interrupted, report.exit_code, len(service.requests)) == (True, 1, writes)
    assert run(service, document).exit_code == 0
    assert service.roles() == document


# brake


def test_the_brake_stops_a_plan_that_takes_too_much_away():
    service = filled({"ml": {"ann": "edit", "bob": "view", "eve": "edit"}})

    with pytest.raises(BrakeError) as stopped:
        run(service, {"ml": {"ann": "edit"}})

    assert (stopped.value.lost, stopped.value.before, service.requests) == (2, 3, [])


def test_revocations_can_be_allowed():
    service = filled({"ml": {"ann": "edit", "bob": "view", "eve": "edit"}})

    run(service, {"ml": {"ann": "edit"}}, allow_revocations=True)

    assert service.roles() == {"ml": {"ann": "edit"}}


# halt


def test_a_halt_of_the_target_lets_only_revocations_through():
    service = filled({"ml": {"ann": "edit", "bob": "view", "eve": "edit"}})
    target = TinyTarget(service, {"ml": {"ann": "edit", "bob": "edit"}}, halts=(CLOSED,))

    with pytest.raises(StoppedError, match="the service is closed for grants") as stopped:
        reconcile(target, LIMITS, clock())

    assert service.requests == [("set", "id-100", "eve", "")]
    assert [stop.remedy for stop in stopped.value.report.stops] == ["Open it."]


# report


def test_the_target_publishes_what_became_of_a_run():
    target = TinyTarget(Service(), {"ml": {"ann": "edit"}})

    report = reconcile(target, LIMITS, clock())

    assert target.published == [report]


def test_plan_and_report_are_printed_in_the_words_of_the_target():
    service = Service(opens_at_once=False)
    target = TinyTarget(service, {"ml": {"ann": "edit"}})
    plan = planned(target, lambda: NOW)

    report = reconcile(target, LIMITS, clock())

    assert [str(row) for row in plan_lines(plan)][:3] == [
        "ml",
        "  +    ann         edit  new",
        "  +    Project ml        new",
    ]
    assert "pending (2 steps): waits for Project ml to be opened" in "\n".join(
        map(str, report_lines(report))
    )
    assert plan_data(plan)["changes"][0]["objects"] == [
        {"verb": "create", "kind": "Project", "namespace": "", "name": "ml"}
    ]
