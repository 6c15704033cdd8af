"""A namespace admin adds others to the owner's objects, unnoticed by the profile controller."""

import pytest

from integration.cluster.waiting import wait_for
from integration.people import OLGA, person

EVE, RBAC = person("eve"), "rbac.authorization.k8s.io"
_TIMES = 5  # as often as an object has to be the same
BINDING, POLICY = (
    ("RoleBinding", "namespaceAdmin"),
    ("AuthorizationPolicy", "ns-owner-access-istio"),
)


@pytest.fixture
def in_secret(server, name):
    """Remove an object's ownerReference, then change it: the profile controller sees no change.

    It sees that the reference goes, and may correct the object once more: the attacker waits until
    that is over.
    """

    def change(which, patch):
        kind, called = which
        server.patch(kind, name, called, {"metadata": {"ownerReferences": None}})
        versions = []

        def lasts():
            if len(set(versions[-_TIMES:])) == 1 and len(versions) >= _TIMES:
                return True
            version = server.get(kind, name, called)["metadata"]["resourceVersion"]
            if not versions or version != versions[-1]:
                server.patch(kind, name, called, patch)
                version = server.get(kind, name, called)["metadata"]["resourceVersion"]
            versions.append(version)
            return False

        wait_for("the controller to look away", lasts)

    return change


@pytest.fixture
def read(server, name):
    return lambda which: server.get(which[0], name, which[1])


def user(who):
    return {"apiGroup": RBAC, "kind": "User", "name": person(who)}


def restored(read, which):
    (reference,) = read(which)["metadata"]["ownerReferences"]
    return reference["kind"] == "Profile" and reference["controller"]


def test_whom_the_owner_binds_in_secret_is_listed_and_loses_access(
    engine, profile, in_secret, read, roles, name
):
    engine.settle(profile())
    in_secret(BINDING, {"subjects": [user("olga"), user("eve")], "metadata": {"annotations": None}})
    roles(name, eve="admin")

    report = engine.apply(profile())

    assert report.exit_code == 0, report.errors
    assert any(
        field.before == [OLGA, EVE] for change in report.plan.changes for field in change.fields
    )
    roles(name, eve="", olga="admin")
    assert restored(read, BINDING)
    engine.wait_until_it_matches(profile())


def test_the_controller_writes_the_policy_again_that_let_everybody_in(
    engine, profile, in_secret, read
):
    engine.settle(profile(ann="edit"))
    before = read(POLICY)["spec"]
    in_secret(POLICY, {"spec": {"rules": [{}]}})

    report = engine.apply(profile(ann="edit"))

    assert report.exit_code == 0, report.errors
    wait_for("the controller's policy", lambda: read(POLICY)["spec"] == before)
    assert restored(read, POLICY)
    engine.wait_until_it_matches(profile(ann="edit"))


def test_without_the_controller_the_policy_lets_nobody_else_in(
    engine, profile, in_secret, read, stand_ins
):
    engine.settle(profile())
    before = read(POLICY)["spec"]["rules"]
    in_secret(POLICY, {"spec": {"rules": [*before, {"to": [{"operation": {"ports": ["8888"]}}]}]}})
    stand_ins.stop_controller()
    try:
        engine.apply(profile())
        assert read(POLICY)["spec"]["rules"] == before
    finally:
        stand_ins.start_controller()
    engine.wait_until_it_matches(profile())


@pytest.mark.parametrize("which", [BINDING, POLICY], ids=["RoleBinding", "AuthorizationPolicy"])
def test_what_was_deleted_in_secret_is_made_again(
    engine, profile, in_secret, read, server, name, which
):
    engine.settle(profile())
    in_secret(which, {})
    wait_for(
        "the controller to have seen it", lambda: "ownerReferences" not in read(which)["metadata"]
    )
    kind, called = which
    server.delete(kind, name, called)

    report = engine.apply(profile())

    assert report.exit_code == 0, report.errors
    assert restored(read, which)
    engine.wait_until_it_matches(profile())


def test_wherever_a_run_dies_the_next_one_finishes(engine, profile, in_secret, read, roles, name):
    engine.settle(profile(ann="edit"))
    for writes in range(8):
        in_secret(BINDING, {"subjects": [user("olga"), user("eve")]})
        in_secret(POLICY, {"spec": {"rules": [{}]}})
        if not engine.apply_until_killed(profile(ann="edit"), after=writes):
            break
        engine.settle(profile(ann="edit"))
        roles(name, olga="admin", eve="", ann="edit")
        assert {} not in read(POLICY)["spec"]["rules"]
    else:
        pytest.fail("more writes than there are objects")
    assert writes > 1
