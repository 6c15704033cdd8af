"""Lists of several pages: each row once, in a stable order, four pages at a time, and slim."""

import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from profiles_management.puhuri.client.errors import (
    Conflict,
    NotAllowed,
    PuhuriAway,
    UnreadableAnswer,
)
from puhuri.client.portal_use import MEMBER, names
from puhuri.server.asking import NEW
from puhuri.server.generations import generations
from puhuri_server.records import Project, User
from puhuri_server.server import Fault
from puhuri_server.world import Version

LISTS = ["customers", "projects", "offerings", "allocations", "orders", "usage"]


def add_projects(world, count, customer=0):
    """Add projects, made at the same moment."""
    now = world.moment()
    for number in range(len(world.projects), len(world.projects) + count):
        world.projects.append(
            Project(
                uuid=world.new_uuid(),
                name=f"Project {number:04}",
                customer=world.customers[customer],
                created=now,
            )
        )


def pages(portal, path="/projects/"):
    """Return the numbers of the pages that were asked for."""
    queries = (parse_qs(urlsplit(target).query) for target in portal.sent("GET", path))
    return [int(query["page"][0]) for query in queries]


@pytest.mark.parametrize(
    ("rows", "asked"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (250, 3), (1000, 10)]
)
def test_each_row_is_there_once_in_as_many_requests_as_pages(portal, rows, asked):
    add_projects(portal.world, rows)
    portal.forget()
    found = names(portal.allocator.projects.find())
    assert found == names(portal.world.projects)
    assert sorted(pages(portal)) == [*range(1, asked + 1)]


def test_a_list_may_take_longer_than_a_request_is_tried(portal):
    add_projects(portal.world, 2000)
    portal.forget()

    def slow(_number, _sent):
        portal.time.elapsed += 4

    portal.portal.fault = slow
    assert len(names(portal.allocator.projects.find())) == 2000
    assert portal.time.elapsed >= 80


def test_a_reader_that_stops_asks_for_no_further_page(portal):
    add_projects(portal.world, 500)
    portal.forget()
    rows = portal.allocator.projects.find()
    for _ in range(100):
        next(rows)
    rows.close()
    assert pages(portal) == [1]


def test_nothing_is_asked_before_the_first_row(portal):
    portal.forget()
    for kind in LISTS:
        getattr(portal.allocator, kind).find()
    assert portal.portal.requests == []


def test_four_pages_are_asked_for_at_a_time(portal):
    add_projects(portal.world, 900)
    portal.forget()
    answer = portal.portal.answer
    together, lock = threading.Barrier(4, timeout=30), threading.Lock()
    now, most = set(), set()

    def slow(request):
        number = int(request.param("page") or 1)
        with lock:
            now.add(number)
            most.add(len(now))
        if 2 <= number <= 5:
            together.wait()  # until three others are here
        with lock:
            now.discard(number)
        return answer(request)

    portal.portal.answer = slow
    try:
        assert len(names(portal.allocator.projects.find())) == 900
    finally:
        del portal.portal.answer
    assert max(most) == 4


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR, Fault.BUSY])
def test_a_page_that_fails_is_asked_for_again(portal, fault):
    add_projects(portal.world, 500)
    portal.forget()
    portal.portal.fault = lambda number, _sent: fault if number in (1, 3) else None
    assert names(portal.allocator.projects.find()) == names(portal.world.projects)


def test_a_page_that_cannot_be_had_is_an_error_and_no_shorter_list(portal):
    add_projects(portal.world, 500)
    portal.forget()
    for reply, kind in (
        (Fault.ERROR, PuhuriAway),
        (portal.reply(403, {"detail": "No."}), NotAllowed),
    ):
        portal.portal.fault = lambda _number, sent, reply=reply: (
            reply if "page=3" in sent.target else None
        )
        with pytest.raises(kind):
            list(portal.allocator.projects.find())


# lists that move while they are read


def once_before_page(portal, page, change):
    """Let a world change before a page is answered for the first time."""
    left = [change]

    def fault(_number, sent):
        if f"page={page}" in sent.target and left:
            left.pop()(portal.world)

    portal.portal.fault = fault


def test_a_row_that_goes_moves_others_and_none_is_missing(portal):
    add_projects(portal.world, 250)
    portal.forget()
    once_before_page(portal, 2, lambda world: world.projects.pop(0))
    found = names(portal.allocator.projects.find())
    assert len(found) == len(set(found))
    assert {*found} >= {*names(portal.world.projects)}
    assert len(pages(portal)) > 3  # it was read again


def test_a_last_page_that_is_gone_is_the_end(portal):
    add_projects(portal.world, 201)
    portal.forget()
    once_before_page(portal, 3, lambda world: world.projects.pop())
    found = names(portal.allocator.projects.find())
    assert {*found} == {*names(portal.world.projects)}


def test_a_row_that_comes_is_no_reason_to_read_again(portal):
    add_projects(portal.world, 250)
    portal.forget()
    once_before_page(portal, 3, lambda world: add_projects(world, 1))
    assert names(portal.allocator.projects.find()) == names(portal.world.projects)
    assert sorted(pages(portal)) == [1, 2, 3]


def test_a_list_that_never_holds_still_is_an_error(portal):
    add_projects(portal.world, 250)
    portal.forget()

    def fault(_number, sent):
        if "page=2" in sent.target:
            portal.world.projects.pop(0)

    portal.portal.fault = fault
    with pytest.raises(Conflict, match=r"did not list the projects: it changes .* later"):
        list(portal.allocator.projects.find())


# a portal that counts wrongly


def count_as(portal, count):
    """Let every list say that it has a number of rows."""
    portal.rewrite(lambda reply: reply.headers.update({"X-Result-Count": str(count)}))


@pytest.mark.parametrize("count", [0, 1, 99, 149, 151, 300])
def test_a_count_that_no_reading_has_is_an_error_and_no_other_list(portal, count):
    add_projects(portal.world, 150)
    portal.forget()
    count_as(portal, count)
    with pytest.raises(Conflict, match="did not list the projects"):
        list(portal.allocator.projects.find())
    assert pages(portal).count(1) == 3


def test_a_page_has_no_more_rows_than_were_asked_for(portal):
    portal.forget()
    rows = [{"uuid": f"{number:032}", "name": "x"} for number in range(101)]
    portal.answer(200, rows, X_Result_Count="101")
    with pytest.raises(UnreadableAnswer, match="a page of 101 rows, where 100 were asked for"):
        list(portal.allocator.customers.find())


# order and fields


@pytest.mark.parametrize("kind", LISTS)
def test_lists_have_an_order_that_pages_share_and_only_the_fields_that_are_read(portal, kind):
    portal.forget()
    list(getattr(portal.allocator, kind).find())
    query = parse_qs(urlsplit(portal.portal.requests[0].target).query)

    order = {"customers": ["name"], "usage": None}.get(kind, ["created"])
    assert query.get("o") == order
    assert query["page_size"] == ["100"]
    fields = query["field"]
    assert "uuid" in fields
    assert len(fields) == len(set(fields)) <= 16


def test_one_object_is_slim_too(portal):
    project = portal.project()
    portal.forget()
    portal.allocator.projects.get(project)
    query = parse_qs(urlsplit(portal.portal.requests[0].target).query)
    assert "description" in query["field"]
    assert "page" not in query


# members


def add_people(portal, project, count):
    """Add members of a project."""
    world = portal.world
    (scope,) = (one for one in world.projects if one.uuid == project)
    for number in range(count):
        user = User(uuid=world.new_uuid(), username=f"p{number}@x.org", full_name=f"P {number}")
        world.users.append(user)
        world.grant(user, scope, MEMBER)


def test_members_of_a_project_are_paged(portal):
    project = portal.project()
    add_people(portal, project, 230)
    portal.forget()
    grants = [*portal.allocator.members.find(project=project)]
    assert len({grant.user_uuid for grant in grants}) == len(grants) == 230
    assert len(portal.portal.requests) == 3


def test_members_of_a_customer_are_a_hundred_people_a_page(portal):
    for number in range(2):
        add_people(portal, portal.project(f"Project {number}"), 110)
    portal.forget()
    grants = [*portal.allocator.members.of_customer(portal.customer)]
    assert len(grants) == 220
    people = 220 if portal.version in (Version.A, Version.MIXED) else 222  # and the owners
    assert len(portal.portal.requests) == -(-people // 100)


@generations(*NEW)
def test_members_of_everything_are_asked_for_by_customer(portal):
    for customer in (0, 1):
        add_projects(portal.world, 40, customer)
    portal.forget()
    list(portal.allocator.members.find())
    assert len(portal.portal.requests) == 3  # the customers, and the people of each
