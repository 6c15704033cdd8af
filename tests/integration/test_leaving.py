"""Profiles that leave the document lose their people; data is deleted on request only."""

import pytest

from integration.cluster.confinement import ADOPTABLE_LABEL
from integration.cluster.waiting import wait_for
from integration.people import OLGA, person


@pytest.fixture
def keep(server):
    """Put data into a namespace; return a function that checks whether it still exists."""

    def put(namespace):
        path = f"/api/v1/namespaces/{namespace}/configmaps"
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "data", "namespace": namespace},
        }
        uid = server.call("POST", path, body)["metadata"]["uid"]
        return lambda: server.call("GET", f"{path}/data")["metadata"]["uid"] == uid

    return put


@pytest.fixture
def applied(engine, profile):
    """An existing profile with two contributors, which its document no longer names."""
    ml = profile(ann="edit", bob="view")
    engine.settle(ml)
    return ml.name


@pytest.fixture
def gone(server):
    """Wait until Profile and namespace are gone."""

    def gone(name):
        wait_for("the Profile to go", lambda: server.get("Profile", None, name) is None)
        wait_for("the namespace to go", lambda: server.get("Namespace", None, name) is None)

    return gone


def test_a_profile_that_left_loses_its_contributors_and_keeps_owner_and_data(
    engine, applied, keep, roles
):
    kept = keep(applied)

    report = engine.apply()

    assert report.exit_code == 0, report.errors
    roles(applied, olga="admin", ann="", bob="")
    assert kept()
    assert engine.matches()


def test_a_profile_that_comes_back_is_as_it_was(engine, applied, profile, roles):
    engine.apply()

    engine.apply(profile(ann="edit", bob="view"))

    roles(applied, olga="admin", ann="edit", bob="view")


def test_only_our_profiles_are_stale(engine, applied, server, name):
    owner = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OLGA}
    head = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": f"{name}-theirs"},
    }
    server.create({**head, "spec": {"owner": owner}})

    assert [one.name for one in engine.stale()] == [applied]
    assert engine.stale()[0].contributors == 2


def test_deleting_removes_profile_namespace_and_everybodys_access(deleter, applied, roles, gone):
    report = deleter.delete_stale()

    assert report.exit_code == 0, report.errors
    gone(applied)
    roles(applied, olga="", ann="", bob="")


def test_deleting_waits_for_nothing_that_an_owner_mismatch_blocks(deleter, applied, server, gone):
    server.patch(
        "Namespace", None, applied, {"metadata": {"annotations": {"owner": person("eve")}}}
    )

    report = deleter.delete_stale()

    assert report.exit_code == 0, report.errors
    gone(applied)


def test_deleting_takes_an_adopted_namespace_along(engine, deleter, profile, server, gone, name):
    metadata = {"name": name, "annotations": {"owner": OLGA}, "labels": ADOPTABLE_LABEL}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    engine.settle(profile(ann="edit"))

    report = deleter.delete_stale()

    assert report.exit_code == 0, report.errors
    gone(name)


def test_deleting_with_keep_data_leaves_the_data_and_nobody_has_access(
    engine, deleter, applied, server, keep, roles
):
    kept = keep(applied)

    report = deleter.delete_stale(keep_data=True)

    assert report.exit_code == 0, report.errors
    wait_for("the Profile to go", lambda: server.get("Profile", None, applied) is None)
    roles(applied, olga="", ann="", bob="")
    assert kept()
    assert "deletionTimestamp" not in server.get("Namespace", None, applied)["metadata"]
    assert [one["metadata"]["name"] for one in server.objects("RoleBinding", applied)] == []
    assert engine.stale() == ()


def test_with_keep_data_the_mesh_lets_nobody_in(deleter, applied, server):
    deleter.delete_stale(keep_data=True)

    wait_for("the Profile to go", lambda: server.get("Profile", None, applied) is None)
    wait_for("one policy", lambda: len(server.objects("AuthorizationPolicy", applied)) == 1)
    # ALLOW without a rule allows nothing
    assert server.objects("AuthorizationPolicy", applied)[0]["spec"] == {}


def test_an_adopted_namespace_with_keep_data_lets_nobody_in_either(
    engine, deleter, profile, server, keep, roles, name
):
    metadata = {"name": name, "annotations": {"owner": OLGA}, "labels": ADOPTABLE_LABEL}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    engine.apply(profile(ann="edit"))
    kept = keep(name)

    deleter.delete_stale(keep_data=True)

    roles(name, olga="", ann="", bob="")
    assert kept()


@pytest.mark.parametrize("keep_data", [False, True], ids=["whole", "keep data"])
def test_wherever_deleting_dies_the_next_run_finishes(
    engine, deleter, profile, server, roles, name, keep_data
):
    for writes in range(20):
        ml = profile(f"-{writes}", ann="edit")
        engine.apply(ml)
        engine.wait_until_it_matches(ml)
        if not deleter.delete_until_killed(keep_data=keep_data, after=writes):
            break

        wait_for(
            "nothing to be stale",
            lambda: not (deleter.delete_stale(keep_data=keep_data) and engine.stale()),
        )
        wait_for("the Profile to go", lambda ml=ml: server.get("Profile", None, ml.name) is None)
        roles(ml.name, olga="", ann="", bob="")
    assert writes > 2


def test_what_was_kept_can_be_taken_up_again(
    engine, deleter, applied, server, profile, keep, roles
):
    kept = keep(applied)
    deleter.delete_stale(keep_data=True)
    wait_for("the Profile to go", lambda: server.get("Profile", None, applied) is None)
    ml = profile(ann="edit")

    report = engine.apply(ml)

    assert report.exit_code == 0, report.errors
    engine.wait_until_it_matches(ml)
    roles(applied, olga="admin", ann="edit", bob="")
    assert kept()
