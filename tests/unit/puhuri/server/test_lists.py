"""Lists: pages, filters, orders and fields."""

import pytest

from puhuri.server.asking import GRANTS
from puhuri.server.generations import generations
from puhuri_server.world import Version


@pytest.fixture
def full(portal):
    """Return a portal with 305 projects, made in another order than that of their names."""
    for number in range(304, -1, -1):
        portal.project(f"Project {number:03}")
    return portal


def test_a_page_has_ten_rows(full):
    assert len(full.allocator.get("projects/").body) == 10


@pytest.mark.parametrize("size", ["1000", "301"])
def test_a_page_has_at_most_300_rows_whatever_is_asked(full, size):
    answer = full.allocator.get(f"projects/?page_size={size}")

    assert len(answer.body) == 300
    assert answer.headers["X-Result-Count"] == "305"
    assert f"page=2&page_size={size}" in answer.headers["Link"]


@pytest.mark.parametrize("size", ["0", "x", "-1"])
def test_a_size_that_is_none_is_the_usual_one(full, size):
    assert len(full.allocator.get(f"projects/?page_size={size}").body) == 10


@pytest.mark.parametrize("page", ["0", "-1", "x", "5"])
def test_a_page_that_is_not_there_is_an_error(full, page):
    answer = full.allocator.get(f"projects/?page_size=100&page={page}")

    assert (answer.status, answer.body) == (404, {"detail": "Invalid page."})


def test_the_first_page_of_an_empty_list_is_there_and_the_second_is_not(portal):
    assert portal.allocator.get("projects/?page=1").body == []
    assert portal.allocator.get("projects/?page=2").status == 404


def test_the_last_page_has_a_name(full):
    assert len(full.allocator.get("projects/?page_size=100&page=last").body) == 5


def test_pages_in_the_order_of_making_have_each_row_once(full):
    names = []
    for page in range(1, 5):
        names += full.allocator.names(f"projects/?o=created&page_size=100&page={page}")

    assert names == [f"Project {number:03}" for number in range(304, -1, -1)]


def test_projects_of_one_name_are_on_one_page_each(portal):
    made = [portal.project("Equal") for _ in range(30)]

    pages = [
        portal.allocator.get(f"projects/?name_exact=Equal&page_size=7&page={page}").body
        for page in range(1, 6)
    ]

    assert [row["uuid"] for page in pages for row in page] == made


@pytest.mark.parametrize(
    "query",
    [
        "abbreviation=zzz",  # of the guide; the filter's name is customer_abbreviation
        "uuid=00000000000000000000000000000000",
        "modified=2020-01-01",
        "is_removed=true",
        "unknown=x",
    ],
)
def test_a_filter_that_is_not_known_is_ignored(portal, query):
    portal.project("Quantum")

    assert portal.allocator.names(f"projects/?{query}") == ["Quantum"]


@pytest.mark.parametrize("name", ["name", "name_exact", "backend_id", "customer", "description"])
def test_an_empty_filter_is_ignored(portal, name):
    portal.project("Quantum", backend_id="a/b")

    assert portal.allocator.names(f"projects/?{name}=") == ["Quantum"]


def test_names_and_descriptions_contain_and_other_texts_are_exact(portal):
    portal.project("Quantum soup", description="First words", backend_id="a/b")

    assert portal.allocator.names("projects/?name=QUANTUM") == ["Quantum soup"]
    assert portal.allocator.names("projects/?description=FIRST") == ["Quantum soup"]
    assert portal.allocator.names("projects/?customer_abbreviation=nr") == ["Quantum soup"]
    assert portal.allocator.names("projects/?customer_name=NATIONAL") == ["Quantum soup"]
    assert portal.allocator.names("projects/?name_exact=quantum+soup") == []
    assert portal.allocator.names("projects/?backend_id=a") == []


def test_of_a_filter_that_is_given_twice_the_last_counts(portal):
    portal.project("Quantum")
    portal.project("Soup")

    assert portal.allocator.names("projects/?name=quantum&name=soup") == ["Soup"]


@generations(*GRANTS)
def test_several_customers_are_separated_by_commas(portal):
    portal.project("Quantum")
    first, second = (customer.uuid for customer in portal.world.customers[:2])

    assert portal.allocator.names(f"projects/?customer={first},{second}") == ["Quantum"]


@generations(Version.A)
def test_in_2021_there_is_one_customer_in_a_filter(portal):
    first, second = (customer.uuid for customer in portal.world.customers[:2])

    assert portal.allocator.get(f"projects/?customer={first},{second}").status == 400


@pytest.mark.parametrize("value", ["x", "https://puhuri.example.org/api/customers/1/"])
def test_a_uuid_of_a_filter_has_the_shape_of_one(portal, value):
    answer = portal.allocator.get(f"projects/?customer={value}")

    assert (answer.status, answer.body) == (400, {"customer": ["Enter a valid UUID."]})


def test_filters_of_the_list_count_for_one_object_too(portal):
    uuid = portal.project("Quantum")

    assert portal.allocator.get(f"projects/{uuid}/?name=quantum").status == 200
    assert portal.allocator.get(f"projects/{uuid}/?name=soup").status == 404


@generations(*GRANTS)
def test_filters_of_the_list_count_for_the_members_of_a_project_too(portal):
    uuid = portal.project("Quantum")

    assert portal.allocator.get(f"projects/{uuid}/list_users/?name=soup").status == 404


def test_an_order_that_is_not_known_is_refused_for_projects_and_ignored_for_customers(portal):
    answer = portal.allocator.get("projects/?o=nope")

    words = "Select a valid choice. nope is not one of the available choices."
    assert (answer.status, answer.body) == (400, {"o": [words]})
    assert portal.allocator.get("customers/?o=nope").status == 200


@generations(*GRANTS)
@pytest.mark.parametrize("query", ["o=-date", "o=nope"])
def test_usages_have_no_order_to_choose(portal, query):
    assert portal.allocator.get(f"marketplace-component-usages/?{query}").status == 200


def test_the_fields_are_asked_for_one_by_one(portal):
    portal.project("Quantum")

    (row,) = portal.allocator.get("projects/?field=name&field=uuid").body
    assert set(row) == {"name", "uuid"}


@pytest.mark.parametrize("query", ["field=name,uuid", "field[]=name", "fields=name", "field=nope"])
def test_other_ways_to_ask_for_fields_bring_whole_objects(portal, query):
    portal.project("Quantum")

    (row,) = portal.allocator.get(f"projects/?{query}").body
    assert len(row) > 10


@generations(*GRANTS)
def test_fields_with_a_new_project_are_a_crash(portal):
    customer = portal.world.customers[0].uuid
    body = {"name": "Quantum", "customer": f"/api/customers/{customer}/"}

    assert portal.allocator.ask("POST", "projects/?field=uuid", body).status == 500


def test_head_tells_how_many_there_are(full):
    answer = full.allocator.ask("HEAD", "projects/?page_size=1&field=uuid")

    assert (answer.status, answer.body) == (200, "")
    assert answer.headers["X-Result-Count"] == "305"


def test_states_are_written_in_capital_and_small_letters(portal):
    assert portal.allocator.get("marketplace-resources/?state=ok").status == 400
    route = portal.offering_url().partition("/api/")[2].partition("/")[0]
    assert portal.allocator.get(f"{route}/?state=active").status == 400


@generations(Version.A, Version.MIXED, Version.B)
def test_until_8_an_offering_is_never_unavailable(portal):
    route = portal.offering_url().partition("/api/")[2].partition("/")[0]

    assert portal.allocator.get(f"{route}/?state=Unavailable").status == 400


@generations(Version.FRACTIONS)
def test_since_8_there_are_more_states(portal):
    route = "marketplace-public-offerings"

    assert portal.allocator.get(f"{route}/?state=Unavailable").status == 200
    assert portal.allocator.get("marketplace-orders/?state=pending-start-date").status == 200
