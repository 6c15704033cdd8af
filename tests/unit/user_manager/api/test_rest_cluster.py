"""The document for the cluster and its answer: the rows "PMR" and "Cluster" of the contract."""

import hashlib
import json
from typing import Any

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
    ended,
    external,
    granted,
    kinds,
    profile,
    requested,
    token,
)

from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.pmr_document import LeftOut, PmrDocument
from user_manager.domain.policy import Policy
from user_manager.models import Access, CatalogueConflict, Module, User
from user_manager.services import publishing
from user_manager.services.sweeping import sweep

PMR = "/api/v1/pmr"
CLUSTER = "/api/v1/cluster"


@pytest.fixture
def robot(rest) -> str:
    return token("cluster", name="cluster")


@pytest.fixture(autouse=True)
def profiles(rest):
    profile()
    external()


def publish(rest, robot) -> str:
    """Publish the document of now, and return its revision."""
    return rest.get(robot, PMR).headers["ETag"].strip('"')


def answer(rest, robot, revision: str, **values: Any):
    return rest.put(robot, CLUSTER, {"revision": revision} | values)


def effect(rest, access_id: str) -> tuple[str, str]:
    access = rest.get(ROOT, f"{ACCESSES}/{access_id}").json
    return access["effect"], access["effect_detail"]


def listed(name: str, owner: str = OLGA, **values: Any) -> dict[str, Any]:
    """Return a profile of a catalogue."""
    return {
        "name": name,
        "owner": {"kind": "User", "name": owner},
        "open": True,
        "contributors": [],
    } | values


# the document


def test_the_document_is_the_canonical_json_and_the_etag_its_digest(rest, robot):
    profile("web")
    granted("яна", "ml", ["OWNER"])
    granted(ANN, "ml", ["READ"], until=NOW + DAY)
    granted(BOB, "web", ["WRITE"])
    published = rest.get(robot, PMR)
    assert (
        published.content
        == (
            '{"profiles":[{"contributors":['
            '{"name":"ann@example.com","role":"view","until":"2026-06-02T12:00:00Z"},'
            '{"name":"яна","role":"edit"}],"name":"ml"},'
            '{"contributors":[{"name":"bob@example.com","role":"edit"}],"name":"web"}]}'
        ).encode()
    )
    digest = hashlib.sha256(published.content).hexdigest()[:16]
    assert published.headers["ETag"] == f'"{digest}"'


def test_without_accesses_there_are_no_profiles(rest, robot):
    assert rest.get(robot, PMR).json == {"profiles": []}


def test_it_has_current_accesses_of_active_users_to_profiles_of_the_catalogue(rest, robot):
    profile("gone", in_catalogue=False)
    requested(ANN, "ml")
    granted(BOB, "ml", until=NOW)
    granted(OSCAR, "gone")
    ended(SVEN, "ml")
    granted(ROOT, "ml")
    User.objects.filter(id=ROOT).update(active=False)
    assert rest.get(robot, PMR).json == {"profiles": []}


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_if_none_match_is_304_without_a_body(rest, robot, form):
    granted(ANN, "ml")
    revision = publish(rest, robot)
    unchanged = rest.get(robot, PMR, if_none_match=form.format(revision))
    assert (unchanged.status, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == f'"{revision}"'


def test_another_revision_is_200(rest, robot):
    assert rest.get(robot, PMR, if_none_match='"0123456789abcdef"').status == 200


def test_an_end_changes_the_document_without_a_sweep(rest, robot, clock):
    granted(ANN, "ml", until=NOW + DAY)
    before = publish(rest, robot)
    clock.now = NOW + DAY
    assert rest.get(robot, PMR, if_none_match=f'"{before}"').json == {"profiles": []}


def test_a_304_keeps_which_events_the_revision_contains(rest, robot):
    """OWNER to WRITE is the same role: another event and the same revision."""
    granted(ANN, "ml", ["OWNER", "WRITE"])
    revision = publish(rest, robot)
    rest.delete(ANN, f"{USERS}/{ANN}/accesses/ml?types=OWNER")
    answer(rest, robot, revision, applied=["ml"])
    assert effect(rest, "ml-ann") == ("waiting", "")
    assert rest.get(robot, PMR, if_none_match=f'"{revision}"').status == 304
    answer(rest, robot, revision, applied=["ml"])
    assert effect(rest, "ml-ann") == ("in_effect", "")


def test_what_no_document_can_have_is_left_out_with_effect_refused(rest, robot, monkeypatch):
    granted(ANN, "ml", effect="waiting")
    left_out = LeftOut("ml", ANN, "this name does not pass")
    document = PmrDocument(b'{"profiles":[]}', "0123456789abcdef", (left_out,))
    monkeypatch.setattr(publishing, "cluster_document", lambda _: document)
    for _ in range(2):
        publish(rest, robot)
        assert effect(rest, "ml-ann") == ("refused", "this name does not pass")
        answer(rest, robot, "0123456789abcdef", applied=["ml"])
        assert effect(rest, "ml-ann") == ("refused", "this name does not pass")
    assert kinds(access="ml-ann") == ["refused"]


def test_the_document_and_the_answer_are_for_the_scope_cluster_alone(rest, robot):
    others = [ROOT, OLGA, token("users", "read", "audit", "act-for")]
    for who in others:
        assert rest.get(who, PMR).told == (403, "forbidden")
        assert answer(rest, who, "x").told == (403, "forbidden")
    both = token("cluster", "act-for", name="both")
    assert rest.get(both, PMR, x_acting_for=ROOT).told == (403, "forbidden")


# the answer


def test_applied_is_in_effect_and_says_when(rest, robot):
    granted(ANN, "ml", effect="unknown")
    assert answer(rest, robot, publish(rest, robot), applied=["ml"]).status == 204
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (access["effect"], access["applied_at"]) == ("in_effect", "2026-06-01T12:00:00Z")
    assert kinds(access="ml-ann") == ["in_effect"]


def test_the_same_answer_again_changes_nothing(rest, robot, clock):
    granted(ANN, "ml", effect="unknown")
    revision = publish(rest, robot)
    answer(rest, robot, revision, applied=["ml"])
    clock.now = NOW + DAY
    answer(rest, robot, revision, applied=["ml"])
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert access["applied_at"] == "2026-06-01T12:00:00Z"
    assert kinds(access="ml-ann") == ["in_effect"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pending": {"ml": "later"}}, ("waiting", "later")),
        ({"failed": {"ml": "broken"}}, ("waiting", "broken")),
        ({}, ("waiting", "")),
        ({"problem": "the document is wrong"}, ("waiting", "the document is wrong")),
        (
            {"refused": [{"profile": "ml", "name": ANN, "reason": "ml is not open"}]},
            ("refused", "ml is not open"),
        ),
        ({"applied": ["web"]}, ("waiting", "")),
    ],
)
def test_the_answer_sets_effect_and_detail(rest, robot, values, expected):
    granted(ANN, "ml", effect="unknown")
    answer(rest, robot, publish(rest, robot), **values)
    assert effect(rest, "ml-ann") == expected


def test_a_refusal_concerns_one_person(rest, robot):
    granted(ANN, "ml", effect="unknown")
    granted(BOB, "ml", effect="unknown")
    refused = [{"profile": "ml", "name": ANN, "reason": "no"}]
    answer(rest, robot, publish(rest, robot), applied=["ml"], refused=refused)
    assert effect(rest, "ml-ann") == ("refused", "no")
    assert effect(rest, "ml-bob") == ("in_effect", "")
    assert kinds(access="ml-ann") == ["refused"]


@pytest.mark.parametrize("how", ["revoked", "over"])
def test_what_ended_is_ending_until_the_answer_and_then_ended(rest, robot, clock, how):
    granted(ANN, "ml", until=NOW + DAY)
    if how == "revoked":
        rest.delete(ANN, f"{USERS}/{ANN}/accesses/ml")
    else:
        clock.now = NOW + DAY
    assert effect(rest, "ml-ann") == ("ending", "")
    revision = publish(rest, robot)
    for values in ({"pending": {"ml": "later"}}, {"failed": {"ml": "later"}}):
        answer(rest, robot, revision, **values)
        assert rest.get(ANN, f"{ACCESSES}/ml-ann").json["effect"] == "ending"
    answer(rest, robot, revision)
    assert effect(rest, "ml-ann") == ("ended", "")
    sweep(Call(SYSTEM, clock.now, Policy()))
    assert effect(rest, "ml-ann") == ("ended", "")
    assert kinds(access="ml-ann", kind="ended") == ["ended"]


def test_what_expired_before_the_document_and_is_swept_after_it_is_ended(rest, robot, clock):
    granted(ANN, "ml", until=NOW + DAY)
    clock.now = NOW + DAY
    revision = publish(rest, robot)
    sweep(Call(SYSTEM, clock.now, Policy()))
    answer(rest, robot, revision)
    assert effect(rest, "ml-ann") == ("ended", "")


def test_an_answer_speaks_of_its_revision_alone(rest, robot):
    granted(ANN, "ml", effect="waiting")
    old = publish(rest, robot)
    requested(BOB, "ml", access_id="new")
    rest.post(OLGA, f"{ACCESSES}/new/decision", {"approve": True})
    rest.delete(ANN, f"{USERS}/{ANN}/accesses/ml")
    answer(rest, robot, old, applied=["ml"])
    assert effect(rest, "new") == ("waiting", "")
    assert effect(rest, "ml-ann") == ("ending", "")
    answer(rest, robot, publish(rest, robot), applied=["ml"])
    assert effect(rest, "new") == ("in_effect", "")
    assert effect(rest, "ml-ann") == ("ended", "")


def test_before_any_answer_the_effect_is_unknown_and_waiting_after_one(rest, robot):
    requested(ANN, "ml")
    requested(BOB, "ml")
    revision = publish(rest, robot)
    rest.post(OLGA, f"{ACCESSES}/ml-ann/decision", {"approve": True})
    assert effect(rest, "ml-ann") == ("unknown", "")
    answer(rest, robot, revision)
    assert effect(rest, "ml-ann") == ("waiting", "")
    rest.post(OLGA, f"{ACCESSES}/ml-bob/decision", {"approve": True})
    assert effect(rest, "ml-bob") == ("waiting", "")


def test_an_unknown_revision_is_409_and_nothing_is_taken(rest, robot):
    granted(ANN, "ml", effect="unknown")
    catalogue = [listed("web")]
    refused = answer(rest, robot, "0123456789abcdef", applied=["ml"], catalogue=catalogue)
    assert refused.told == (409, "precondition")
    assert effect(rest, "ml-ann") == ("unknown", "")
    assert rest.get(ANN, f"{MODULES}/web").status == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "revision"),
        ({"revision": ""}, "revision"),
        ({"revision": None}, "revision"),
        ({"revision": "x", "applied": "ml"}, "applied"),
        ({"revision": "x", "pending": {"ml": 1}}, "pending.ml"),
        ({"revision": "x", "refused": [{"profile": "ml"}]}, "refused[0].name"),
        ({"revision": "x", "catalogue": None}, "catalogue"),
        ({"revision": "x", "catalogue": [{"name": "A"}]}, "catalogue[0].name"),
    ],
)
def test_what_does_not_fit_is_422(rest, robot, body, path):
    refused = rest.put(robot, CLUSTER, body)
    assert refused.told == (422, "invalid")
    assert path in refused.paths


def test_a_problem_needs_no_revision_and_unknown_keys_are_ignored(rest, robot):
    body = {"revision": "", "problem": "away", "newer": {"x": 1}}
    assert rest.put(robot, CLUSTER, body).status == 204


# the catalogue


def test_the_catalogue_makes_profiles_with_owners_and_contributors(rest, robot):
    contributors = [
        {"kind": "User", "name": BOB, "role": "edit", "until": None, "source": "config"},
        {"kind": "Group", "name": "team", "role": "view", "until": "2027-01-01T00:00:00Z"},
    ]
    catalogue = [listed("web", ANN, contributors=contributors), listed("ml")]
    assert answer(rest, robot, publish(rest, robot), catalogue=catalogue).status == 204
    web = rest.get(SVEN, f"{MODULES}/web").json
    assert (web["kind"], web["in_catalogue"]) == ("profile", True)
    assert web["owner"] == {"kind": "User", "name": ANN}
    items = rest.get(ANN, f"{MODULES}/web/accesses").json["items"]
    assert [(item["kind"], item["user"], item["role"]) for item in items] == [
        ("Group", "team", "view"),
        ("User", BOB, "edit"),
    ]


def test_an_absent_catalogue_keeps_the_last_one_and_an_empty_one_does_not(rest, robot):
    answer(rest, robot, publish(rest, robot))
    assert rest.get(ANN, f"{MODULES}/ml").json["in_catalogue"] is True
    answer(rest, robot, publish(rest, robot), catalogue=[])
    assert rest.get(ANN, f"{MODULES}/ml").json["in_catalogue"] is False


def test_a_name_that_an_external_module_has_is_left_out_and_kept_for_administrators(rest, robot):
    answer(rest, robot, publish(rest, robot), catalogue=[listed("dwh"), listed("ml")])
    assert rest.get(ANN, f"{MODULES}/dwh").json["kind"] == "external"
    assert list(CatalogueConflict.objects.values_list("name", flat=True)) == ["dwh"]
    answer(rest, robot, publish(rest, robot), catalogue=[listed("ml")])
    assert not CatalogueConflict.objects.exists()


def test_what_people_set_of_a_profile_stays(rest, robot):
    rest.put(OLGA, f"{MODULES}/ml", {"title": "Machine learning", "max_duration": "P9D"})
    answer(rest, robot, publish(rest, robot), catalogue=[listed("ml", ANN)])
    shown = rest.get(ANN, f"{MODULES}/ml").json
    assert (shown["title"], shown["max_duration"]) == ("Machine learning", "P9D")
    assert shown["owner"]["name"] == ANN


def test_a_profile_that_is_not_open_cannot_be_asked_for(rest, robot):
    answer(rest, robot, publish(rest, robot), catalogue=[listed("ml", open=False)])
    order = {"module": "ml", "types": ["READ"]}
    assert rest.post(ANN, f"{USERS}/{ANN}/accesses", order).told == (409, "precondition")
    answer(rest, robot, publish(rest, robot), catalogue=[listed("ml")])
    assert rest.post(ANN, f"{USERS}/{ANN}/accesses", order).status == 201


def test_accesses_to_a_profile_that_left_stay_approved_with_effect_refused(rest, robot):
    granted(ANN, "ml")
    answer(rest, robot, publish(rest, robot), applied=["ml"], catalogue=[])
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (access["state"], access["effect"]) == ("APPROVED", "refused")
    assert access["effect_detail"] == "The profile is not in the catalogue of the cluster."
    assert rest.get(robot, PMR).json == {"profiles": []}
    answer(rest, robot, publish(rest, robot))
    assert effect(rest, "ml-ann")[0] == "refused"


def test_a_profile_that_comes_back_soon_is_applied_again(rest, robot, clock):
    granted(ANN, "ml")
    answer(rest, robot, publish(rest, robot), catalogue=[])
    clock.now = NOW + 29 * DAY
    sweep(Call(SYSTEM, clock.now, Policy()))
    answer(rest, robot, publish(rest, robot), applied=["ml"], catalogue=[listed("ml")])
    assert effect(rest, "ml-ann") == ("waiting", "")
    answer(rest, robot, publish(rest, robot), applied=["ml"])
    assert effect(rest, "ml-ann") == ("in_effect", "")


def test_a_profile_that_comes_back_with_another_owner_has_no_accesses(rest, robot):
    granted(ANN, "ml")
    answer(rest, robot, publish(rest, robot), catalogue=[])
    answer(rest, robot, publish(rest, robot), catalogue=[listed("ml", BOB)])
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (access["state"], access["ended_by"]) == ("REVOKED", "token:cluster")


def test_another_owner_of_a_profile_that_stayed_ends_nothing(rest, robot):
    granted(ANN, "ml")
    answer(rest, robot, publish(rest, robot), catalogue=[listed("ml", BOB)])
    assert rest.get(ANN, f"{ACCESSES}/ml-ann").json["state"] == "APPROVED"


def test_a_profile_that_is_absent_for_30_days_has_no_accesses(rest, robot, clock):
    granted(ANN, "ml")
    answer(rest, robot, publish(rest, robot), catalogue=[])
    clock.now = NOW + 30 * DAY
    assert sweep(Call(SYSTEM, clock.now, Policy())) == 1
    assert sweep(Call(SYSTEM, clock.now, Policy())) == 0
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (access["state"], access["ended_at"]) == ("REVOKED", "2026-07-01T12:00:00Z")


def test_an_answer_about_many_accesses_is_taken(rest, robot):
    people = [User(id=f"u{n}", key=f"u{n}", name="x", created_at=NOW) for n in range(2_000)]
    User.objects.bulk_create(people)
    Access.objects.bulk_create(
        Access(
            id=person.id,
            user=person,
            module_id="ml",
            types=1,
            asked_types=1,
            state="APPROVED",
            effect="in_effect",
            requested_by=person.id,
            requested_at=NOW,
            pending_until=NOW,
            decided_at=NOW,
        )
        for person in people
    )
    revision = publish(rest, robot)
    assert len(json.loads(rest.get(robot, PMR).content)["profiles"][0]["contributors"]) == 2_000
    assert answer(rest, robot, revision, applied=["ml"]).status == 204
    assert Module.objects.get(id="ml").in_catalogue
