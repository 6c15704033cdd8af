"""Modules over REST: the rows "Modules" and "Small things" of the contract."""

import pytest
from rest_world import (
    ACCESSES,
    ANN,
    BOB,
    DAY,
    MODULES,
    NOW,
    OLGA,
    OSCAR,
    ROOT,
    SVEN,
    USERS,
    contributor,
    external,
    granted,
    kinds,
    profile,
    requested,
    token,
)

CREATOR = BOB
FORM = {
    "id": "lake",
    "kind": "external",
    "title": "",
    "description": "",
    "max_duration": None,
    "reason_required": False,
    "requestable": True,
    "review_days": None,
    "owner": None,
    "in_catalogue": False,
}
VALUES = {
    "title": "Data lake",
    "description": "All of it.\nEvery day.",
    "max_duration": "P30D",
    "reason_required": True,
    "requestable": False,
    "review_days": 90,
}


@pytest.fixture(autouse=True)
def creator(rest):
    rest.put(ROOT, f"{USERS}/{CREATOR}/roles/CREATE_EXT_DATAMODULE")


def test_an_unknown_id_is_registered_as_an_external_module(rest):
    answer = rest.put(ROOT, f"{MODULES}/lake", {})
    assert (answer.status, answer.json) == (201, FORM)
    assert answer.headers["Location"] == f"{MODULES}/lake"
    assert rest.get(SVEN, f"{MODULES}/lake").json == FORM
    assert kinds(module="lake") == ["module_created"]


def test_who_registers_it_by_the_role_becomes_its_owner(rest):
    assert rest.put(CREATOR, f"{MODULES}/lake", {}).status == 201
    (access,) = rest.get(CREATOR, f"{USERS}/{CREATOR}").json["accesses"]
    assert (access["types"], access["state"]) == (["OWNER"], "APPROVED")
    assert (access["decided_by"], access["effect"]) == (None, "none")
    assert rest.get(CREATOR, "/api/v1/me").json["owner_of"] == ["lake"]


@pytest.mark.parametrize("role", ["EDIT_TASK", "MANAGE_DATA", "PROCESS_ETL_TASK"])
def test_the_other_roles_give_no_right_here(rest, role):
    external()
    rest.put(ROOT, f"{USERS}/{SVEN}/roles/{role}")
    for module in ("lake", "dwh"):
        assert rest.put(SVEN, f"{MODULES}/{module}", {}).told == (403, "forbidden")
    assert rest.get(SVEN, USERS).ids == [SVEN]


def test_an_administrator_without_the_role_does_not_become_its_owner(rest):
    rest.put(ROOT, f"{MODULES}/lake", {})
    assert rest.get(ROOT, "/api/v1/me").json["owner_of"] == []


def test_put_replaces_all_values(rest):
    rest.put(ROOT, f"{MODULES}/lake", VALUES)
    answer = rest.get(ANN, f"{MODULES}/lake").json
    assert answer == FORM | VALUES
    again = rest.put(ROOT, f"{MODULES}/lake", {"title": "Lake"})
    assert (again.status, again.json) == (200, FORM | {"title": "Lake"})
    assert kinds(module="lake") == ["module_created", "module_changed"]


def test_the_same_values_again_say_nothing(rest):
    for _ in range(2):
        rest.put(ROOT, f"{MODULES}/lake", VALUES)
    assert kinds(module="lake") == ["module_created"]


@pytest.mark.parametrize("module_id", ["Lake", "a_b", "-a", "x" * 64, "a.b", "%D1%8F"])
def test_an_id_is_a_dns_label(rest, module_id):
    assert rest.put(ROOT, f"{MODULES}/{module_id}", {}).told == (422, "invalid")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"title": "x" * 254}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"description": "x" * 2_001}, "description"),
        ({"description": "a\0b"}, "description"),
        ({"max_duration": "P1M"}, "max_duration"),
        ({"requestable": "yes"}, "requestable"),
        ({"review_days": 0}, "review_days"),
        ({"review_days": 3_651}, "review_days"),
        ({"review_days": "90"}, "review_days"),
        ({"review_days": True}, "review_days"),
        ({"review_days": 10**30}, "review_days"),
        ({"kind": "profile"}, "kind"),
        ({"owner": None}, "owner"),
    ],
)
def test_other_values_are_422(rest, values, path):
    answer = rest.put(ROOT, f"{MODULES}/lake", values)
    assert (answer.told, answer.paths) == ((422, "invalid"), [path])


@pytest.mark.parametrize("who", [SVEN, ANN])
def test_the_put_of_a_stranger_is_403(rest, who):
    external()
    profile()
    for module in ("lake", "dwh", "ml"):
        assert rest.put(who, f"{MODULES}/{module}", {}).told == (403, "forbidden")


def test_a_put_on_a_name_of_the_catalogue_by_the_role_is_409(rest):
    profile()
    answer = rest.put(CREATOR, f"{MODULES}/ml", {})
    assert answer.told == (409, "exists")
    assert answer.json["id"] == "ml"


def test_the_role_does_not_change_other_modules(rest):
    external()
    assert rest.put(CREATOR, f"{MODULES}/dwh", {}).told == (403, "forbidden")


@pytest.mark.parametrize("who", [OLGA, ROOT])
def test_the_owner_and_an_administrator_change_a_profile_and_not_its_kind(rest, who):
    profile()
    answer = rest.put(who, f"{MODULES}/ml", VALUES)
    assert answer.status == 200
    assert answer.json["kind"] == "profile"


def test_a_service_account_changes_no_module(rest):
    external()
    robot = token("users", "read", "audit", "cluster", "act-for")
    assert rest.put(robot, f"{MODULES}/dwh", {}).told == (403, "forbidden")
    assert rest.put(robot, f"{MODULES}/dwh", VALUES, x_acting_for=OSCAR).status == 200


def test_a_module_that_is_not_requestable_is_deactivated(rest):
    external()
    rest.put(OSCAR, f"{MODULES}/dwh", {"requestable": False})
    order = {"module": "dwh", "types": ["READ"]}
    assert rest.post(ANN, f"{USERS}/{ANN}/accesses", order).told == (409, "precondition")


def test_a_profile_shows_its_owner_while_it_is_in_the_catalogue(rest):
    profile()
    profile("gone", in_catalogue=False)
    shown = rest.get(SVEN, f"{MODULES}/ml").json
    assert shown["owner"] == {"kind": "User", "name": OLGA}
    assert shown["in_catalogue"] is True
    gone = rest.get(SVEN, f"{MODULES}/gone")
    assert (gone.status, gone.json["in_catalogue"], gone.json["owner"]) == (200, False, None)


def test_an_unknown_module_is_404(rest):
    assert rest.get(ROOT, f"{MODULES}/nothing").told == (404, "not-found")
    assert rest.get(ROOT, f"{MODULES}/nothing/accesses").told == (404, "not-found")


def test_everybody_with_an_identity_lists_modules_by_id(rest):
    external("zoo")
    profile()
    external("ant")
    for who in (SVEN, token("cluster")):
        assert rest.get(who, MODULES).ids == ["ant", "ml", "zoo"]


def test_query_and_kind_filter_modules(rest):
    profile()
    external(title="Склад данных")
    assert rest.get(ANN, f"{MODULES}?kind=profile").ids == ["ml"]
    assert rest.get(ANN, f"{MODULES}?query=%D0%A1%D0%9A%D0%9B").ids == ["dwh"]
    assert rest.get(ANN, f"{MODULES}?query=M").ids == ["ml"]
    assert rest.get(ANN, f"{MODULES}?query=M&kind=external").ids == []
    assert rest.get(ANN, f"{MODULES}?kind=x").told == (422, "invalid")


# who has access to a module


def test_who_has_access_are_accesses_and_contributors_of_other_sources(rest):
    profile()
    granted(ANN, "ml", ["WRITE"], until=NOW + DAY, requested_at=NOW)
    granted(BOB, "ml", ["OWNER", "READ"])
    granted(SVEN, "ml", until=NOW)
    requested(ROOT, "ml")
    contributor("ml", "team", "admin", kind="Group", until=NOW + DAY)
    contributor("ml", OSCAR)
    contributor("ml", "past", until=NOW)
    answer = rest.get(OLGA, f"{MODULES}/ml/accesses").json
    assert answer["next"] is None
    assert answer["items"] == [
        {
            "kind": "User",
            "user": ANN,
            "role": "edit",
            "types": ["WRITE"],
            "until": "2026-06-02T12:00:00Z",
            "source": "portal",
            "access": "ml-ann",
        },
        {
            "kind": "User",
            "user": BOB,
            "role": "edit",
            "types": ["READ", "OWNER"],
            "until": None,
            "source": "portal",
            "access": "ml-bob",
        },
        {
            "kind": "Group",
            "user": "team",
            "role": "admin",
            "types": None,
            "until": "2026-06-02T12:00:00Z",
            "source": "config",
            "access": None,
        },
        {
            "kind": "User",
            "user": OSCAR,
            "role": "view",
            "types": None,
            "until": None,
            "source": "config",
            "access": None,
        },
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_who_has_access_join_both_parts(rest, limit):
    profile()
    for number in range(3):
        granted(f"held{number}", "ml", requested_at=NOW - number * DAY)
        contributor("ml", f"listed{number}")
    users = []
    path = f"{MODULES}/ml/accesses?limit={limit}"
    following = ""
    while following is not None:
        page = rest.get(OLGA, path + following).json
        users += [item["user"] for item in page["items"]]
        assert len(page["items"]) <= limit
        following = page["next"] and f"&cursor={page['next']}"
    assert users == [f"held{n}" for n in range(3)] + [f"listed{n}" for n in range(3)]


def test_who_has_access_is_for_owners_administrators_and_the_scope_read(rest):
    profile()
    granted(ANN, "ml")
    path = f"{MODULES}/ml/accesses"
    for who in (OLGA, ROOT, token("read", name="r")):
        assert rest.get(who, path).status == 200
    for who in (ANN, SVEN, token("users", name="u"), token("audit", name="a")):
        assert rest.get(who, path).told == (403, "forbidden")


@pytest.mark.parametrize("who", [OLGA, OSCAR])
def test_a_module_whose_owner_is_a_group_has_no_owner_who_decides(rest, who):
    profile(owner_kind="Group", owner="group")
    requested(ANN, "ml")
    decision = {"approve": True}
    assert rest.post(who, f"{ACCESSES}/ml-ann/decision", decision).told == (404, "not-found")
    assert rest.post(ROOT, f"{ACCESSES}/ml-ann/decision", decision).status == 200
