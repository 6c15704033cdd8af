"""Approved accesses to the relation `profiles`, and the cluster's answer to the workload."""

import json

import pytest
from portal_stand_in import EMPTY, pmr

from charms.profiles_management.v0.profiles_management import revision_of
from user_manager_charm.settings import NOTICE

DOCUMENT = pmr("ml", "web")


@pytest.fixture
def related(unit):
    """A unit that published a document of two profiles."""
    unit.portal.document = DOCUMENT
    unit.ready()
    unit.created("profiles")
    return unit


def test_the_body_of_the_workload_is_published_as_it_is(related):
    databag = related.relation("profiles").local_app_data

    assert databag["document"] == DOCUMENT
    assert databag["revision"] == related.portal.revision == revision_of(DOCUMENT)
    assert related.status == "active: accesses published; not applied yet"


def test_the_catalogue_is_asked_for(related):
    assert related.relation("profiles").local_app_data["catalogue"] == "1"


def test_an_approval_is_published_at_once_by_a_notice(related):
    related.portal.document = pmr("ml", "web", "wide")
    related.notice(NOTICE)

    assert related.published == related.portal.document


def test_an_approval_in_another_unit_reaches_the_leader_at_once(related):
    def message_to_leader(unit):
        return dict(unit.relation("peers").local_unit_data).get("accesses-changed", "")

    related.change(leader=False)
    related.portal.document = pmr("ml", "web", "wide")
    related.notice(NOTICE)
    first = message_to_leader(related)
    assert first
    assert related.published == DOCUMENT
    related.notice(NOTICE)
    assert message_to_leader(related) not in ("", first)

    related.change(leader=True)
    related.peer_changed(**{"accesses-changed": first})
    assert related.published == related.portal.document


def test_another_notice_changes_nothing(related):
    related.portal.document = pmr("ml", "web", "wide")
    related.notice("example.com/other")

    assert related.published == DOCUMENT


def test_update_status_publishes_in_any_case(related):
    related.portal.document = EMPTY
    related.see("update_status")

    assert related.published == EMPTY


def test_a_unit_that_is_not_the_leader_publishes_nothing(unit):
    unit.ready()
    unit.change(leader=False)
    unit.portal.requests.clear()
    unit.created("profiles")

    assert unit.published == ""
    assert unit.portal.requests == []
    assert unit.status == "active: the leader publishes the approved accesses"


def test_a_new_leader_publishes_with_the_token_of_the_last_one(related):
    related.change(leader=False)
    related.portal.document = pmr("ml")
    related.see("update_status")
    related.change(leader=True)
    related.see("leader_elected")

    assert related.published == pmr("ml")
    assert related.commands == []


def test_without_the_relation_nothing_is_asked(unit):
    unit.ready()

    assert unit.portal.requests == []


# the answer of the cluster


def test_the_answer_is_handed_over_as_the_contract_has_it(related):
    answer = related.report(ml=("applied", ""), web=("pending", "no namespace yet"))
    related.changed("profiles", **answer)

    assert related.portal.reports == [
        {
            "revision": related.portal.revision,
            "applied": ["ml"],
            "pending": {"web": "no namespace yet"},
            "failed": {},
            "refused": [],
            "problem": "",
        }
    ]
    assert related.status == "active: 1 profile applied, 1 pending"


def test_the_refused_and_the_catalogue_are_handed_over(related):
    catalogue = [
        {
            "name": "ml",
            "owner": {"kind": "User", "name": "olga@example.com"},
            "open": True,
            "contributors": [],
        }
    ]
    refused = {"ann@example.com": "web"}
    answer = related.report(refused=refused, catalogue=catalogue, ml=("applied", ""))
    related.changed("profiles", **answer)

    (report,) = related.portal.reports
    assert report["refused"] == [
        {"profile": "web", "name": "ann@example.com", "reason": "web is not open"}
    ]
    assert report["catalogue"] == catalogue
    assert related.status == "active: 1 profile applied, 1 person refused"


def test_the_answer_comes_before_the_document_that_it_may_change(related):
    related.portal.requests.clear()
    related.changed("profiles", **related.report(ml=("applied", "")))

    assert related.portal.requests == ["PUT /api/v1/cluster", "GET /api/v1/pmr"]


def test_an_answer_that_did_not_arrive_is_handed_over_again(related):
    related.portal.status = 503
    related.changed("profiles", **related.report(ml=("applied", "")))
    related.portal.status = 0
    related.see("update_status")

    assert [report["applied"] for report in related.portal.reports] == [["ml"]]


def test_an_answer_about_an_unknown_revision_stops_nothing(related):
    related.portal.known = set()
    related.portal.document = pmr("ml")
    related.changed("profiles", **related.report(ml=("applied", "")))

    assert related.portal.reports == []
    assert related.published == pmr("ml")


def test_a_profile_that_failed_is_shown_by_its_name(related):
    related.changed("profiles", **related.report(web=("failed", "ann@example.com is…")))

    assert related.status == "blocked: other: 1 failed: web"


def test_a_refused_document_is_shown_with_its_reason(related):
    related.changed("profiles", **related.report(problem="not additions only"))

    assert related.status == "blocked: other: not additions only"


# the token


def test_the_token_is_made_in_the_workload_and_kept_in_a_secret(related):
    assert related.secret("cluster-token") == {"token": related.token}


def test_a_token_has_only_the_scope_of_the_cluster_and_a_name_of_its_own(unit):
    unit.ready()
    unit.created("profiles")

    (command,) = unit.commands
    assert command[:3] == ["user-manager", "token", "create"]
    assert command[3].startswith("charm-")
    assert command[4:] == ["--scope", "cluster"]


def test_the_token_is_made_once(related):
    related.see("update_status")

    assert related.commands == []


@pytest.mark.parametrize("loss", ["lost", "revoked"])
def test_a_token_that_is_lost_or_revoked_is_made_again(related, loss):
    if loss == "lost":
        related.lose("cluster-token")
    related.token = "um_" + "b" * 40
    related.portal.tokens = {related.token}
    related.see("update_status")

    assert related.secret("cluster-token") == {"token": related.token}
    assert related.status.startswith("active: ")


def test_a_workload_that_refuses_each_token_is_asked_with_one_new_token_in_each_event(related):
    related.portal.tokens.clear()
    related.see("update_status")

    assert len(related.commands) == 1
    assert related.status == (
        "blocked: user-manager refuses a new token: GET /api/v1/pmr was answered with 401"
    )


def test_a_revision_of_the_token_that_nobody_reads_is_removed(related):
    (secret,) = (each for each in related.state.secrets if each.label == "cluster-token")
    related.run(related.context.on.secret_remove(secret, revision=7))

    assert related.context.removed_secret_revisions == [7]


def test_no_status_log_databag_or_plan_has_the_token(related):
    seen = [
        related.status,
        related.context.juju_log,
        related.relation("profiles"),
        related.plan.to_yaml(),
    ]

    assert related.token not in str(seen)


def test_an_event_without_a_change_writes_few_lines_to_juju_log(related):
    related.see("update_status")

    levels = [line.level for line in related.context.juju_log]
    assert set(levels) <= {"DEBUG", "INFO"}
    assert len(levels) <= 3


def test_a_token_command_without_a_token_is_shown(unit):
    unit.printed["token create"] = "Done.\n"
    unit.ready()
    unit.created("profiles")

    assert unit.status == "blocked: user-manager token create printed no token"


def test_a_token_command_that_fails_is_shown(unit):
    unit.failing["token create"] = "The database is locked."
    unit.ready()
    unit.created("profiles")

    assert unit.status == "blocked: user-manager token create: The database is locked."


def test_what_is_published_is_json_with_profiles(related):
    assert [profile["name"] for profile in json.loads(related.published)["profiles"]] == [
        "ml",
        "web",
    ]
