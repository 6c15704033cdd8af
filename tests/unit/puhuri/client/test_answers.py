"""Answers that are not what a portal sends: an error that says so, and never a crash."""

import pytest

from profiles_management.puhuri.client.errors import (
    NotAllowed,
    PuhuriAway,
    PuhuriError,
    UnreadableAnswer,
)
from puhuri.client.portal_use import MEMBER
from puhuri.server.generations import generations
from puhuri_server.http_types import ERROR_PAGE
from puhuri_server.usages import report_usage
from puhuri_server.world import Version

LONGEST = 400  # characters of a message
UNKNOWN = "0" * 32


pytestmark = generations(Version.A, Version.B)
LISTS = ["customers", "projects", "offerings", "allocations", "orders", "usage"]
BAD_ROWS = [
    None,
    7,
    "text",
    [],
    {},
    {"uuid": None},
    {"uuid": 7},
    {"uuid": "../../users/me"},
    {"uuid": UNKNOWN.upper() + "A"},
    {"uuid": "0" * 31},
    {"uuid": UNKNOWN + "\n"},
    {"uuid": UNKNOWN, "name": 7, "usage": [], "items": 7, "limits": "x", "created": 1},
    {"uuid": UNKNOWN, "name": {}, "usage": "NaN", "items": [7], "limits": {"x": "NaN"}},
    {"uuid": UNKNOWN, "created": "yesterday", "usage": "1e999", "url": [], "abbreviation": []},
]


def rows_of(portal, kind):
    """Return a function that lists, once the portal was asked which generation it is."""
    portal.forget()
    return lambda: [*getattr(portal.allocator, kind).find()]


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("row", BAD_ROWS, ids=str)
def test_a_row_that_is_none_is_an_unreadable_answer(portal, kind, row):
    read = rows_of(portal, kind)
    portal.answer(200, [row], X_Result_Count="1")
    with pytest.raises(UnreadableAnswer, match="not of Waldur's API") as error:
        read()
    assert len(str(error.value)) <= LONGEST
    assert "address" in error.value.remedy


# a moment without a zone, and two that are outside the calendar in UTC
BAD_MOMENTS = ["2030-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"]


@pytest.mark.parametrize("kind", ["projects", "allocations", "orders", "usage", "members"])
@pytest.mark.parametrize("moment", BAD_MOMENTS)
def test_a_moment_that_cannot_be_compared_is_an_unreadable_answer(portal, kind, moment):
    project = portal.project()
    portal.allocator.members.add(project, portal.user(), MEMBER)
    portal.allocation(project)
    resource = portal.world.resources[-1]
    report_usage(portal.world, resource, resource.offering.components[0], 1)
    portal.rewrite_fields(created=moment, expiration_time=moment, date=moment)
    with pytest.raises(UnreadableAnswer, match=r"with a timezone|outside the calendar"):
        rows_of(portal, kind)()


IDENTITY = [
    ("projects", ["customer_uuid"]),
    ("projects", ["backend_id"]),
    ("allocations", ["project_uuid"]),
    ("allocations", ["customer_uuid"]),
    ("allocations", ["offering_uuid"]),
    ("orders", ["project_uuid"]),
    ("orders", ["customer_uuid"]),
    ("members", ["user_uuid", "uuid"]),
    ("members", ["project_uuid", "projects"]),
    ("members", ["role", "role_name"]),
]


@pytest.mark.parametrize(("kind", "fields"), IDENTITY)
def test_a_row_that_does_not_say_whose_it_is_is_an_unreadable_answer(portal, kind, fields):
    """Where it was taken for somebody else's, a second one would be made, or a role would end."""
    project = portal.project()
    portal.allocator.members.add(project, portal.user(), MEMBER)
    portal.allocation(project)
    portal.forget()
    portal.rewrite_fields(**dict.fromkeys(fields))
    with pytest.raises(UnreadableAnswer):
        [*getattr(portal.allocator, kind).find(customer=portal.customer)]


@pytest.mark.parametrize("kind", ["customers", "projects", "offerings", "allocations"])
def test_an_answer_about_another_object_is_an_unreadable_answer(portal, kind):
    portal.allocation(portal.project())
    (first, *_) = getattr(portal.allocator, kind).find()
    portal.rewrite_fields(uuid=UNKNOWN)
    with pytest.raises(UnreadableAnswer, match="another object than was asked for"):
        getattr(portal.allocator, kind).get(first.uuid)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("body", [None, {}, "text", 7, ERROR_PAGE, {"results": []}], ids=str)
def test_a_list_that_is_none_is_an_unreadable_answer(portal, kind, body):
    read = rows_of(portal, kind)
    portal.answer(200, body, X_Result_Count="1")
    with pytest.raises(UnreadableAnswer):
        read()


@pytest.mark.parametrize("count", ["", "x", "-1", "1.5", "1e3", "9" * 15, "9" * 100])
def test_a_list_says_how_many_rows_it_has(portal, count):
    read = rows_of(portal, "projects")
    portal.answer(200, [], X_Result_Count=count)
    with pytest.raises(UnreadableAnswer, match="a list "):
        read()
    assert len(portal.sent("GET", "/projects/")) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "call",
    [lambda use: use.allocator.users.me(), lambda use: use.project()],
    ids=["GET", "POST"],
)
def test_a_redirect_is_not_followed(portal, status, call):
    portal.forget()
    portal.answer(status, None, Location=f"{portal.portal.url}/api/elsewhere/")
    with pytest.raises(UnreadableAnswer, match="a redirect to another address"):
        call(portal)
    assert len(portal.portal.requests) == 1


def test_an_answer_has_a_largest_size(portal, monkeypatch):
    monkeypatch.setattr("profiles_management.puhuri.client.portal_connection.LARGEST", 1000)
    portal.answer(200, {"uuid": UNKNOWN, "username": "x" * 2000})
    with pytest.raises(PuhuriError, match="more than 1,000 bytes"):
        portal.allocator.users.me()
    assert len(portal.portal.requests) == 1


def test_an_answer_that_cannot_be_unpacked_is_asked_for_again(portal):
    portal.answer(200, {"uuid": UNKNOWN}, Content_Encoding="gzip")
    with pytest.raises(PuhuriAway, match="did not show the user"):
        portal.allocator.users.me()
    assert len(portal.portal.requests) > 1


def test_a_site_that_is_no_portal_is_told(portal):
    portal.answer(200, "<html>Welcome to our wiki</html>")
    for call in (
        portal.allocator.users.me,
        lambda: portal.allocator.generation,
        lambda: [*portal.allocator.projects.find()],
    ):
        with pytest.raises(UnreadableAnswer) as error:
            call()
        assert "address of a Puhuri or Waldur server" in error.value.remedy


def test_an_error_of_the_portal_while_it_is_asked_which_it_is_is_that_error(portal):
    portal.answer(403, {"detail": "Your account is not confirmed."})
    with pytest.raises(NotAllowed, match="not confirmed"):
        portal.allocator.generation  # noqa: B018 - it is asked


WRITES = [
    lambda use: use.allocator.projects.create(customer=UNKNOWN, name="x"),
    lambda use: use.allocator.projects.update(UNKNOWN, name="x"),
    lambda use: use.allocator.users.by_cuid("a@b.org"),
    lambda use: use.allocator.orders.create(UNKNOWN, {}),
]


@pytest.mark.parametrize("call", WRITES, ids=["create", "update", "cuid", "order"])
@pytest.mark.parametrize("body", [None, [], {}, "text", ERROR_PAGE, {"uuid": "x"}], ids=str)
def test_an_answer_to_a_write_that_is_none_is_unreadable(portal, call, body):
    portal.forget()
    portal.answer(201, body)
    with pytest.raises(UnreadableAnswer):
        call(portal)
    assert len(portal.portal.requests) == 1
