"""CreateUser, GetUser, AddRole and RemoveRole over REST, and the row "Users" of the contract."""

import pytest
from rest_world import (
    ACCESSES,
    ANN,
    BOB,
    DAY,
    NOW,
    OLGA,
    OSCAR,
    ROOT,
    SVEN,
    USERS,
    contributor,
    ended,
    external,
    granted,
    kinds,
    profile,
    requested,
    token,
    user,
)

from user_manager.models import User

NEW = {"id": "new@example.com", "name": "New"}
FORM = {"id": "new@example.com", "name": "New", "active": True, "roles": [], "accesses": []}
ROLES = ["EDIT_TASK", "MANAGE_DATA", "CREATE_EXT_DATAMODULE", "PROCESS_ETL_TASK"]


def test_create_user_is_201_and_the_same_again_200(rest):
    first = rest.post(ROOT, USERS, NEW)
    assert (first.status, first.json) == (201, FORM)
    assert first.headers["Location"] == f"{USERS}/new%40example.com"
    again = rest.post(ROOT, USERS, NEW)
    assert (again.status, again.json) == (200, FORM)
    assert "Location" not in again.headers
    assert kinds(user=NEW["id"]) == ["user_created"]


def test_create_user_with_another_name_is_409_with_the_id(rest):
    rest.post(ROOT, USERS, NEW)
    answer = rest.post(ROOT, USERS, NEW | {"name": "Other"})
    assert answer.told == (409, "exists")
    assert answer.json["id"] == NEW["id"]


@pytest.mark.parametrize("variant", ["NEW@example.com", "New@Example.Com"])
def test_create_user_of_a_variant_is_409_with_the_stored_id(rest, variant):
    rest.post(ROOT, USERS, NEW)
    answer = rest.post(ROOT, USERS, {"id": variant, "name": "New"})
    assert answer.told == (409, "exists")
    assert answer.json["id"] == NEW["id"]


def test_create_user_again_shows_roles_and_accesses(rest):
    external()
    granted(ANN, "dwh")
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    answer = rest.post(ROOT, USERS, {"id": ANN, "name": "ann"})
    assert answer.status == 200
    assert answer.json["roles"] == ["EDIT_TASK"]
    assert [access["module"] for access in answer.json["accesses"]] == ["dwh"]


def test_who_signed_in_alone_gets_a_name_once(rest):
    newcomer = "newcomer@example.com"
    assert rest.get(newcomer, "/api/v1/me").json["name"] == newcomer
    named = rest.post(ROOT, USERS, {"id": newcomer, "name": "Nora"})
    assert (named.status, named.json["name"]) == (200, "Nora")
    assert rest.post(ROOT, USERS, {"id": newcomer, "name": "Other"}).told == (409, "exists")


@pytest.mark.parametrize("name", ["x", "x" * 253, "Имя Фамилия", "a b"])
def test_a_name_has_1_to_253_printable_characters(rest, name):
    assert rest.post(ROOT, USERS, NEW | {"name": name}).status == 201


@pytest.mark.parametrize("name", ["", "x" * 254, "a\nb", "a\u202eb"])
def test_other_names_are_422(rest, name):
    answer = rest.post(ROOT, USERS, NEW | {"name": name})
    assert (answer.told, answer.paths) == ((422, "invalid"), ["name"])


def test_get_user_shows_approved_and_unexpired_accesses_whole(rest):
    profile()
    external()
    granted(ANN, "ml", ["WRITE", "READ"], until=NOW + DAY, reason="training", comment="fine")
    requested(ANN, "dwh")
    ended(ANN, "ml", access_id="old")
    answer = rest.get(ANN, f"{USERS}/{ANN}").json
    assert list(answer) == ["id", "name", "active", "roles", "accesses"]
    (access,) = answer["accesses"]
    assert access == {
        "id": "ml-ann",
        "user": ANN,
        "module": "ml",
        "types": ["READ", "WRITE"],
        "state": "APPROVED",
        "effect": "in_effect",
        "effect_detail": "",
        "reason": "training",
        "duration": None,
        "until": "2026-06-02T12:00:00Z",
        "requested_by": ANN,
        "requested_at": "2026-05-31T12:00:00Z",
        "pending_until": "2026-06-14T12:00:00Z",
        "decided_by": OLGA,
        "acting_for": None,
        "decided_at": "2026-05-31T12:00:00Z",
        "comment": "fine",
        "ended_by": None,
        "ended_at": None,
        "applied_at": None,
        "reviewed_at": None,
        "review_due": None,
    }


def test_get_user_does_not_show_an_access_at_its_end(rest, clock):
    external()
    granted(ANN, "dwh", until=NOW + DAY)
    assert rest.get(ANN, f"{USERS}/{ANN}").json["accesses"]
    clock.now = NOW + DAY
    assert rest.get(ANN, f"{USERS}/{ANN}").json["accesses"] == []


def test_an_owner_sees_no_roles_and_only_accesses_to_own_modules(rest):
    profile()
    external()
    granted(ANN, "ml")
    granted(ANN, "dwh")
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    seen = rest.get(OSCAR, f"{USERS}/{ANN}").json
    assert seen["roles"] == []
    assert [access["module"] for access in seen["accesses"]] == ["dwh"]
    seen = rest.get(OLGA, f"{USERS}/{ANN}").json
    assert [access["module"] for access in seen["accesses"]] == ["ml"]


def test_an_owner_sees_who_asks_and_not_who_had_access(rest):
    external()
    requested(ANN, "dwh")
    ended(BOB, "dwh")
    assert rest.get(OSCAR, f"{USERS}/{ANN}").json["accesses"] == []
    assert rest.get(OSCAR, f"{USERS}/{BOB}").told == (404, "not-found")


def test_to_a_stranger_a_user_and_nobody_look_the_same(rest):
    one = rest.get(SVEN, f"{USERS}/{ANN}")
    other = rest.get(SVEN, f"{USERS}/nobody@example.com")
    assert one.told == (404, "not-found")
    assert one.content == other.content


def test_ownership_and_contributors_of_the_catalogue_are_not_listed(rest):
    profile()
    contributor("ml", ANN)
    assert rest.get(ANN, f"{USERS}/{ANN}").json["accesses"] == []
    assert rest.get(OLGA, f"{USERS}/{OLGA}").json["accesses"] == []


def test_the_scope_users_knows_users_and_may_not_read_them(rest):
    manager = token("users")
    assert rest.get(manager, f"{USERS}/{ANN}").told == (403, "forbidden")
    assert rest.get(manager, f"{USERS}/nobody").told == (404, "not-found")


@pytest.mark.parametrize("role", ROLES)
def test_add_role_and_remove_role_are_200_whether_or_not_the_user_had_it(rest, role):
    path = f"{USERS}/{ANN}/roles/{role}"
    for _ in range(2):
        assert rest.put(ROOT, path).json["roles"] == [role]
    for _ in range(2):
        assert rest.delete(ROOT, path).json["roles"] == []
    assert kinds(user=ANN) == ["role_added", "role_removed"]


def test_roles_are_in_the_order_of_the_proto(rest):
    for role in reversed(ROLES):
        rest.put(ROOT, f"{USERS}/{ANN}/roles/{role}")
    assert rest.get(ANN, "/api/v1/me").json["roles"] == ROLES


@pytest.mark.parametrize("role", ["READ", "edit_task", "0", "%00"])
def test_an_unknown_role_is_422(rest, role):
    answer = rest.put(ROOT, f"{USERS}/{ANN}/roles/{role}")
    assert (answer.told, answer.paths) == ((422, "invalid"), ["role"])


def test_a_role_of_an_unknown_user_is_404(rest):
    assert rest.put(ROOT, f"{USERS}/nobody/roles/EDIT_TASK").told == (404, "not-found")
    assert rest.delete(ROOT, f"{USERS}/nobody/roles/EDIT_TASK").told == (404, "not-found")


def test_a_role_for_a_deactivated_user_is_409_and_its_removal_200(rest):
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    rest.patch(ROOT, f"{USERS}/{ANN}", {"active": False})
    assert rest.put(ROOT, f"{USERS}/{ANN}/roles/MANAGE_DATA").told == (409, "precondition")
    assert rest.delete(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK").status == 200


def test_renaming_changes_the_name_and_says_so_once(rest):
    for _ in range(2):
        answer = rest.patch(ROOT, f"{USERS}/{ANN}", {"name": "Ann Other"})
        assert (answer.status, answer.json["name"]) == (200, "Ann Other")
    assert kinds(user=ANN) == ["user_renamed"]


def test_a_change_of_nothing_is_200(rest):
    assert rest.patch(ROOT, f"{USERS}/{ANN}", {}).status == 200
    assert kinds(user=ANN) == []


@pytest.mark.parametrize("name", ["name", "active", "force"])
def test_null_is_no_change(rest, name):
    answer = rest.patch(ROOT, f"{USERS}/{ANN}", {name: None})
    assert (answer.told, answer.paths) == ((422, "invalid"), [name])


def test_deactivating_revokes_accesses_and_withdraws_requests(rest):
    profile()
    external()
    granted(ANN, "ml")
    requested(ANN, "dwh")
    answer = rest.patch(ROOT, f"{USERS}/{ANN}", {"active": False})
    assert (answer.json["active"], answer.json["accesses"]) == (False, [])
    states = {row["id"]: row["state"] for row in rest.get(ROOT, ACCESSES).json["items"]}
    assert states["ml-ann"] == "REVOKED"
    assert states["dwh-ann"] == "WITHDRAWN"
    assert kinds(user=ANN) == ["withdrawn", "revoked", "user_deactivated"]


def test_activating_brings_nothing_back(rest):
    profile()
    granted(ANN, "ml")
    rest.patch(ROOT, f"{USERS}/{ANN}", {"active": False})
    answer = rest.patch(ROOT, f"{USERS}/{ANN}", {"active": True})
    assert (answer.json["active"], answer.json["accesses"]) == (True, [])
    assert kinds(user=ANN)[-1] == "user_activated"


def test_deactivating_the_last_owner_is_409_and_lists_the_modules(rest):
    external()
    external("lake")
    answer = rest.patch(ROOT, f"{USERS}/{OSCAR}", {"active": False})
    assert answer.told == (409, "precondition")
    assert "dwh, lake" in answer.json["detail"]
    assert User.objects.get(id=OSCAR).active


def test_an_administrator_forces_it_and_decides_from_then_on(rest):
    external()
    requested(ANN, "dwh")
    answer = rest.patch(ROOT, f"{USERS}/{OSCAR}", {"active": False, "force": True})
    assert answer.status == 200
    assert rest.post(ROOT, f"{ACCESSES}/dwh-ann/decision", {"approve": True}).status == 200


def test_force_by_anybody_but_an_administrator_is_403(rest):
    external()
    answer = rest.patch(token("users"), f"{USERS}/{OSCAR}", {"active": False, "force": True})
    assert answer.told == (403, "forbidden")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", f"{USERS}/{ANN}", {"name": "x"}),
        ("PUT", f"{USERS}/{ANN}/roles/EDIT_TASK", {}),
        ("DELETE", f"{USERS}/{ANN}/roles/EDIT_TASK", {}),
    ],
)
def test_who_may_not_manage_users_gets_404_or_403_by_what_they_see(rest, method, path, body):
    external()
    granted(ANN, "dwh")
    assert rest.send(SVEN, method, path, body).told == (404, "not-found")
    assert rest.send(ANN, method, path, body).told == (403, "forbidden")
    assert rest.send(OSCAR, method, path, body).told == (403, "forbidden")
    assert rest.send(token("read"), method, path, body).told == (403, "forbidden")


# the list


@pytest.mark.parametrize("scopes", [("users",), ("read",)])
def test_administrators_and_the_scopes_users_and_read_list_all_users(rest, scopes):
    everybody = sorted(User.objects.values_list("id", flat=True))
    assert rest.get(ROOT, USERS).ids == everybody
    assert rest.get(token(*scopes), USERS).ids == everybody


def test_others_list_themselves(rest):
    assert rest.get(ANN, USERS).ids == [ANN]
    assert rest.get(ANN, f"{USERS}?query=olga").ids == []


@pytest.mark.parametrize("scope", ["audit", "cluster", "act-for"])
def test_a_token_with_neither_users_nor_read_lists_nobody(rest, scope):
    assert rest.get(token(scope), USERS).told == (403, "forbidden")


@pytest.mark.parametrize("query", ["ИВАН", "иван", "iVaN@", "n@ex%C3%A4", "%2A.%28"])
def test_query_is_a_part_of_id_or_name_without_case(rest, query):
    user("ivan@exämple.com", name="Иван *.(")
    assert rest.get(ROOT, f"{USERS}?query={query}").ids == ["ivan@exämple.com"]


def test_role_filters_users(rest):
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    rest.put(ROOT, f"{USERS}/{BOB}/roles/MANAGE_DATA")
    assert rest.get(ROOT, f"{USERS}?role=EDIT_TASK").ids == [ANN]


def test_the_list_shows_what_get_user_shows(rest):
    external()
    granted(ANN, "dwh")
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    (listed,) = rest.get(ROOT, f"{USERS}?query=ann").json["items"]
    assert listed == rest.get(ROOT, f"{USERS}/{ANN}").json
    (listed,) = rest.get(token("users"), f"{USERS}?query=ann").json["items"]
    assert (listed["roles"], listed["accesses"]) == (["EDIT_TASK"], [])


def test_me_is_the_user_with_administrator_and_owner_of(rest):
    profile()
    external()
    me = rest.get(OLGA, "/api/v1/me").json
    user_form = rest.get(OLGA, f"{USERS}/{OLGA}").json
    assert me == user_form | {"administrator": False, "owner_of": ["ml"]}
    assert rest.get(OSCAR, "/api/v1/me").json["owner_of"] == ["dwh"]
    assert rest.get(ROOT, "/api/v1/me").json["administrator"] is True


def test_me_of_a_service_account_is_403_without_acting_for(rest):
    robot = token("act-for", "read")
    assert rest.get(robot, "/api/v1/me").told == (403, "forbidden")
    assert rest.get(robot, "/api/v1/me", x_acting_for=ANN).json["id"] == ANN


def test_acting_for_an_administrator_gives_no_rights_of_an_administrator(rest):
    robot = token("act-for")
    assert rest.get(robot, "/api/v1/me", x_acting_for=ROOT).json["administrator"] is False
    assert rest.get(robot, USERS, x_acting_for=ROOT).ids == [ROOT]
    assert rest.post(robot, USERS, NEW, x_acting_for=ROOT).told == (403, "forbidden")
