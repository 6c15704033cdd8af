"""AddAccess over REST: its row in the contract, and "Duplicates"."""

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
    ended,
    external,
    granted,
    kinds,
    profile,
    requested,
    token,
)

from user_manager.models import Access, User

PATH = f"{USERS}/{ANN}/accesses"
READ = {"module": "ml", "types": ["READ"]}


@pytest.fixture(autouse=True)
def modules(rest):
    profile()
    external()


def test_add_access_is_201_pending_with_its_location(rest):
    answer = rest.post(ANN, PATH, READ)
    access = answer.json
    assert answer.status == 201
    assert answer.headers["Location"] == f"{ACCESSES}/{access['id']}"
    assert (access["state"], access["until"], access["effect"]) == ("PENDING", None, "none")
    assert access["pending_until"] == "2026-06-15T12:00:00Z"
    absent = ("reason", "duration", "decided_by", "decided_at", "comment", "ended_at", "applied_at")
    assert [access[name] for name in absent] == [None] * len(absent)
    assert access["effect_detail"] == ""
    assert kinds() == ["requested"]


def test_ids_of_the_server_are_uuids_in_lower_case(rest):
    access_id = rest.post(ANN, PATH, READ).json["id"]
    assert len(access_id) == 36
    assert access_id == access_id.lower()


@pytest.mark.parametrize("access_id", ["a", "A.b_c-9", "x" * 64])
def test_the_client_may_choose_an_id(rest, access_id):
    assert rest.post(ANN, PATH, READ | {"id": access_id}).json["id"] == access_id


@pytest.mark.parametrize("access_id", ["", "x" * 65, "a b", "a/b", "ä", ".", "..", "a\n", 5])
def test_other_ids_are_422(rest, access_id):
    answer = rest.post(ANN, PATH, READ | {"id": access_id})
    assert (answer.told, answer.paths) == ((422, "invalid"), ["id"])


def test_the_same_id_and_body_is_200_and_the_first_answer(rest):
    order = READ | {"id": "mine", "reason": "x", "duration": "P1W"}
    first = rest.post(ANN, PATH, order)
    again = rest.post(ANN, PATH, order | {"duration": "P7D", "types": ["READ", "READ"]})
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert Access.objects.filter(user=ANN).count() == 1


def test_the_same_id_and_body_is_200_after_the_decision_and_the_end(rest):
    order = READ | {"id": "mine"}
    rest.post(ANN, PATH, order)
    rest.post(OLGA, f"{ACCESSES}/mine/decision", {"approve": True})
    assert rest.post(ANN, PATH, order).json["state"] == "APPROVED"
    rest.post(ANN, f"{ACCESSES}/mine/revoke")
    again = rest.post(ANN, PATH, order)
    assert (again.status, again.json["state"]) == (200, "REVOKED")


@pytest.mark.parametrize(
    "change",
    [
        {"types": ["WRITE"]},
        {"module": "dwh"},
        {"reason": "y"},
        {"duration": "P8D"},
        {"duration": None},
    ],
)
def test_the_same_id_and_another_body_is_409_exists(rest, change):
    order = READ | {"id": "mine", "reason": "x", "duration": "P7D"}
    rest.post(ANN, PATH, order)
    answer = rest.post(ANN, PATH, order | change)
    assert answer.told == (409, "exists")
    assert answer.json["id"] == "mine"


def test_the_same_id_and_approve_besides_is_another_body(rest):
    order = READ | {"id": "mine"}
    rest.post(OLGA, PATH, order)
    assert rest.post(OLGA, PATH, order | {"approve": True}).told == (409, "exists")
    at_once = READ | {"module": "dwh", "id": "other", "approve": True}
    assert rest.post(OSCAR, PATH, at_once).status == 201
    assert rest.post(OSCAR, PATH, at_once).status == 200


def test_the_same_id_for_another_user_is_409(rest):
    rest.post(ANN, PATH, READ | {"id": "mine"})
    answer = rest.post(BOB, f"{USERS}/{BOB}/accesses", READ | {"id": "mine"})
    assert answer.told == (409, "exists")


def test_a_second_request_is_409_with_the_id_of_the_first(rest):
    first = rest.post(ANN, PATH, READ).json["id"]
    answer = rest.post(ANN, PATH, READ | {"types": ["OWNER"]})
    assert answer.told == (409, "exists")
    assert answer.json["id"] == first


@pytest.mark.parametrize("types", [["READ"], ["WRITE"], ["READ", "WRITE"]])
def test_types_that_are_held_are_409_with_the_id(rest, types):
    granted(ANN, "ml", ["WRITE"])
    answer = rest.post(ANN, PATH, READ | {"types": types})
    assert answer.told == (409, "exists")
    assert answer.json["id"] == "ml-ann"


def test_more_than_is_held_is_a_new_access_that_replaces_the_old_one(rest):
    granted(ANN, "ml", ["READ"])
    new = rest.post(ANN, PATH, READ | {"types": ["WRITE"]}).json
    rest.post(OLGA, f"{ACCESSES}/{new['id']}/decision", {"approve": True})
    old = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (old["state"], old["ended_by"], old["effect"]) == ("REVOKED", OLGA, "ending")
    assert rest.get(ANN, f"{USERS}/{ANN}").json["accesses"][0]["types"] == ["WRITE"]


def test_held_types_with_a_later_end_are_a_renewal(rest):
    granted(ANN, "ml", ["WRITE"], until=NOW + DAY)
    earlier = READ | {"until": "2026-06-02T12:00:00Z"}
    assert rest.post(ANN, PATH, earlier).told == (409, "exists")
    assert rest.post(ANN, PATH, READ | {"until": "2026-06-02T12:00:01Z"}).status == 201


def test_a_renewal_has_what_was_asked_and_nothing_of_the_old_one(rest):
    granted(ANN, "ml", ["WRITE"], until=NOW + DAY)
    new = rest.post(ANN, PATH, READ | {"duration": "P9D"}).json["id"]
    decided = rest.post(OLGA, f"{ACCESSES}/{new}/decision", {"approve": True}).json
    assert (decided["types"], decided["until"]) == (["READ"], "2026-06-10T12:00:00Z")
    assert rest.get(ANN, f"{ACCESSES}/ml-ann").json["state"] == "REVOKED"
    assert [access["id"] for access in rest.get(ANN, f"{USERS}/{ANN}").json["accesses"]] == [new]


def test_a_renewal_without_an_end_is_later_than_any_end(rest):
    granted(ANN, "ml", ["READ"], until=NOW + DAY)
    assert rest.post(ANN, PATH, READ).status == 201


def test_a_denied_or_ended_access_does_not_count(rest):
    ended(ANN, "ml")
    assert rest.post(ANN, PATH, READ).status == 201


def test_an_expired_request_or_access_does_not_count_and_its_event_is_written(rest):
    granted(ANN, "ml", until=NOW, decided_at=NOW - 2 * DAY)
    requested(ANN, "dwh", pending_until=NOW)
    assert rest.post(ANN, PATH, READ).status == 201
    assert rest.post(ANN, PATH, READ | {"module": "dwh"}).status == 201
    assert kinds() == ["expired", "requested"] * 2


@pytest.mark.parametrize("duration", ["P30D", "PT8H", "P1W", "P1DT1S"])
def test_a_duration_is_weeks_days_hours_minutes_and_seconds(rest, duration):
    assert rest.post(ANN, PATH, READ | {"duration": duration}).status == 201


@pytest.mark.parametrize("duration", ["P1M", "P1Y", "P", "PT", "P0D", "-P1D", "P1.5D", "1D", 5])
def test_other_durations_are_422(rest, duration):
    answer = rest.post(ANN, PATH, READ | {"duration": duration})
    assert (answer.told, answer.paths) == ((422, "invalid"), ["duration"])


@pytest.mark.parametrize(
    ("given", "printed"), [("PT24H", "P1D"), ("P1W", "P7D"), ("PT90M", "PT1H30M")]
)
def test_durations_are_printed_canonically(rest, given, printed):
    assert rest.post(ANN, PATH, READ | {"duration": given}).json["duration"] == printed


@pytest.mark.parametrize(
    "until",
    [
        "2026-06-01T12:00:00Z",
        "2020-01-01T00:00:00Z",
        "2026-12-31",
        "2026-12-31T00:00:00",
        "2026-13-31T00:00:00Z",
        "99999-12-31T00:00:00Z",
        "x",
        1_800_000_000,
    ],
)
def test_a_past_naive_or_wrong_end_is_422(rest, until):
    answer = rest.post(ANN, PATH, READ | {"until": until})
    assert (answer.told, answer.paths) == ((422, "invalid"), ["until"])


def test_an_end_with_any_offset_is_taken_and_shown_in_utc_when_it_is_approved(rest):
    order = READ | {"until": "2026-12-31T18:00:00+03:00", "approve": True}
    assert rest.post(OLGA, PATH, order).json["until"] == "2026-12-31T15:00:00Z"


def test_duration_with_until_is_422(rest):
    order = READ | {"until": "2026-12-31T00:00:00Z", "duration": "P1D"}
    assert rest.post(ANN, PATH, order).told == (422, "invalid")


@pytest.mark.parametrize("types", [[], ["READ", "WRITE", "OWNER", "READ"], ["read"], "READ", [0]])
def test_types_are_1_to_3_names(rest, types):
    assert rest.post(ANN, PATH, READ | {"types": types}).told == (422, "invalid")


def test_types_fold_and_are_sorted(rest):
    order = READ | {"types": ["OWNER", "READ", "OWNER"]}
    assert rest.post(ANN, PATH, order).json["types"] == ["READ", "OWNER"]


@pytest.mark.parametrize("name", ["reason"])
def test_texts_have_at_most_2000_characters(rest, name):
    assert rest.post(ANN, PATH, READ | {name: "x" * 2_001}).paths == [name]
    assert rest.post(ANN, PATH, READ | {name: "x" * 2_000}).status == 201


def test_without_an_end_under_a_limit_the_limit_is_taken_from_approval(rest, clock):
    rest.put(OLGA, f"{MODULES}/ml", {"max_duration": "P10D"})
    access_id = rest.post(ANN, PATH, READ).json["id"]
    clock.now = NOW + DAY
    decided = rest.post(OLGA, f"{ACCESSES}/{access_id}/decision", {"approve": True}).json
    assert decided["until"] == "2026-06-12T12:00:00Z"


@pytest.mark.parametrize("time", [{"duration": "P11D"}, {"until": "2026-06-11T12:00:01Z"}])
def test_more_than_max_duration_is_422(rest, time):
    rest.put(OLGA, f"{MODULES}/ml", {"max_duration": "P10D"})
    assert rest.post(ANN, PATH, READ | time).told == (422, "invalid")


def test_the_setting_is_a_limit_too(rest, configure):
    configure(longest_duration="P5D")
    assert rest.post(ANN, PATH, READ | {"duration": "P6D"}).told == (422, "invalid")


def test_a_missing_reason_that_is_required_is_409(rest, configure):
    rest.put(OLGA, f"{MODULES}/ml", {"reason_required": True})
    assert rest.post(ANN, PATH, READ).told == (409, "precondition")
    assert rest.post(ANN, PATH, READ | {"reason": "  "}).told == (409, "precondition")
    assert rest.post(ANN, PATH, READ | {"reason": "x"}).status == 201
    configure(reason_required="true")
    assert rest.post(ANN, PATH, READ | {"module": "dwh"}).told == (409, "precondition")


def test_a_module_that_is_not_requestable_is_409(rest):
    rest.put(OSCAR, f"{MODULES}/dwh", {"requestable": False})
    assert rest.post(ANN, PATH, READ | {"module": "dwh"}).told == (409, "precondition")


def test_a_profile_that_left_the_catalogue_is_409_even_when_it_is_requestable(rest):
    profile("gone", in_catalogue=False)
    rest.put(ROOT, f"{MODULES}/gone", {"requestable": True})
    assert rest.post(ANN, PATH, READ | {"module": "gone"}).told == (409, "precondition")


def test_a_profile_that_is_not_open_is_409(rest):
    profile("closed", is_open=False)
    assert rest.post(ANN, PATH, READ | {"module": "closed"}).told == (409, "precondition")


def test_a_deactivated_user_is_409(rest):
    User.objects.filter(id=ANN).update(active=False)
    assert rest.post(ROOT, PATH, READ).told == (409, "precondition")


def test_an_unknown_module_is_404(rest):
    assert rest.post(ANN, PATH, READ | {"module": "nothing"}).told == (404, "not-found")


def test_for_somebody_whom_the_caller_cannot_see_it_is_404(rest):
    unseen = rest.post(SVEN, PATH, READ)
    unknown = rest.post(SVEN, f"{USERS}/nobody/accesses", READ)
    assert (unseen.told, unknown.told) == ((404, "not-found"), (404, "not-found"))


def test_for_somebody_whom_the_caller_sees_it_is_403(rest):
    granted(ANN, "dwh")
    assert rest.post(OSCAR, PATH, READ).told == (403, "forbidden")


@pytest.mark.parametrize("who", [OLGA, ROOT])
def test_an_owner_or_administrator_asks_for_somebody_else_as_requested_by(rest, who):
    assert rest.post(who, PATH, READ).json["requested_by"] == who


def test_an_owner_adds_somebody_at_once_in_one_transaction(rest):
    answer = rest.post(OLGA, PATH, READ | {"approve": True})
    access = answer.json
    assert (answer.status, access["state"], access["effect"]) == (201, "APPROVED", "unknown")
    assert (access["requested_by"], access["decided_by"]) == (OLGA, OLGA)
    assert kinds() == ["requested", "approved"]


def test_nobody_adds_themselves_at_once(rest):
    granted(BOB, "ml", ["OWNER"])
    path = f"{USERS}/{BOB}/accesses"
    order = READ | {"module": "dwh", "approve": True}
    assert rest.post(BOB, path, order).told == (403, "forbidden")
    assert kinds() == []


def test_with_four_eyes_nobody_adds_somebody_at_once(rest, configure):
    configure(four_eyes="true")
    assert rest.post(OLGA, PATH, READ | {"approve": True}).told == (403, "forbidden")


@pytest.mark.parametrize("role", ["edit", "admin"])
def test_a_contributor_of_the_catalogue_with_the_role_is_409_exists_without_an_id(rest, role):
    contributor("ml", ANN, role)
    answer = rest.post(ANN, PATH, READ | {"types": ["OWNER"]})
    assert answer.told == (409, "exists")
    assert answer.json["id"] is None


def test_the_owner_in_the_catalogue_is_409_exists(rest):
    answer = rest.post(OLGA, f"{USERS}/{OLGA}/accesses", READ)
    assert answer.told == (409, "exists")
    assert answer.json["id"] is None


def test_a_contributor_with_a_lower_role_is_409_precondition_with_the_source(rest):
    contributor("ml", ANN, "view", source="hr-system")
    answer = rest.post(ANN, PATH, READ | {"types": ["WRITE"]})
    assert answer.told == (409, "precondition")
    assert "hr-system" in answer.json["detail"]


def test_of_several_sources_the_highest_role_counts(rest):
    contributor("ml", ANN, "view", source="a")
    contributor("ml", ANN, "edit", source="b")
    assert rest.post(ANN, PATH, READ | {"types": ["WRITE"]}).told == (409, "exists")


def test_a_contributor_whose_time_is_over_may_ask(rest):
    contributor("ml", ANN, "edit", until=NOW)
    assert rest.post(ANN, PATH, READ).status == 201


def test_too_many_open_requests_of_one_person_are_429(rest, configure):
    configure(open_requests="2")
    for number in range(3):
        external(f"lake-{number}", None)
    for number in range(2):
        rest.post(ANN, PATH, READ | {"module": f"lake-{number}"})
    answer = rest.post(ANN, PATH, READ | {"module": "lake-2"})
    assert answer.told == (429, "too-many")
    assert int(answer.headers["Retry-After"]) > 0


def test_open_requests_count_by_requested_by_and_not_when_they_expired(rest, configure):
    configure(open_requests="1")
    requested(ANN, "dwh", requested_by=OSCAR)
    requested(BOB, "dwh", requested_by=ANN, pending_until=NOW)
    assert rest.post(ANN, PATH, READ).status == 201


def test_a_service_account_asks_for_the_person_whom_it_acts_for(rest):
    robot = token("act-for")
    assert rest.post(robot, PATH, READ).told == (403, "forbidden")
    access = rest.post(robot, PATH, READ, x_acting_for=ANN).json
    assert (access["requested_by"], access["acting_for"]) == (ANN, None)


@pytest.mark.parametrize("key", ["unknown", "state", "user"])
def test_unknown_keys_are_refused(rest, key):
    answer = rest.post(ANN, PATH, READ | {key: "x"})
    assert (answer.told, answer.paths) == ((422, "invalid"), [key])
