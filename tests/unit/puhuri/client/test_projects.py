"""Projects: made, changed, found by every filter, and deleted."""

from datetime import date

import pytest

from profiles_management.puhuri.client.errors import NotFound, PuhuriAway, Refused
from puhuri.client.portal_use import names
from puhuri_server.server import Fault

UNKNOWN = "0" * 32


def test_a_project_is_made_with_all_that_it_can_have(portal):
    made = portal.allocator.projects.create(
        customer=portal.customer,
        name=" Quantum soup ",
        description="R&D <script>x</script>\r\n",
        backend_id=" lab/quantum ",
        end_date=date(2027, 12, 31),
    )

    assert made == portal.allocator.projects.get(made.uuid)
    assert made.name == "Quantum soup"
    assert made.description == "R&amp;D"  # as the portal stores it
    assert made.backend_id == "lab/quantum"
    assert made.end_date == date(2027, 12, 31)
    assert made.customer_uuid == portal.customer
    assert made.customer_abbreviation == "NRA"
    assert made.created is not None


def test_an_update_changes_what_it_names_only(portal):
    project = portal.project(description="old", backend_id="lab/quantum")
    update = portal.allocator.projects.update

    changed = update(project, name="Soup", end_date=date(2027, 1, 31))
    assert (changed.name, changed.description, changed.backend_id) == ("Soup", "old", "lab/quantum")
    assert changed.end_date == date(2027, 1, 31)

    assert update(project, end_date=None).end_date is None
    assert update(project, description="", backend_id="").backend_id == ""
    assert portal.world.projects[0].customer.uuid == portal.customer


def test_an_update_never_moves_a_project_to_another_customer(portal):
    project = portal.project()
    portal.forget()
    with pytest.raises(TypeError, match="customer"):
        portal.allocator.projects.update(project, customer=portal.world.customers[1].uuid)
    assert portal.portal.requests == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"name": "quant"}, ["Quantum", "Quantum soup"]),
        ({"name": "SOUP"}, ["Quantum soup"]),
        ({"name_exact": "Quantum"}, ["Quantum"]),
        ({"name_exact": "quantum"}, []),
        ({"description": "HOT"}, ["Quantum soup"]),
        ({"backend_id": "lab/quantum"}, ["Quantum"]),
        ({"backend_id": "lab/quant"}, []),
        ({"backend_id": ""}, ["Weather"]),  # a portal ignores a filter that is empty
        ({"name_exact": ""}, []),
        ({"customer_name": "community"}, ["Weather"]),
        ({"abbreviation": "nra"}, ["Quantum", "Quantum soup"]),
        ({"abbreviation": "nobody"}, []),
        ({"name": "quantum", "description": "hot"}, ["Quantum soup"]),
        ({}, ["Quantum", "Quantum soup", "Weather"]),
    ],
    ids=str,
)
def test_projects_are_found_by_each_filter(portal, filters, found):
    portal.project("Quantum", backend_id="lab/quantum")
    portal.project("Quantum soup", description="served hot", backend_id="lab/soup")
    other = portal.world.customers[1].uuid
    portal.allocator.projects.create(customer=other, name="Weather")

    assert names(portal.allocator.projects.find(**filters)) == found


def test_projects_are_found_by_customer(portal):
    portal.project("Quantum")
    other = portal.world.customers[1].uuid
    portal.allocator.projects.create(customer=other, name="Weather")

    find = portal.allocator.projects.find
    assert names(find(customer=portal.customer)) == ["Quantum"]
    assert names(find(customer=other)) == ["Weather"]
    assert names(find(customer=UNKNOWN)) == []


def test_a_uuid_of_another_shape_is_never_sent(portal):
    portal.forget()
    for call in (
        lambda: [*portal.allocator.projects.find(customer="../users")],
        lambda: portal.allocator.projects.get("me"),
        lambda: portal.allocator.projects.delete(""),
        lambda: portal.allocator.projects.create(customer="x", name="Quantum"),
    ):
        with pytest.raises(ValueError, match="is not a uuid"):
            call()
    assert portal.portal.requests == []


def test_the_portal_makes_a_second_project_of_one_backend_id_and_both_are_found(portal):
    for _ in range(2):
        portal.project(backend_id="lab/quantum")
    assert len([*portal.allocator.projects.find(backend_id="lab/quantum")]) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "x" * 501}, "name: Ensure this field has no more than 500 characters"),
        ({"name": " "}, "name: This field may not be blank"),
        ({"description": "x" * 2001}, "no more than 2000 characters"),
        ({"backend_id": "x" * 256}, "no more than 255 characters"),
        ({"end_date": date(2020, 1, 1)}, "end_date: Cannot be earlier than the current date"),
        ({"name": "\0"}, "Null characters are not allowed"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_the_portal_refuses_of_a_project_is_said_in_its_words(portal, fields, words):
    with pytest.raises(Refused) as refusal:
        portal.project(**({"name": "Quantum"} | fields))
    assert words in str(refusal.value)
    assert portal.world.projects == []


def test_a_project_that_is_not_there_is_an_error(portal):
    for call in (portal.allocator.projects.get, portal.allocator.projects.delete):
        with pytest.raises(NotFound):
            call(UNKNOWN)
    with pytest.raises(NotFound):
        portal.allocator.projects.update(UNKNOWN, name="Soup")


def test_projects_of_a_blocked_customer_are_read_only(portal):
    project = portal.project()
    portal.world.customers[0].blocked = True

    with pytest.raises(Refused, match="not available"):
        portal.allocator.projects.update(project, name="Soup")
    assert names(portal.allocator.projects.find()) == ["Quantum"]


def test_a_project_is_deleted_unless_it_has_an_allocation(portal):
    used, unused = portal.project("Used"), portal.project("Unused")
    portal.allocation(used)

    portal.allocator.projects.delete(unused)
    with pytest.raises(Refused, match="Project contains active resources"):
        portal.allocator.projects.delete(used)
    assert names(portal.allocator.projects.find()) == ["Used"]


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.ERROR_AFTER])
def test_a_project_that_was_made_without_an_answer_is_found_and_not_made_again(portal, fault):
    portal.break_once("POST", "/projects/", fault)
    made = portal.project(backend_id=" lab/quantum ")
    assert [project.uuid for project in portal.world.projects] == [made]


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR])
def test_a_project_that_was_not_made_is_not_tried_again(portal, fault):
    portal.break_once("POST", "/projects/", fault)
    with pytest.raises(PuhuriAway) as error:
        portal.project(backend_id="lab/quantum")
    assert error.value.unanswered
    assert portal.world.projects == []
    assert len(portal.sent("POST", "/projects/")) == 1


def test_a_project_without_backend_id_cannot_be_found_after_a_lost_answer(portal):
    portal.break_once("POST", "/projects/", Fault.UNANSWERED)
    with pytest.raises(PuhuriAway) as error:
        portal.project()
    assert error.value.unanswered
    assert len(portal.world.projects) == 1


def test_a_lost_answer_stays_unknown_where_looking_again_fails_too(portal):
    portal.forget()
    portal.portal.fault = lambda _number, sent: (
        Fault.UNANSWERED if sent.method == "POST" else Fault.LOST
    )
    with pytest.raises(PuhuriAway) as error:
        portal.project(backend_id="lab/quantum")
    assert error.value.unanswered


def test_a_busy_portal_is_asked_again_because_nothing_was_made(portal):
    portal.break_once("POST", "/projects/", Fault.BUSY, Fault.BUSY)
    portal.project(backend_id="lab/quantum")
    assert len(portal.world.projects) == 1
    assert portal.time.elapsed >= 2  # the portal asks for a second each time


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.ERROR, Fault.ERROR_AFTER])
def test_a_change_is_repeated_because_twice_does_no_harm(portal, fault):
    project = portal.project()
    portal.break_once("PATCH", "/projects/", fault)
    assert portal.allocator.projects.update(project, name="Soup").name == "Soup"


def test_a_change_may_have_been_made_though_its_last_attempt_was_refused(portal):
    project = portal.project()
    portal.break_once("PATCH", "/projects/", Fault.UNANSWERED, *[Fault.BUSY] * 9)
    with pytest.raises(PuhuriAway) as error:
        portal.allocator.projects.update(project, name="Soup")
    assert error.value.unanswered


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.ERROR_AFTER])
def test_a_project_that_was_deleted_without_an_answer_is_gone(portal, fault):
    project = portal.project()
    portal.break_once("DELETE", "/projects/", fault)
    portal.allocator.projects.delete(project)
    assert portal.world.projects == []


def test_a_project_that_was_not_deleted_is_an_error(portal):
    project = portal.project()
    portal.break_once("DELETE", "/projects/", Fault.LOST)
    with pytest.raises(PuhuriAway) as error:
        portal.allocator.projects.delete(project)
    assert error.value.unanswered
