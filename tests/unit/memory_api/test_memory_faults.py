"""Faults: each affects exactly the requests that it names."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from lightkube import ApiError
from lightkube.resources.rbac_authorization_v1 import RoleBinding

from memory_api import (
    Killed,
    MemoryApi,
    always,
    fail_nth_write,
    forbid,
    gone_mid_list,
    injury,
    once,
    stale_list,
)

IN_ML = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"


@pytest.fixture
def write(http: httpx2.Client, binding: Callable) -> Callable[[str], httpx2.Response]:
    return lambda name: http.post(IN_ML, json=binding(name))


def stored(api: MemoryApi) -> list[str]:
    return [each["metadata"]["name"] for each in api.objects("RoleBinding")]


@pytest.mark.parametrize("kind", ["409", "422", "429", "500", "503"])
def test_a_write_can_be_answered_instead_of_done(api, write, kind):
    api.faults.append(fail_nth_write(2, kind))
    codes = [write(name).status_code for name in "abc"]

    assert codes == [201, int(kind), 201]
    assert stored(api) == ["a", "c"]


def test_429_says_when_to_come_back_and_503_is_no_json(api, write):
    api.faults += [fail_nth_write(1, "429"), fail_nth_write(1, "503")]
    busy, down = write("a"), write("b")

    assert busy.headers["retry-after"] == "1"
    assert down.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("kind", "error", "kept"),
    [
        ("reset_before", httpx2.ReadError, []),
        ("reset_after", httpx2.ReadError, ["a"]),
        ("cut_body", httpx2.RemoteProtocolError, ["a"]),
    ],
)
def test_a_connection_breaks_before_or_after_the_server_acted(api, write, kind, error, kept):
    api.faults.append(fail_nth_write(1, kind))

    with pytest.raises(error):
        write("a")
    assert stored(api) == kept


@pytest.mark.parametrize(("kind", "kept"), [("kill_before", ["a"]), ("kill_after", ["a", "b"])])
def test_a_dead_process_sends_nothing_any_more(api, http, write, kind, kept):
    api.faults.append(fail_nth_write(2, kind))
    write("a")

    for request in (lambda: write("b"), lambda: write("c"), lambda: http.get(IN_ML)):
        with pytest.raises(Killed):
            request()
    assert stored(api) == kept


def test_death_passes_through_lightkube_and_a_pool(api, binding):
    api.faults.append(fail_nth_write(1, "kill_after"))
    client = api.client()

    with ThreadPoolExecutor(2) as pool, pytest.raises(Killed):
        pool.submit(client.create, RoleBinding.from_dict(binding())).result()


def test_a_request_that_broke_has_no_status_in_the_log(api, write):
    api.faults.append(fail_nth_write(1, "reset_after"))
    with pytest.raises(httpx2.HTTPError):
        write("a")

    assert [request.status for request in api.writes] == [None]


def test_once_is_once_and_always_is_always(api, http):
    api.faults.append(once(injury("500"), lambda request: request.verb == "list"))
    first = [http.get(IN_ML).status_code for _ in range(2)]
    api.faults[:] = [always(injury("500"))]
    second = [http.get(IN_ML).status_code for _ in range(2)]

    assert (first, second) == ([500, 200], [500, 500])


def test_what_is_forbidden_is_refused_in_the_words_of_rbac(api):
    api.faults.append(forbid("list", "rolebindings", user="charm"))

    with pytest.raises(ApiError) as refused:
        list(api.client().list(RoleBinding, namespace="*"))
    assert refused.value.status.code == 403
    assert refused.value.status.message == (
        'rolebindings.rbac.authorization.k8s.io is forbidden: User "charm" cannot list resource "rolebindings" '
        'in API group "rbac.authorization.k8s.io" at the cluster scope'
    )


def test_what_is_forbidden_is_that_verb_alone(api, http, write):
    api.faults.append(forbid("list", "rolebindings"))

    assert [
        write("a").status_code,
        http.get(f"{IN_ML}/a").status_code,
        http.get(IN_ML).status_code,
    ] == [201, 200, 403]


def test_a_list_can_be_lost_in_the_middle(api, binding):
    api.put_all(binding(f"b{number}") for number in range(6))
    api.faults.append(gone_mid_list(2))

    with pytest.raises(ApiError) as gone:
        list(api.client().list(RoleBinding, namespace="*", chunk_size=2))
    assert (gone.value.status.code, gone.value.status.reason) == (410, "Expired")
    assert len(list(api.client().list(RoleBinding, namespace="*", chunk_size=2))) == 6


def test_a_list_can_come_from_the_past(api, http, write):
    api.faults.append(stale_list(api.clone(), "rolebindings", times=1))
    write("a")
    seen = [len(http.get(IN_ML).json()["items"]) for _ in range(2)]

    assert seen == [0, 1]


def test_counting_holds_with_many_threads(api, http, binding):
    fault = fail_nth_write(50, "500")
    api.faults.append(fault)
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda number: http.post(IN_ML, json=binding(f"b{number}")), range(200))
        )

    assert [answer.status_code for answer in answers].count(500) == fault.hits == 1
    assert len(stored(api)) == 199
