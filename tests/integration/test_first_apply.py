"""The profiles of a document are created, and the API server grants their people access."""

import pytest

from integration.cluster.waiting import wait_for
from integration.people import OLGA, person


def test_everybody_has_the_role_of_the_document(engine, profile, roles):
    ml = profile(ann="admin", bob="edit", cleo="view")

    report = engine.apply(ml)

    assert report.exit_code == 0, report.errors
    roles(ml.name, ann="admin", bob="edit", cleo="view", dan="")
    roles(ml.name, olga="admin")


def test_what_was_applied_is_no_change(engine, profile):
    ml = profile(ann="admin", bob="edit", cpu="1000m")

    engine.apply(ml)

    engine.wait_until_it_matches(ml)


def test_a_role_change_takes_the_old_role_away(engine, profile, roles, name):
    engine.apply(profile(ann="admin", bob="view"))

    report = engine.apply(profile(ann="view", bob="edit"))

    assert report.exit_code == 0, report.errors
    roles(name, ann="view", bob="edit")


def test_who_leaves_the_document_has_no_access_left(engine, profile, roles, name):
    engine.apply(profile(ann="edit", bob="edit"))

    engine.apply(profile(bob="edit"))

    roles(name, ann="", bob="edit")


@pytest.mark.parametrize(
    "owner",
    [
        {"kind": "User", "name": OLGA},
        {"kind": "Group", "name": "data scientists"},
        {"kind": "ServiceAccount", "name": "robot", "namespace": "kubeflow"},
    ],
    ids=lambda owner: owner["kind"],
)
def test_an_owner_of_each_kind_is_admin(engine, profile, may, owner):
    ml = profile(owner=owner, ann="view")
    user = (
        "system:serviceaccount:kubeflow:robot"
        if owner["kind"] == "ServiceAccount"
        else owner["name"]
    )
    groups = ["data scientists"] if owner["kind"] == "Group" else []

    engine.apply(ml)

    wait_for(
        "the owner's access",
        lambda: may(user, "impersonate", "serviceaccounts", ml.name, groups=groups),
    )
    assert engine.matches(ml)


def test_a_group_contributes(engine, profile, may, name):
    ml = profile(more={"contributors": [{"kind": "Group", "name": "analysts", "role": "edit"}]})

    engine.apply(ml)

    wait_for(
        "the group", lambda: may("anybody@example.com", "create", "pods", name, groups=["analysts"])
    )
    assert not may("analysts", "create", "pods", name)
    assert engine.matches(ml)


def test_two_people_whose_names_fall_on_one_name_both_have_access(engine, profile, roles, name):
    people = [
        {"name": "a.b@example.com", "role": "edit"},
        {"name": "a-b@example.com", "role": "edit"},
    ]
    both, one = profile(more={"contributors": people}), profile(more={"contributors": people[:1]})

    engine.apply(both)
    roles(name, {"a.b@example.com": "edit", "a-b@example.com": "edit"})

    engine.apply(one)
    roles(name, {"a.b@example.com": "edit", "a-b@example.com": ""})


def test_a_very_long_name_gets_in(engine, profile, roles, name):
    long = f"{'x' * 240}@example.com"

    report = engine.apply(profile(more={"contributors": [{"name": long, "role": "edit"}]}))

    assert report.exit_code == 0, report.errors
    roles(name, {long: "edit"})


def test_labels_annotations_and_limits_reach_the_namespace(engine, profile, server, name):
    limits = {"limits": [{"type": "Container", "default": {"cpu": "1000m"}, "max": {"cpu": "2"}}]}
    ml = profile(
        more={"labels": {"team": "red"}, "annotations": {"cost-centre": "42"}, "limitRange": limits}
    )

    report = engine.apply(ml)

    assert report.exit_code == 0, report.errors
    metadata = server.get("Namespace", None, name)["metadata"]
    assert (metadata["labels"]["team"], metadata["annotations"]["cost-centre"]) == ("red", "42")
    assert server.get("LimitRange", name, "profiles-management")["spec"]["limits"][0][
        "default"
    ] == {"cpu": "1"}
    assert engine.matches(ml)


def test_labels_and_limits_that_leave_the_document_leave_the_namespace(
    engine, profile, server, name
):
    limits = {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}
    engine.apply(profile(more={"labels": {"team": "red"}, "limitRange": limits}))
    server.patch("Namespace", None, name, {"metadata": {"labels": {"by-hand": "stays"}}})

    engine.apply(profile())

    labels = server.get("Namespace", None, name)["metadata"]["labels"]
    assert "team" not in labels
    assert labels["by-hand"] == "stays"
    assert server.get("LimitRange", name, "profiles-management") is None


def test_what_was_edited_by_hand_is_corrected(engine, profile, server, roles, name):
    ml = profile(ann="edit")
    engine.apply(ml)
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": person("eve")}]
    server.patch(
        "RoleBinding", name, "user-ann-example-com-clusterrole-edit", {"subjects": subjects}
    )
    rules = {"spec": {"rules": [{}]}}
    server.patch("AuthorizationPolicy", name, "user-ann-example-com-clusterrole-edit", rules)

    report = engine.apply(ml)

    assert report.exit_code == 0, report.errors
    roles(name, ann="edit", eve="")
    assert engine.matches(ml)


def test_objects_of_others_in_the_namespace_are_left_alone(engine, profile, server, name):
    engine.apply(profile(ann="edit"))
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"}
    view = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    server.create(
        {**head, "metadata": {"name": "theirs", "namespace": name}, "roleRef": view, "subjects": []}
    )

    engine.apply(profile())

    assert server.get("RoleBinding", name, "theirs")
