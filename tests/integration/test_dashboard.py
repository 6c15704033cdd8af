"""The dashboard and the document work on the same objects."""

import pytest

from integration.cluster.waiting import wait_for
from integration.dashboard import Listed
from integration.people import OLGA, person

ANN, BOB = person("ann"), person("bob")


def test_the_dashboard_lists_what_the_document_gave(engine, profile, dashboard, name):
    engine.apply(profile(ann="admin", bob="edit", cleo="view"))

    found = [
        (one.user, one.role) for one in dashboard.contributors(namespace=name) if one.user != OLGA
    ]

    assert found == [(ANN, "admin"), (BOB, "edit"), (person("cleo"), "view")]


def test_the_dashboard_removes_what_the_document_gave_and_the_next_run_gives_it_again(
    engine, profile, dashboard, roles, name
):
    ml = profile(ann="edit", bob="view")
    engine.apply(ml)

    dashboard.remove(name, ANN, "edit", by=OLGA)
    roles(name, ann="")

    engine.apply(ml)
    roles(name, ann="edit", bob="view")
    assert engine.matches(ml)


def test_somebody_added_in_the_dashboard_and_to_the_document_is_adopted(
    engine, profile, dashboard, server, name
):
    engine.apply(profile())
    dashboard.add(name, ANN, "edit", by=OLGA)
    uid = server.get("RoleBinding", name, "user-ann-example-com-clusterrole-edit")["metadata"][
        "uid"
    ]

    report = engine.apply(profile(ann="edit"))

    assert report.exit_code == 0, report.errors
    now = server.get("RoleBinding", name, "user-ann-example-com-clusterrole-edit")["metadata"]
    assert (now["uid"], now["labels"]["app.kubernetes.io/managed-by"]) == (
        uid,
        "profiles-management",
    )
    assert engine.matches(profile(ann="edit"))
    dashboard.remove(name, ANN, "edit", by=OLGA)


def test_somebody_added_in_the_dashboard_alone_is_revoked(engine, profile, dashboard, roles, name):
    engine.apply(profile(bob="edit"))
    dashboard.add(name, ANN, "edit", by=OLGA)

    engine.apply(profile(bob="edit"))

    roles(name, ann="", bob="edit")
    assert Listed(name, ANN, "edit") not in dashboard.contributors(namespace=name)


def test_somebody_added_in_the_dashboard_stays_where_the_settings_say_so(
    engine, profile, dashboard, roles, name
):
    engine.apply(profile(bob="edit"))
    dashboard.add(name, ANN, "edit", by=OLGA)

    engine.apply(profile(), unlisted="keep")

    roles(name, ann="edit", bob="")


def test_another_role_in_the_document_than_in_the_dashboard_wins(
    engine, profile, dashboard, roles, name
):
    engine.apply(profile())
    dashboard.add(name, ANN, "admin", by=OLGA)

    engine.apply(profile(ann="view"))

    roles(name, ann="view")
    assert dashboard.contributors(namespace=name, user=ANN) == [Listed(name, ANN, "view")]


def test_a_profile_made_in_the_dashboard_is_adopted_with_its_people(
    engine, profile, dashboard, server, roles, name
):
    owner = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OLGA}
    head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}}
    server.create({**head, "spec": {"owner": owner}})
    wait_for("the profile", lambda: server.get("RoleBinding", name, "namespaceAdmin"))
    dashboard.add(name, ANN, "edit", by=OLGA)

    report = engine.apply(profile(ann="edit", bob="view"))

    assert report.exit_code == 0, report.errors
    roles(name, ann="edit", bob="view")
    assert engine.matches(profile(ann="edit", bob="view"))


@pytest.mark.parametrize("missing", ["RoleBinding", "AuthorizationPolicy"])
def test_a_pair_of_which_half_is_gone_is_made_whole(
    engine, profile, dashboard, server, roles, name, missing
):
    ml = profile(ann="edit")
    engine.apply(ml)
    server.delete(missing, name, "user-ann-example-com-clusterrole-edit")

    engine.apply(ml)

    roles(name, ann="edit")
    dashboard.remove(name, ANN, "edit", by=OLGA)


def test_a_binding_that_breaks_the_dashboards_list_is_corrected(
    engine, profile, dashboard, server, name
):
    engine.apply(profile(ann="edit"))
    server.patch("RoleBinding", name, "user-ann-example-com-clusterrole-edit", {"subjects": None})

    engine.apply(profile(ann="edit"))

    assert Listed(name, ANN, "edit") in dashboard.contributors(namespace=name)
