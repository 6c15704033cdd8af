"""How KFAM, the dashboard's backend, lists, adds and removes contributors.

The engine relies on these rules. Each was observed on the real KFAM. Source: kubeflow/dashboard,
components/access-management.
"""

import pytest

from integration.cluster.kfam import CLUSTER_ADMIN
from integration.cluster.waiting import wait_for
from integration.dashboard import Listed, Refused
from integration.people import OLGA, person

ANN = person("ann")
PAIR = ("RoleBinding", "AuthorizationPolicy")


@pytest.fixture
def room(server, name):
    """The name of a profile of olga that the engine did not create."""
    owner = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OLGA}
    head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}}
    server.create({**head, "spec": {"owner": owner}})
    wait_for("the profile", lambda: "finalizers" in server.get("Profile", None, name)["metadata"])
    return name


def test_a_contributor_added_in_the_dashboard_is_a_pair_of_one_name(server, dashboard, room):
    dashboard.add(room, "a.b@x.com", "edit", by=OLGA)

    binding, policy = (server.get(kind, room, "user-a-b-x-com-clusterrole-edit") for kind in PAIR)
    for one in (binding, policy):
        assert one["metadata"]["annotations"] == {"user": "a.b@x.com", "role": "edit"}
        assert "labels" not in one["metadata"]
        assert "ownerReferences" not in one["metadata"]
    assert binding["roleRef"]["name"] == "kubeflow-edit"
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "a.b@x.com"}
    ]
    assert policy["spec"]["rules"][0]["when"] == [
        {"key": "request.headers[kubeflow-userid]", "values": ["a.b@x.com"]}
    ]


def test_the_owner_and_a_cluster_administrator_may_add_and_nobody_else(dashboard, room):
    dashboard.add(room, ANN, "edit", by=OLGA)
    dashboard.add(room, person("bob"), "view", by=CLUSTER_ADMIN)

    with pytest.raises(Refused) as refused:
        dashboard.add(room, person("cleo"), "view", by=ANN)

    assert refused.value.code == 403
    assert len(dashboard.contributors(namespace=room)) == 3  # the owner is one of them


def test_the_list_is_filtered_by_annotations_and_tells_roles_by_the_binding(
    server, dashboard, room
):
    dashboard.add(room, ANN, "edit", by=OLGA)
    other = {"metadata": {"annotations": {"user": "somebody", "role": "view"}}}
    server.patch("RoleBinding", room, "user-ann-example-com-clusterrole-edit", other)

    assert dashboard.contributors(namespace=room, user=ANN) == []
    assert dashboard.contributors(namespace=room, user="somebody", role="view") == [
        Listed(room, ANN, "edit")
    ]


def test_adding_somebody_twice_is_refused(dashboard, room):
    dashboard.add(room, ANN, "edit", by=OLGA)

    with pytest.raises(Refused) as refused:
        dashboard.add(room, ANN, "edit", by=OLGA)

    assert refused.value.code == 403


def test_removing_one_of_two_similar_names_removes_the_other(dashboard, room):
    dashboard.add(room, "a.b@x.com", "edit", by=OLGA)

    dashboard.remove(room, "a-b@x.com", "edit", by=OLGA)

    assert dashboard.contributors(namespace=room, user="a.b@x.com") == []


def test_half_a_pair_cannot_be_removed(server, dashboard, room):
    dashboard.add(room, ANN, "edit", by=OLGA)
    server.delete("AuthorizationPolicy", room, "user-ann-example-com-clusterrole-edit")

    with pytest.raises(Refused) as refused:
        dashboard.remove(room, ANN, "edit", by=OLGA)

    assert refused.value.code == 403
    assert server.get("RoleBinding", room, "user-ann-example-com-clusterrole-edit")


def test_a_policy_in_the_way_leaves_a_binding_behind(server, dashboard, room):
    dashboard.add(room, ANN, "edit", by=OLGA)
    server.delete("RoleBinding", room, "user-ann-example-com-clusterrole-edit")

    with pytest.raises(Refused):
        dashboard.add(room, ANN, "edit", by=OLGA)

    assert server.get("RoleBinding", room, "user-ann-example-com-clusterrole-edit")


def test_a_binding_without_one_subject_breaks_every_list_that_it_is_in(server, dashboard, room):
    dashboard.add(room, ANN, "edit", by=OLGA)
    server.patch("RoleBinding", room, "user-ann-example-com-clusterrole-edit", {"subjects": None})

    with pytest.raises(Refused) as refused:
        dashboard.contributors(namespace=room)

    assert refused.value.code == 401
    # others list everything
    server.delete("RoleBinding", room, "user-ann-example-com-clusterrole-edit")


def test_a_name_too_long_for_a_policy_leaves_a_binding_behind(server, dashboard, room):
    long = f"{'x' * 240}@x.com"

    with pytest.raises(Refused):
        dashboard.add(room, long, "edit", by=OLGA)

    assert server.get("RoleBinding", room, f"user-{'x' * 240}-x-com-clusterrole-edit")
    with pytest.raises(Refused):
        dashboard.remove(room, long, "edit", by=OLGA)
