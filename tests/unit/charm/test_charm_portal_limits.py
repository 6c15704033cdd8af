"""What a charm holds back in a portal, what stays there for missing sources, and actions."""

from dataclasses import replace

import pytest
from ops import ActiveStatus, BlockedStatus, WaitingStatus
from portal_world import QUANTUM, as_target, away, back, carry_out_orders, document, roles

from memory_api import always, injury

# what is held back

PEOPLE = {"bo": "edit", "cleo": "edit", "eve": "view"}
BRAKED = "portal: would revoke 4 of 4; run sync-now allow-revocations=true"
WITH_ALLOCATION = (
    document(quantum=PEOPLE)
    + """\
  puhuri:
    allocations:
    - {name: training, offering: LUMI regular, limits: {cpu_k_hours: 10, gpu_k_hours: 5, gb_k_hours: 1}}
"""
)


@pytest.fixture
def emptied(world, portal):
    """A charm with a project and an allocation, and from now on a document without them."""
    as_target(world, portal, WITH_ALLOCATION, brake_minimum=1)
    world.see()
    carry_out_orders(portal)
    as_target(world, portal, document(), brake_minimum=1)
    return world


@pytest.fixture
def behind(emptied, portal):
    """The same, and the cluster was reconciled while the portal was away."""
    away(portal)
    emptied.fail("sync-now", allow_revocations=True)
    back(portal)
    portal.requests.clear()
    return emptied


def writes(portal):
    return [sent for sent in portal.requests if sent.method != "GET"]


def test_the_brake_of_the_cluster_holds_up_the_portal_too(emptied, portal):
    portal.requests.clear()

    status = emptied.see().unit_status

    assert status == BlockedStatus("would revoke 3 of 3; run sync-now allow-revocations=true")
    assert portal.requests == []
    assert len(roles(portal, "quantum")) == 4


def test_the_brake_stops_a_portal_by_its_own_numbers(behind, portal):
    assert behind.see().unit_status == BlockedStatus(BRAKED)
    assert writes(portal) == []


def test_the_brake_is_released_once_and_ends_access_but_no_allocation_and_no_project(
    behind, portal
):
    behind.see()

    behind.act("sync-now", allow_revocations=True)

    assert roles(portal, "quantum") == {}
    assert [one.state for one in portal.world.resources] == ["OK"]
    assert behind.see().unit_status == ActiveStatus(
        "0 profiles, 0 contributors; portal: 0 projects"
    )


def test_only_an_option_lets_allocations_and_projects_end(behind, portal):
    as_target(behind, portal, document(), brake_minimum=100, puhuri_allow_terminations=True)

    behind.see()
    carry_out_orders(portal)
    behind.see()

    assert [one.state for one in portal.world.resources] == ["Terminated"]
    assert not [one for one in portal.world.projects if one.backend_id == "lab/quantum"]


def test_an_order_that_waits_is_pending(world, portal):
    as_target(world, portal, WITH_ALLOCATION)

    status = world.see().unit_status

    assert status == ActiveStatus("1 profile, 3 contributors; portal: 1 project, 1 pending")


def test_a_person_whom_the_portal_does_not_know_is_not_named(world, portal):
    as_target(world, portal, document(quantum={"zoe": "edit"}))

    status = world.see().unit_status

    assert status == BlockedStatus("portal: 1 profile failed: quantum: the portal refused it")


def test_a_project_that_is_there_twice_is_refused(world, portal):
    as_target(world, portal, QUANTUM)
    world.see()
    (project,) = [one for one in portal.world.projects if one.backend_id == "lab/quantum"]
    portal.world.projects.append(replace(project, uuid=portal.world.new_uuid()))

    status = world.see().unit_status

    assert status == BlockedStatus("portal: 1 of 1 profile refused: quantum: doubled-project")


# the cluster and the sources


def test_a_cluster_that_is_away_does_not_hold_up_the_portal(world, api, portal):
    api.faults.append(always(injury("503")))
    as_target(world, portal, QUANTUM)

    status = world.see().unit_status

    assert isinstance(status, WaitingStatus)
    assert status.message.startswith("Kubernetes API unavailable: ")
    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}


def test_what_left_the_document_stays_in_the_portal_until_the_cluster_can_be_read(
    world, api, portal
):
    as_target(world, portal, document(quantum={"bo": "edit"}, web={"bo": "edit"}))
    world.see()
    api.faults.append(always(injury("503")))
    as_target(world, portal, document(quantum={}))

    world.see()
    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER"}
    assert roles(portal, "web") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}

    api.faults.clear()
    world.see()
    assert roles(portal, "web") == {}


def test_a_source_that_is_not_given_any_more_keeps_its_projects(world, portal):
    as_target(world, portal, QUANTUM)
    world.see()
    as_target(world, portal, "")

    world.publish("teams", document(web={"bo": "edit"}))

    assert roles(portal, "web") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}
    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}


def test_a_source_that_cannot_be_read_keeps_its_projects(world, portal):
    as_target(world, portal, QUANTUM)
    world.publish("teams", document(web={"bo": "edit"}))

    world.publish("teams", version="1", revision="0" * 16, encoding="text", document="[")

    assert roles(portal, "web") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}


def test_a_relation_that_was_removed_loses_its_roles(world, portal):
    as_target(world, portal, QUANTUM)
    world.publish("teams", document(web={"bo": "edit"}))

    world.unrelate("teams")
    world.see()

    assert roles(portal, "web") == {}


@pytest.mark.parametrize("pmr", ["profiles: [", ""], ids=["unreadable", "not given"])
def test_an_untrusted_source_does_not_get_the_project_of_a_source_that_is_missing(
    world, portal, pmr
):
    as_target(world, portal, QUANTUM)
    world.see()
    as_target(world, portal, pmr)

    world.publish("teams", document(quantum={"eve": "admin"}))

    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}


def test_an_untrusted_source_does_not_keep_a_project_that_left_the_document(world, portal):
    as_target(world, portal, QUANTUM)
    world.see()
    as_target(world, portal, document())

    world.publish("teams", document(quantum={"bo": "edit", "eve": "admin"}))

    assert roles(portal, "quantum") == {}


def test_while_the_cluster_is_away_an_untrusted_source_changes_nothing_in_the_portal(
    world, api, portal
):
    as_target(world, portal, QUANTUM)
    world.see()
    api.faults.append(always(injury("503")))
    as_target(world, portal, document())

    world.publish("teams", document(quantum={"eve": "admin"}, web={"eve": "admin"}))

    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}
    assert [one.backend_id for one in portal.world.projects] == ["lab/quantum"]


def test_a_second_definition_by_an_untrusted_source_is_a_warning_of_the_cluster_alone(
    world, portal
):
    as_target(world, portal, QUANTUM)

    status = world.publish("teams", document(quantum={"eve": "edit"})).unit_status

    assert isinstance(status, ActiveStatus)
    assert status.message.startswith("1 profile, 1 contributor; portal: 1 project; 1 warning: ")
    assert "e" not in roles(portal, "quantum")


def test_without_any_document_nothing_ends(world, portal):
    as_target(world, portal, QUANTUM)
    world.see()

    as_target(world, portal, "")
    world.see()

    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}


def test_a_unit_that_does_not_lead_does_not_ask_the_portal(world, portal):
    as_target(world, portal, QUANTUM, leader=False)
    world.state = replace(world.state, leader=False)

    world.see()

    assert portal.requests == []


# actions


def test_plan_shows_both_targets_and_changes_nothing(world, portal):
    as_target(world, portal, QUANTUM)

    results = world.act("plan")

    assert results["summary"] == "Plan: 2 to add (3 writes). 2 gain access."
    assert results["portal-summary"] == "Plan: 3 to add (3 writes). 2 gain access."
    assert results["portal-changes"]
    assert writes(portal) == []


def test_sync_now_shows_what_became_of_both(world, portal):
    as_target(world, portal, QUANTUM)

    results = world.act("sync-now")

    assert results["summary"] == "1 profile, 1 contributor; portal: 1 project"
    assert results["portal-summary"] == "Applied: 3 added (3 writes). 2 gained access."
    assert results["portal-changes-total"] == "3"


def test_plan_shows_what_the_brake_would_stop_in_the_portal(behind, portal):
    results = behind.act("plan")

    assert results["portal-stopped"] == BRAKED.removeprefix("portal: ")


@pytest.mark.parametrize("action", ["plan", "sync-now"])
def test_an_action_fails_with_the_reason_of_the_portal_after_the_cluster(world, portal, action):
    away(portal)
    as_target(world, portal, QUANTUM)

    reason = world.fail(action)

    assert reason.startswith("portal: The portal did not list the customers: it answered with")
    assert world.results()["summary"]


def test_without_the_option_results_say_nothing_of_a_portal(world, portal):
    as_target(world, portal, QUANTUM, puhuri_mode="off")

    assert not [name for name in world.act("plan") if name.startswith("portal")]
