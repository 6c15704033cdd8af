"""Plans and reports as data: stable keys, and only values of JSON."""

import json

import pytest

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.describe import plan_data, problem_data, report_data
from profiles_management.reconcile.plan import Plan, Reason
from profiles_management.reconcile.report import Outcome, Report, Result


def test_a_plan_holds_changes_a_summary_errors_what_is_pending_and_warnings(everything, keeps):
    keeps("plan.json", json.dumps(plan_data(everything), indent=2) + "\n")


def test_a_report_adds_what_became_of_each_change(everything):
    results = [Result.DONE, Result.FAILED, *[Result.NOT_TRIED] * (len(everything.changes) - 2)]
    outcomes = [
        Outcome(
            change, result, "403" if result is Result.FAILED else "", 2 * (result is Result.DONE)
        )
        for change, result in zip(everything.changes, results, strict=True)
    ]

    found = report_data(Report(everything, tuple(outcomes)))

    assert [(one["result"], one["why"]) for one in found["changes"][:3]] == [
        ("done", ""),
        ("failed", "403"),
        ("not_tried", ""),
    ]
    assert {
        key: found["summary"][key] for key in ("done", "failed", "pending", "not_tried", "sent")
    } == {
        "done": 1,
        "failed": 1,
        "pending": 0,
        "not_tried": 18,
        "sent": 2,
    }


def test_a_failed_change_is_an_error_of_its_profile(somebody):
    change = somebody("+", "ann@x.org", after="edit")

    found = report_data(Report(Plan((change,)), (Outcome(change, Result.FAILED, "422 no"),)))

    (error,) = found["errors"]
    assert (error["profile"], error["what"]) == (
        "ml-engineers",
        "RoleBinding ml-engineers/user-ann@x.org: 422 no",
    )


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_is_its_name(somebody, reason):
    (found,) = plan_data(Plan((somebody("~", "ann@x.org", reason=reason),)))["changes"]

    assert found["reason"] == reason.name.lower()


def test_a_change_that_is_about_nobodys_access_has_neither_person_nor_role(something):
    (found,) = plan_data(Plan((something("~", "Profile", ("limits.cpu", "1", "2")),)))["changes"]

    assert (found["person"], found["role"], found["until"]) == (None, None, None)


def test_a_problem_keeps_its_place():
    where = Where("pmr.yaml", 8, 7, "profiles[0].resources.hard")

    assert problem_data(Problem("not-a-mapping", "what", where, "remedy")) == {
        "code": "not-a-mapping",
        "what": "what",
        "remedy": "remedy",
        "file": "pmr.yaml",
        "line": 8,
        "column": 7,
        "path": "profiles[0].resources.hard",
        "profile": "",
    }
