"""Who calls over REST: the header, a JWT or a token of a service account, and nothing else."""

import pytest
from django.test import Client
from rest_world import ANN, NOW, OLGA, OSCAR, ROOT, SVEN, USERS, external, token

from json_web_tokens import jwt_settings, token_of
from user_manager.models import Token, User

ME = "/api/v1/me"
ANNA = "анна@example.com"
NEW = {"id": "new@example.com", "name": "New"}


def in_bytes(text):
    """Return the UTF-8 of a text as WSGI carries it."""
    return text.encode().decode("latin-1")


# a person behind the mesh


def test_a_header_has_an_id_in_utf_8(rest):
    assert rest.get(ANNA, ME).json["id"] == ANNA


def test_the_name_and_the_prefix_of_the_header_are_settings(rest, configure):
    configure(identity_header="X-Goog-User", identity_prefix="accounts:")
    assert rest.get(None, ME, x_goog_user=f"accounts:{ANN}").json["id"] == ANN
    assert rest.get(None, ME, x_goog_user=ANN).told == (401, "unauthenticated")
    assert rest.get(ANN, ME).told == (401, "unauthenticated")


def test_the_peer_is_the_address_of_the_connection(rest):
    forwarded = {"x_forwarded_for": "127.0.0.1", "x_real_ip": "127.0.0.1"}
    answer = rest.send(ANN, "GET", ME, peer="192.0.2.1", **forwarded)
    assert answer.told == (401, "unauthenticated")


def test_a_variant_of_a_known_id_is_403_and_makes_no_user(rest):
    before = User.objects.count()
    assert rest.get(ANN.upper(), ME).told == (403, "forbidden")
    assert User.objects.count() == before


# a person with a JWT


def bearer(**claims):
    return {"authorization": f"Bearer {token_of(claims)}"}


def test_a_jwt_names_a_person_whose_name_is_that_of_the_token(rest, configure, tmp_path):
    configure(**jwt_settings(tmp_path))
    me = rest.get(None, ME, **bearer(email="jwt@example.com", name="Jay")).json
    assert (me["id"], me["name"], me["roles"]) == ("jwt@example.com", "Jay", [])


def test_without_a_name_in_the_token_it_is_the_id(rest, configure, tmp_path):
    configure(**jwt_settings(tmp_path))
    claims = bearer(email="jwt@example.com", name=None)
    assert rest.get(None, ME, **claims).json["name"] == "jwt@example.com"


def test_a_jwt_needs_no_csrf_pair(rest, configure, tmp_path):
    configure(**jwt_settings(tmp_path))
    client = Client(enforce_csrf_checks=True, headers=bearer())
    external()
    order = {"module": "dwh", "types": ["READ"]}
    answer = client.post(f"{USERS}/{ANN}/accesses", order, content_type="application/json")
    assert answer.status_code == 201


def test_a_jwt_is_401_without_a_key_set_and_ignored_beside_a_trusted_header(rest):
    assert rest.get(None, ME, **bearer()).told == (401, "unauthenticated")
    assert rest.get(OLGA, ME, **bearer()).json["id"] == OLGA


def test_header_and_jwt_that_name_different_people_are_401(rest, configure, tmp_path):
    configure(**jwt_settings(tmp_path))
    assert rest.get(ANN, ME, **bearer()).json["id"] == ANN
    assert rest.get(OLGA, ME, **bearer()).told == (401, "unauthenticated")


# a service account


def test_a_token_of_a_service_account_comes_before_the_header(rest):
    answer = rest.get(ANN, USERS, authorization=f"Bearer {token('read')}")
    assert len(answer.ids) == User.objects.count()


@pytest.mark.parametrize("change", [{"expires_at": NOW}, {"revoked_at": NOW}, {"digest": "x"}])
def test_a_token_that_is_over_revoked_or_unknown_is_401(rest, change):
    robot = token("read")
    assert rest.get(robot, USERS).status == 200
    Token.objects.update(**change)
    assert rest.get(robot, USERS).told == (401, "unauthenticated")


def test_acting_for_somebody_is_in_utf_8(rest):
    rest.get(ANNA, ME)
    robot = token("act-for")
    assert rest.get(robot, ME, x_acting_for=in_bytes(ANNA)).json["id"] == ANNA


def test_acting_for_an_owner_gives_the_rights_of_an_owner(rest):
    external()
    robot = token("act-for")
    assert rest.get(robot, ME, x_acting_for=OSCAR).json["owner_of"] == ["dwh"]
    assert rest.get(robot, "/api/v1/modules/dwh/accesses", x_acting_for=OSCAR).status == 200


def test_acting_for_the_unknown_or_the_deactivated_or_without_the_scope_is_403(rest):
    User.objects.filter(id=SVEN).update(active=False)
    able, unable = token("act-for", name="able"), token("users", "read", name="unable")
    for robot, person in ((able, "nobody"), (able, SVEN), (able, ANN.upper()), (unable, ANN)):
        assert rest.get(robot, ME, x_acting_for=person).told == (403, "forbidden")


# forgery


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("content_type", "header", "is_taken"),
    [
        ("application/json", {"x-requested-with": "tests"}, True),
        ("application/json", {}, False),
        ("text/plain", {"x-requested-with": "tests"}, False),
        ("application/x-www-form-urlencoded", {"x-requested-with": "tests"}, False),
        ("", {"x-requested-with": "tests"}, False),
    ],
)
def test_of_the_csrf_pair_both_are_needed(rest, method, content_type, header, is_taken):
    path = USERS if method == "POST" else f"{USERS}/{ANN}/roles/EDIT_TASK"
    body = b'{"id": "new@example.com", "name": "New"}' if method == "POST" else b""
    client = Client(enforce_csrf_checks=True, headers={"kubeflow-userid": ROOT} | header)
    answer = client.generic(
        method, path, body, content_type=content_type, CONTENT_TYPE=content_type
    )
    assert (answer.status_code in {200, 201}) == is_taken
    if not is_taken:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_csrf_token_of_django_is_taken_too(rest):
    secret = "a" * 32
    client = Client(enforce_csrf_checks=True, headers={"kubeflow-userid": ROOT})
    client.cookies["csrftoken"] = secret
    headers = {"x-csrftoken": secret}
    answer = client.post(USERS, NEW, content_type="application/json", headers=headers)
    assert answer.status_code == 201
