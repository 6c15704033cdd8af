"""The contract's row "Transport": what is refused before a verb, and in which order."""

import json

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from rest_client import NO_BODY, PROBLEM
from rest_world import ACCESSES, ANN, DAY, MODULES, NOW, OLGA, ROOT, USERS, external, token, user

from user_manager.models import User
from user_manager.selectors import users as user_selectors

NEW = {"id": "new@example.com", "name": "New"}
MEBIBYTE = 1024 * 1024
CSRF_TOKEN = "a" * 32


@pytest.mark.parametrize(
    "path",
    [
        f"{USERS}/",
        f"{USERS}/{ANN}/",
        "/api/v1/me/",
        "/api/v1/",
        "/api/v1",
        "/api/v2/users",
        "/api/v1/nothing",
        "/openapi.json/",
        "/api/v1//users",
    ],
)
def test_an_unknown_route_and_one_with_a_slash_at_its_end_are_404_without_identity(rest, path):
    answer = rest.get(None, path)
    assert answer.status == 404
    if path.startswith("/api/"):
        assert (answer.code, answer.headers["Content-Type"]) == ("not-found", PROBLEM)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", USERS, {"GET", "POST"}),
        ("GET", f"{ACCESSES}/x/decision", {"POST"}),
        ("POST", f"{MODULES}/dwh", {"GET", "PUT"}),
        ("HEAD", "/api/v1/me", {"GET"}),
        ("POST", "/openapi.json", {"GET"}),
    ],
)
def test_a_wrong_method_is_405_without_identity_and_names_the_right_ones(
    rest, method, path, allowed
):
    answer = rest.send(None, method, path)
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == allowed
    if method != "HEAD":
        assert answer.code == "method"


def test_no_identity_is_401_before_csrf_size_type_json_and_values(rest):
    answer = rest.post(
        None, f"{USERS}?x=1", b"x" * (MEBIBYTE + 1), content_type="text/plain", x_requested_with=""
    )
    assert answer.told == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_forged_identity_header_is_401(rest):
    answer = rest.send(ANN, "GET", "/api/v1/me", peer="192.0.2.1")
    assert answer.told == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", USERS, b"x" * (MEBIBYTE + 1)),
        ("PUT", f"{USERS}/{ANN}/roles/NONE", NO_BODY),
        ("DELETE", f"{USERS}/{ANN}/roles/EDIT_TASK", NO_BODY),
    ],
)
def test_csrf_is_403_before_size_type_and_values(rest, method, path, body):
    answer = Client(enforce_csrf_checks=True, headers={"kubeflow-userid": ROOT}).generic(
        method, path, b"" if body is NO_BODY else body, content_type="text/plain", RAW_URI=path
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.django_db
def test_a_form_with_parts_and_a_csrf_token_is_415():
    client = Client(enforce_csrf_checks=True, headers={"kubeflow-userid": ROOT})
    client.cookies["csrftoken"] = CSRF_TOKEN
    answer = client.post(USERS, {"csrfmiddlewaretoken": CSRF_TOKEN})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported")


def test_a_bearer_needs_no_csrf_pair(rest):
    bearer = {"authorization": f"Bearer {token('users')}"}
    answer = Client(enforce_csrf_checks=True, headers=bearer).put(f"{USERS}/{ANN}/roles/EDIT_TASK")
    assert answer.status_code == 200


def test_a_body_larger_than_a_mebibyte_is_413_before_its_type(rest):
    body = json.dumps(NEW | {"name": "x" * MEBIBYTE}).encode()
    answer = rest.post(token("users"), USERS, body, content_type="text/plain")
    assert answer.told == (413, "too-large")


def test_a_body_of_a_mebibyte_is_read(rest):
    body = b"{" + b" " * (MEBIBYTE - 2) + b"}"
    assert rest.post(ROOT, USERS, body).told == (422, "invalid")


def test_a_body_in_chunks_is_400_and_says_so(rest):
    answer = rest.post(ROOT, USERS, NEW, transfer_encoding="chunked")
    assert answer.told == (400, "malformed")
    assert "Content-Length" in answer.json["detail"]


@pytest.mark.parametrize(("size", "status"), [(16 * MEBIBYTE, 422), (16 * MEBIBYTE + 1, 413)])
def test_the_answer_of_the_cluster_may_have_16_mebibytes(rest, size, status):
    body = b"{" + b" " * (size - 2) + b"}"
    assert rest.put(token("cluster"), "/api/v1/cluster", body).status == status


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
def test_another_media_type_is_415_before_the_json_is_read(rest, content_type):
    bearer = token("users")
    answer = rest.post(bearer, USERS, b"{", content_type=content_type)
    assert answer.told == (415, "unsupported")


def test_the_charset_of_json_may_be_stated(rest):
    answer = rest.post(ROOT, USERS, NEW, content_type="application/json; charset=UTF-8")
    assert answer.status == 201


@pytest.mark.parametrize(
    "body",
    [
        NO_BODY,
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"12",
        b'{"id": NaN, "name": "x"}',
        b'{"id": Infinity}',
        b'{"id": "a", "id": "b", "name": "x"}',
        b'{"id": "\xff", "name": "x"}',
        '{"id": "a"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id": ' + b"9" * 5_000 + b"}",
    ],
    ids=range(14),
)
def test_what_is_no_json_or_no_mapping_is_400_before_the_query_is_looked_at(rest, body):
    answer = rest.post(ROOT, f"{USERS}?unknown=1", body)
    assert answer.told == (400, "malformed")


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("unknown=1", ["unknown"]),
        ("limit=1&limit=2", ["limit"]),
        ("role=READ", ["role"]),
        ("limit=0", ["limit"]),
        ("limit=201", ["limit"]),
        ("limit=1_0", ["limit"]),
        ("limit=%2B1", ["limit"]),
        ("limit=", ["limit"]),
        ("limit=99999999999999999999", ["limit"]),
        ("query=%00", ["query"]),
        ("cursor=", ["cursor"]),
    ],
)
def test_parameters_that_are_unknown_repeated_or_wrong_are_422(rest, query, paths):
    answer = rest.get(ANN, f"{USERS}?{query}")
    assert answer.told == (422, "invalid")
    assert answer.paths == paths


@pytest.mark.parametrize(
    "path", ["/api/v1/me", "/api/v1/pmr", f"{USERS}/{ANN}", f"{MODULES}/dwh", f"{ACCESSES}/x"]
)
def test_unknown_parameters_are_422_where_there_are_no_parameters(rest, path):
    assert rest.get(ANN, f"{path}?x=1").told == (422, "invalid")


def test_more_parameters_than_django_reads_are_a_problem_too(rest):
    answer = Client(headers={"kubeflow-userid": ANN}).get(f"{USERS}?{'a&' * 1_001}")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_many_unknown_parameters_have_a_bounded_answer(rest):
    query = "&".join(f"{'x' * 150}{number}" for number in range(30))
    answer = rest.get(ANN, f"/api/v1/me?{query}&" + "&".join(f"y{n}" for n in range(900)))
    assert answer.told == (422, "invalid")
    assert len(answer.json["errors"]) == 100


def test_422_comes_before_404_and_403(rest):
    assert rest.put(ANN, f"{USERS}/nobody/roles/NONE").status == 422
    assert rest.put(ANN, f"{USERS}/nobody/roles/EDIT_TASK").status == 404
    assert rest.put(ANN, f"{USERS}/{ANN}/roles/EDIT_TASK").status == 403
    past = {"approve": True, "until": "2020-01-01T00:00:00Z"}
    assert rest.post(ANN, f"{ACCESSES}/x/decision", past).status == 422
    order = {"module": "nothing", "types": ["READ"], "until": "2020-01-01T00:00:00Z"}
    assert rest.post(ANN, f"{USERS}/{ANN}/accesses", order).status == 422


def test_403_comes_before_409(rest):
    external(requestable=False)
    order = {"module": "dwh", "types": ["READ"], "approve": True}
    assert rest.post(ANN, f"{USERS}/{ANN}/accesses", order).told == (403, "forbidden")


@pytest.mark.parametrize("user_id", ["a/b@example.com", "a%b", "a?b#c", "имя@example.com", "a b"])
def test_ids_in_paths_are_percent_encoded_whole(rest, user_id):
    user(user_id)
    encoded = "".join(f"%{byte:02X}" for byte in user_id.encode())
    assert rest.get(ROOT, f"{USERS}/{encoded}").json["id"] == user_id
    assert rest.put(ROOT, f"{USERS}/{encoded}/roles/EDIT_TASK").json["roles"] == ["EDIT_TASK"]


def test_without_the_path_as_it_was_sent_the_decoded_one_is_taken(rest):
    person = {"kubeflow-userid": ROOT}
    user("a%b")
    assert Client(headers=person).get(f"{USERS}/a%25b").json()["id"] == "a%b"


def test_the_whole_url_of_a_proxy_as_the_path_is_understood(rest):
    person = {"kubeflow-userid": ANN}
    raw = f"http://testserver{USERS}/ann%40example.com?limit=1"
    answer = Client(headers=person).get("/api/v1/x", RAW_URI=raw)
    assert answer.json()["id"] == ANN


@pytest.mark.parametrize(
    "segment", ["a%00b", "%00", "%ff", "%2E%2E", "x" * 254, "system%3Ax", "%ED%A0%80", "%20"]
)
@pytest.mark.parametrize("path", [USERS, ACCESSES, MODULES])
def test_nul_and_what_is_no_id_in_a_path_is_422(rest, path, segment):
    assert rest.get(ROOT, f"{path}/{segment}").told == (422, "invalid")


@pytest.mark.parametrize(
    "body",
    [
        {"id": "\ud800", "name": "x"},
        {"id": "a", "name": "\ud800"},
        {"id": "a", "name": "a\0b"},
        {"id": "a\n", "name": "x"},
        {"id": 10**400, "name": "x"},
        {"id": "a", "name": ["x"]},
        {"id": "a"},
        {"id": "a", "name": "x" * 254},
        {"id": "a", "name": "x", "\ud800": 1},
        {"id": "a", "name": "x", "k" * 100_000: 1},
        {"id": "system:x", "name": "x"},
        {"id": "*", "name": "x"},
        {"id": ".", "name": "x"},
        {"id": None, "name": "x"},
        {"id": True, "name": "x"},
    ],
    ids=range(15),
)
def test_values_that_do_not_fit_are_422_and_nothing_is_made(rest, body):
    before = User.objects.count()
    answer = rest.post(ROOT, USERS, body)
    assert answer.told == (422, "invalid")
    assert answer.json["errors"]
    assert len(answer.content) < 2_000
    assert User.objects.count() == before


def test_ten_thousand_types_are_422_with_a_short_answer(rest):
    external()
    order = {"module": "dwh", "types": ["READ"] * 10_000}
    answer = rest.post(ANN, f"{USERS}/{ANN}/accesses", order)
    assert answer.told == (422, "invalid")
    assert len(answer.content) < 2_000


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_503_and_its_message_stays_inside(rest, monkeypatch, error):
    def refuse(*_: object) -> None:
        raise error("connection to host secret.example failed")

    monkeypatch.setattr(user_selectors, "roles_of", refuse)
    answer = rest.get(ANN, f"{USERS}/{ANN}")
    assert answer.told == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert b"secret" not in answer.content


@pytest.mark.parametrize(
    ("method", "path", "body"), [("GET", USERS, NO_BODY), ("POST", USERS, NEW)]
)
def test_without_a_database_nobody_is_known_and_it_is_503(rest, method, path, body):
    def refuse(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answer = rest.send(ROOT, method, path, body)
    assert answer.told == (503, "unavailable")


def test_an_error_of_the_service_is_a_problem_without_its_message(rest, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(user_selectors, "roles_of", fail)
    client = Client(raise_request_exception=False, headers={"kubeflow-userid": ANN})
    answer = client.get(f"{USERS}/{ANN}")
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert answer.json()["code"] == "internal"
    assert b"secret" not in answer.content


def test_an_unknown_host_is_a_problem_too(rest):
    answer = Client(headers={"host": "evil.example", "kubeflow-userid": ANN}).get("/api/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_a_problem_has_the_members_of_the_contract(rest):
    answer = rest.get(ANN, f"{USERS}?limit=x&role=y")
    problem = answer.json
    assert problem["type"] == "urn:user-manager:invalid"
    assert (problem["status"], problem["code"]) == (422, "invalid")
    assert problem["title"]
    assert problem["detail"]
    assert [set(row) for row in problem["errors"]] == [{"path", "what"}] * 2


def test_the_document_needs_no_identity(rest):
    answer = rest.get(None, "/openapi.json")
    assert answer.status == 200
    assert answer.json["openapi"].startswith("3.1")


def test_a_deactivated_caller_is_403(rest):
    User.objects.filter(id=ANN).update(active=False)
    assert rest.post(ANN, USERS, b"{").told == (403, "forbidden")
    assert rest.get(OLGA, "/api/v1/me").status == 200


def test_times_come_from_the_clock(rest, clock):
    clock.now = NOW + DAY
    external()
    order = {"module": "dwh", "types": ["READ"]}
    access = rest.post(ANN, f"{USERS}/{ANN}/accesses", order).json
    assert access["requested_at"] == "2026-06-02T12:00:00Z"
