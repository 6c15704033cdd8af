"""The methods of the server for tests: set up, inspect, clone, serve."""

import httpx2
from lightkube import Client, KubeConfig
from lightkube.config.models import Cluster, User
from lightkube.resources.core_v1 import Namespace

from memory_api import MemoryApi, loopback


def test_what_is_put_is_neither_logged_nor_checked(api):
    api.put({"kind": "Namespace", "metadata": {"name": "NO DNS LABEL"}})

    assert api.log == []
    assert api.get("Namespace", None, "NO DNS LABEL")["metadata"]["resourceVersion"]


def test_putting_again_replaces_and_keeps_the_uid(api, binding):
    first, second = api.put(binding(user="ann")), api.put(binding(user="bob"))

    assert first["metadata"]["uid"] == second["metadata"]["uid"]
    assert second["subjects"][0]["name"] == "bob"


def test_what_is_read_is_a_copy(api, binding):
    api.put(binding())["metadata"]["name"] = "changed"

    assert [each["metadata"]["name"] for each in api.objects("RoleBinding")] == ["b"]


def test_a_snapshot_leaves_out_what_differs_from_run_to_run(binding):
    one, other = MemoryApi(), MemoryApi(objects=[{"kind": "Namespace", "metadata": {"name": "x"}}])
    other.remove("Namespace", None, "x")
    for api in (one, other):
        api.put(binding())

    assert one.get("RoleBinding", "ml", "b") != other.get("RoleBinding", "ml", "b")
    assert one.snapshot() == other.snapshot()


def test_a_clone_lives_its_own_life(api, binding):
    twin = api.clone()
    twin.put(binding())
    api.put({"kind": "Namespace", "metadata": {"name": "later"}})

    assert [len(each.objects("RoleBinding")) for each in (api, twin)] == [0, 1]
    assert [len(each.objects("Namespace")) for each in (api, twin)] == [2, 1]


def test_the_log_tells_what_was_asked_and_answered(api, http):
    http.post("/api/v1/namespaces", json={"metadata": {"name": "x"}})
    http.get("/api/v1/namespaces", params={"limit": 1})
    post, get = api.log

    assert (post.verb, post.resource, post.body, post.status) == (
        "create",
        "namespaces",
        {"metadata": {"name": "x"}},
        201,
    )
    assert (get.verb, get.query, get.body) == ("list", {"limit": "1"}, None)
    assert api.writes == [post]


def test_watchers_hear_of_changes_and_of_nothing_else(api, http):
    heard = []
    api.watch(lambda event: heard.append((event.key, event.old is None, event.new is None)))
    headers = {"Content-Type": "application/merge-patch+json"}
    http.post("/api/v1/namespaces", json={"metadata": {"name": "x"}})
    http.patch("/api/v1/namespaces/x", json={}, headers=headers)
    http.patch("/api/v1/namespaces/x", json={"metadata": {"labels": {"a": "b"}}}, headers=headers)

    assert heard == [("x", True, False), ("x", False, False)]


def test_it_can_be_served_over_loopback(api):
    with loopback.serving(api) as url:
        config = KubeConfig.from_one(
            cluster=Cluster(server=url), user=User(token="t"), context_name="c"
        )
        client = Client(config=config, trust_env=False)
        found = [each.metadata.name for each in client.list(Namespace, chunk_size=1)]
        client.close()

    assert found == ["ml"]


def test_a_served_one_is_filled_and_counted_over_http(api):
    with loopback.serving(api) as url, httpx2.Client(base_url=url, trust_env=False) as http:
        stored = http.post(
            "/memory/objects", content=b'{"kind":"Namespace","metadata":{"name":"x"}}\n'
        )
        http.get("/api/v1/namespaces")
        counted = http.get("/memory/requests")

    assert stored.json() == {"stored": 1}
    assert counted.json() == {"list namespaces": 1}
