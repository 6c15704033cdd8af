"""Members: grants since September 2023, and permissions before."""

import pytest

from puhuri.server.asking import GRANTS, NEW
from puhuri.server.generations import generations
from puhuri_server.sample import cuid
from puhuri_server.world import Version

FAR = "2099-06-30T00:00:00Z"
NEAR = "2099-01-31T00:00:00Z"
SAME = {"non_field_errors": ["User has already the same role in this scope."]}


@pytest.fixture
def project(portal):
    return portal.project()


@pytest.fixture
def ada(portal):
    return portal.user("ada")


def act(portal, project, action, user, role="PROJECT.MEMBER", **further):
    body = {"user": user, "role": role, **further}
    return portal.allocator.ask("POST", f"projects/{project}/{action}_user/", body)


def roles(portal, project, query=""):
    """Return (role, end) of each grant."""
    rows = portal.allocator.get(f"projects/{project}/list_users/{query}").body
    return [(row["role_name"], row["expiration_time"]) for row in rows]


@generations(*GRANTS)
def test_a_person_has_several_roles(portal, project, ada):
    portal.allocator.add_member(project, ada, "PROJECT.MEMBER")
    portal.allocator.add_member(project, ada, "PROJECT.ADMIN")

    assert roles(portal, project) == [("PROJECT.MEMBER", None), ("PROJECT.ADMIN", None)]


@generations(*GRANTS)
@pytest.mark.parametrize(("first", "second"), [(None, None), (None, FAR), (FAR, NEAR), (FAR, FAR)])
def test_a_role_is_not_given_again_while_it_lasts_as_long(portal, project, ada, first, second):
    portal.allocator.add_member(project, ada, until=first)

    answer = portal.allocator.add_member(project, ada, until=second)

    assert (answer.status, answer.body) == (400, SAME)


@generations(*GRANTS)
@pytest.mark.parametrize(("first", "second"), [(NEAR, FAR), (NEAR, None)])
def test_with_a_later_end_a_role_is_doubled_and_stuck_for_good(portal, project, ada, first, second):
    portal.allocator.add_member(project, ada, until=first)

    assert portal.allocator.add_member(project, ada, until=second).status == 201
    assert roles(portal, project) == [("PROJECT.MEMBER", first), ("PROJECT.MEMBER", second)]
    assert act(portal, project, "update", ada, expiration_time=FAR).status == 500
    assert act(portal, project, "delete", ada).status == 500
    assert len(roles(portal, project)) == 2


@generations(*GRANTS)
def test_a_role_that_is_over_is_listed_and_doubled_until_the_daily_clean_up(portal, project, ada):
    portal.allocator.add_member(project, ada, until="2026-11-26T12:00:01Z")
    portal.later(seconds=2)

    assert len(roles(portal, project)) == 1
    assert portal.allocator.add_member(project, ada).status == 201
    assert act(portal, project, "delete", ada).status == 500
    portal.world.clean_up()
    assert roles(portal, project) == [("PROJECT.MEMBER", None)]
    assert act(portal, project, "delete", ada).status == 200


@generations(*GRANTS)
def test_an_update_without_an_end_takes_the_end_away(portal, project, ada):
    portal.allocator.add_member(project, ada, until=NEAR)

    assert act(portal, project, "update", ada).body == {"expiration_time": None}
    assert roles(portal, project) == [("PROJECT.MEMBER", None)]


@generations(*GRANTS)
def test_an_update_of_a_role_that_is_not_there_is_a_crash(portal, project, ada):
    assert act(portal, project, "update", ada, expiration_time=FAR).status == 500


@generations(*GRANTS)
def test_a_role_that_is_not_there_is_taken_without_a_word(portal, project, ada):
    portal.allocator.add_member(project, ada)

    assert [act(portal, project, "delete", ada).status for _ in range(2)] == [200, 200]


@generations(*GRANTS)
@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2099-01-31", "2099-01-31T00:00:00Z"),
        ("2099-01-31T12:00:00", "2099-01-31T12:00:00Z"),
        ("2099-01-31T12:00:00+02:00", "2099-01-31T10:00:00Z"),
        ("2099-01-31T12:00:00.123456Z", "2099-01-31T12:00:00.123456Z"),
        (None, None),
    ],
)
def test_an_end_is_a_day_or_a_moment_and_without_a_zone_in_utc(portal, project, ada, sent, stored):
    answer = portal.allocator.add_member(project, ada, until=sent)

    assert (answer.status, answer.body) == (201, {"expiration_time": stored})


@pytest.mark.parametrize("until", ["2020-01-31", "2026-11-26", "2026-11-26T12:00:00Z"])
def test_an_end_is_in_the_future_and_today_is_not(portal, project, ada, until):
    answer = portal.allocator.add_member(project, ada, until=until)

    words = "Expiration time should be greater than current time."
    assert (answer.status, answer.body) == (400, {"expiration_time": [words]})


@generations(*GRANTS)
@pytest.mark.parametrize("role", ["member", "project.member", "", None, "0" * 32])
def test_a_role_has_its_whole_name(portal, project, ada, role):
    assert portal.allocator.add_member(project, ada, role).status == 400


@generations(*GRANTS)
def test_a_role_of_something_else(portal, project, ada):
    answer = portal.allocator.add_member(project, ada, "CUSTOMER.OWNER")

    words = "Role is not valid for this scope."
    assert (answer.status, answer.body) == (400, {"non_field_errors": [words]})


@generations(*GRANTS)
def test_a_user_is_a_uuid_and_neither_url_nor_cuid(portal, project, ada):
    for user in (f"http://x/api/users/{ada}/", cuid("ada")):
        answer = portal.allocator.add_member(project, user)
        assert (answer.status, answer.body) == (400, {"user": ["Must be a valid UUID."]})


@generations(*GRANTS)
@pytest.mark.parametrize("user", ["0" * 32, "not-a-uuid"])
def test_a_user_that_is_not_there_is_no_filter(portal, project, ada, user):
    portal.allocator.add_member(project, ada)
    portal.allocator.add_member(project, portal.user("bo"))

    assert len(roles(portal, project, f"?user={user}")) == 2
    assert len(roles(portal, project, f"?user={ada}")) == 1


@generations(Version.MIXED, Version.B)
@pytest.mark.parametrize("query", ["username=x", "full_name=x", "field=role_name", "o=-created"])
def test_until_8_members_are_not_filtered_by_what_they_are(portal, project, ada, query):
    portal.allocator.add_member(project, ada)

    (row,) = portal.allocator.get(f"projects/{project}/list_users/?{query}").body
    assert len(row) > 10


@generations(Version.FRACTIONS)
def test_since_8_members_are_filtered_by_what_they_are(portal, project, ada):
    portal.allocator.add_member(project, ada)

    assert roles(portal, project, "?username=x") == []
    assert roles(portal, project, "?full_name=x") == []
    (row,) = portal.allocator.get(f"projects/{project}/list_users/?field=role_name").body
    assert row == {"role_name": "PROJECT.MEMBER"}


@generations(*GRANTS)
def test_a_manager_gives_roles_but_not_to_itself(portal, project):
    manager = portal.world.user_of_token(portal.provider.token)
    portal.allocator.add_member(project, manager.uuid, "PROJECT.MANAGER")

    body = {"user": manager.uuid, "role": "PROJECT.MEMBER"}
    answer = portal.provider.ask("POST", f"projects/{project}/add_user/", body)

    words = "User can not manage own role."
    assert (answer.status, answer.body) == (400, {"non_field_errors": [words]})


def test_a_member_gives_no_roles(portal, project, ada):
    member = portal.world.user_of_token(portal.provider.token)
    portal.allocator.add_member(project, member.uuid)

    assert portal.provider.add_member(project, ada).status == 403


@generations(*NEW)
def test_the_members_of_a_customer_are_listed_in_bulk_with_doubled_and_ended_roles(
    portal, project, ada
):
    portal.allocator.add_member(project, ada, until="2026-11-26T12:00:01Z")
    portal.allocator.add_member(project, ada)
    portal.later(seconds=2)
    customer = portal.world.customers[0].uuid

    rows = portal.allocator.get(f"customers/{customer}/users/?username={cuid('ada')}").body

    ends = [grant["expiration_time"] for row in rows for grant in row["projects"]]
    assert ends == ["2026-11-26T12:00:01Z", None]
    assert ("role" in rows[0]) == (portal.world.version == Version.B)


@generations(*NEW)
def test_who_is_deactivated_is_not_listed_in_bulk(portal, project, ada):
    portal.allocator.add_member(project, ada)
    portal.world.active_user(ada).is_active = False
    customer = portal.world.customers[0].uuid

    rows = portal.allocator.get(f"customers/{customer}/users/").body
    assert [row["username"] for row in rows] == ["allocator"]


# 2021


@generations(Version.A)
def test_in_2021_a_person_has_one_role_in_a_project(portal, project, ada):
    portal.allocator.add_member(project, ada)

    answer = portal.allocator.add_member(project, ada, "PROJECT.ADMIN")

    words = "The fields project and user must make a unique set."
    assert (answer.status, answer.body) == (400, {"non_field_errors": [words]})


@generations(Version.A)
def test_in_2021_a_permission_has_a_number_and_a_url(portal, project, ada):
    answer = portal.allocator.add_member(project, ada)

    assert answer.headers["Location"] == answer.body["url"]
    assert answer.body["url"].endswith(f"/project-permissions/{answer.body['pk']}/")
    assert answer.body["role"] == "member"


@generations(Version.A)
def test_in_2021_only_the_end_of_a_permission_changes(portal, project, ada):
    permission = portal.allocator.add_member(project, ada).body
    path = f"project-permissions/{permission['pk']}/"

    changed = portal.allocator.ask("PATCH", path, {"role": "manager", "expiration_time": FAR}).body

    assert changed == permission | {"expiration_time": FAR}


@generations(Version.A)
def test_in_2021_a_permission_is_deleted_once(portal, project, ada):
    path = f"project-permissions/{portal.allocator.add_member(project, ada).body['pk']}/"

    first, second = (portal.allocator.ask("DELETE", path) for _ in range(2))

    assert (first.status, first.body, second.status) == (204, "", 404)


@generations(Version.A)
def test_in_2021_permissions_are_listed_newest_first_and_filtered(portal, project, ada):
    portal.allocator.add_member(project, ada)
    portal.allocator.add_member(project, portal.user("bo"), "PROJECT.ADMIN")

    def found(query=""):
        rows = portal.allocator.get(f"project-permissions/{query}").body
        return [row["user_full_name"] for row in rows]

    assert found() == ["Bo Researcher", "Ada Allocated"]
    assert found(f"?project={project}&user={ada}") == ["Ada Allocated"]
    assert found(f"?username={cuid('ada')}") == ["Ada Allocated"]
    assert found(f"?username={cuid('ada')[:9]}") == []
    assert found("?full_name=RESEARCH") == ["Bo Researcher"]
    assert found("?role=admin") == ["Bo Researcher"]
    assert portal.allocator.get("project-permissions/?role=PROJECT.ADMIN").status == 400
