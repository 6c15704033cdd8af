"""Projects: what is stored otherwise than it was sent, and what is not refused."""

import pytest

from puhuri.server.asking import BASE, NEW, OLD
from puhuri.server.generations import generations


def test_a_second_project_of_one_backend_id_is_made(portal):
    first, second = (portal.project("Quantum", backend_id="a/b") for _ in range(2))

    assert first != second
    assert len(portal.allocator.get("projects/?backend_id=a/b").body) == 2


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("R&D: 3 < 4", "R&amp;D: 3 &lt; 4"),
        ("R&amp;D: 3 &lt; 4", "R&amp;D: 3 &lt; 4"),
        ("  words \n", "words"),
        ("one\r\ntwo", "one\ntwo"),
        ("<script>x</script>", ""),
        ("x <b>y", "x <b>y</b>"),
        ("Ask <pi@example.org> please", "Ask  please"),
        ("<p onclick='x()'>Hi</p>", "<p>Hi</p>"),
    ],
)
def test_a_description_is_cleaned_of_html_and_stays_so(portal, sent, stored):
    uuid = portal.project(description=sent)

    project = portal.allocator.get(f"projects/{uuid}/").body
    assert project["description"] == stored
    again = portal.allocator.ask("PATCH", f"projects/{uuid}/", {"description": stored}).body
    assert again["description"] == stored


def test_names_and_backend_ids_are_stripped_but_not_cleaned(portal):
    uuid = portal.project("  <b>Bold</b> & ", backend_id=" a/b ")

    project = portal.allocator.get(f"projects/{uuid}/").body
    assert (project["name"], project["backend_id"]) == ("<b>Bold</b> &", "a/b")


@pytest.mark.parametrize(
    ("field", "most"), [("name", 500), ("description", 2000), ("backend_id", 255)]
)
def test_texts_have_a_largest_length(portal, field, most):
    assert portal.allocator.create_project(**{"name": "x", field: "n" * most}).status == 201
    answer = portal.allocator.create_project(**{"name": "x", field: "n" * (most + 1)})
    words = f"Ensure this field has no more than {most} characters."
    assert (answer.status, answer.body) == (400, {field: [words]})


@pytest.mark.parametrize("field", ["name", "description", "backend_id"])
def test_a_text_is_never_null(portal, field):
    answer = portal.allocator.create_project(**{"name": "x", field: None})

    assert (answer.status, answer.body) == (400, {field: ["This field may not be null."]})


@pytest.mark.parametrize("name", ["", "   "])
def test_a_name_is_not_empty(portal, name):
    assert portal.allocator.create_project(name).body == {"name": ["This field may not be blank."]}


def test_a_number_is_a_name(portal):
    assert portal.allocator.create_project(42).body["name"] == "42"


@pytest.mark.parametrize("date", ["2099-12-31T00:00:00Z", "31.12.2099", "", "2099-13-01"])
def test_an_end_is_a_day(portal, date):
    answer = portal.allocator.create_project(end_date=date)

    words = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
    assert (answer.status, answer.body) == (400, {"end_date": [words]})


def test_a_project_that_ends_today_is_made_and_takes_no_orders(portal):
    uuid = portal.project("Quantum", end_date="2026-11-26")

    answer = portal.allocator.order(uuid)

    words = "Project 'Quantum | National Research Allocator' is expired."
    assert (answer.status, answer.body) == (400, [words])


def test_a_project_that_is_over_is_listed_and_takes_members_and_changes(portal):
    uuid, user = portal.project(end_date="2026-11-26"), portal.user()
    portal.later(days=3)

    assert portal.allocator.names("projects/") == ["Quantum"]
    assert portal.allocator.add_member(uuid, user).status == 201
    assert portal.allocator.ask("PATCH", f"projects/{uuid}/", {"name": "x"}).status == 200
    past = portal.allocator.ask("PATCH", f"projects/{uuid}/", {"end_date": "2026-11-26"})
    assert past.status == 400


def test_null_takes_an_end_away(portal):
    uuid = portal.project(end_date="2099-01-01")

    project = portal.allocator.ask("PATCH", f"projects/{uuid}/", {"end_date": None}).body
    assert project["end_date"] is None


def test_put_needs_a_name_and_a_customer_and_leaves_the_rest(portal):
    uuid = portal.project(description="words", backend_id="a/b")
    customer = f"{BASE}/api/customers/{portal.world.customers[0].uuid}/"

    required = ["This field is required."]
    without = portal.allocator.ask("PUT", f"projects/{uuid}/", {"name": "x"})
    assert (without.status, without.body) == (400, {"customer": required})
    body = {"name": "x", "customer": customer}
    project = portal.allocator.ask("PUT", f"projects/{uuid}/", body).body
    assert (project["description"], project["backend_id"]) == ("words", "a/b")


def test_a_patch_with_another_customer_moves_a_project_without_a_word(portal):
    uuid = portal.project()
    other = portal.world.customers[1]

    customer = f"{BASE}/api/customers/{other.uuid}/"
    answer = portal.allocator.ask("PATCH", f"projects/{uuid}/", {"customer": customer})

    assert (answer.status, answer.body["customer_uuid"]) == (200, other.uuid)


def test_fields_that_are_not_known_are_ignored(portal):
    assert portal.allocator.create_project(nope=1, uuid="0" * 32).status == 201


def test_a_project_with_an_allocation_is_not_deleted(portal):
    uuid = portal.project()
    portal.allocation(uuid)

    answer = portal.allocator.ask("DELETE", f"projects/{uuid}/")

    words = "Project contains active resources. Please remove them before deleting project."
    assert (answer.status, answer.body) == (400, [words])


def test_a_terminated_allocation_outlives_its_project(portal):
    project = portal.project()
    allocation = portal.allocation(project)
    portal.world.resources[0].state = "Terminated"

    assert portal.allocator.ask("DELETE", f"projects/{project}/").status == 204
    assert portal.allocator.ask("DELETE", f"projects/{project}/").status == 404
    assert portal.allocator.get(f"marketplace-resources/{allocation}/").status == 200


def test_a_new_project_has_its_place_in_a_header(portal):
    answer = portal.allocator.create_project()

    assert answer.headers["Location"] == answer.body["url"]


@generations(*OLD)
def test_until_2023_projects_have_no_start(portal):
    answer = portal.allocator.create_project(start_date="2099-01-01")

    assert answer.status == 201
    assert "start_date" not in answer.body


@generations(*NEW)
def test_since_2024_projects_start_another_day(portal):
    answer = portal.allocator.create_project(start_date="2099-01-01")

    assert answer.body["start_date"] == "2099-01-01"
