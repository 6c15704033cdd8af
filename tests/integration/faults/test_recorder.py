"""The recorder reports every change, in the order of the server."""

import pytest

from integration.cluster.proxy import Proxy

KINDS = ("RoleBinding", "AuthorizationPolicy")


def body(kind, space, called):
    """An object of either kind that gives nobody anything."""
    metadata = {"name": called, "namespace": space}
    if kind == "AuthorizationPolicy":
        return {
            "apiVersion": "security.istio.io/v1",
            "kind": kind,
            "metadata": metadata,
            "spec": {},
        }
    view = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata}
    return {**head, "roleRef": view, "subjects": []}


@pytest.fixture
def space(server, name):
    """A namespace of the test's own."""
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


def test_two_kinds_have_one_order(server, recorder, space):
    made = [server.create(body(kind, space, f"o{number}")) for number in range(5) for kind in KINDS]
    for one in made[::3]:
        server.delete(one["kind"], space, one["metadata"]["name"])
    recorder.mark()

    events = recorder.events([space])

    there = [(one.kind, one.name, one.revision) for one in events if one.body]
    gone = [(one.kind, one.name) for one in events if not one.body]
    assert there == [
        (one["kind"], one["metadata"]["name"], int(one["metadata"]["resourceVersion"]))
        for one in made
    ]
    assert gone == [(one["kind"], one["metadata"]["name"]) for one in made[::3]]
    assert [one.revision for one in events] == sorted(one.revision for one in events)


def test_changes_that_a_restarted_api_server_does_not_report_are_read_afterwards(
    server, recorder, space, plane
):
    server.create(body("RoleBinding", space, "before"))
    recorder.mark()
    plane.kill_api_server()
    plane.start_api_server()
    server.create(body("RoleBinding", space, "after"))
    server.delete("RoleBinding", space, "after")

    assert recorder.missed() == []
    assert [one.name for one in recorder.events([space])] == ["before", "after", "after"]


def test_the_proxy_passes_on_who_asks(cluster, tokens, server):
    with Proxy(cluster.kubeconfig) as proxy:
        client = proxy.client(tokens[False])
        http = client._client._client

        allowed = http.get("/apis/kubeflow.org/v1/profiles")
        refused = http.get("/api/v1/secrets")
        client.close()

    assert (allowed.status_code, refused.status_code) == (200, 403)
    assert [one.request.status for one in proxy.log] == [200, 403]
