"""An owner change: nobody else loses access, and the next run completes an interrupted one."""

import pytest

from integration.cluster.confinement import ADOPTABLE_LABEL
from integration.cluster.waiting import wait_for
from integration.people import OLGA, person

NINA = person("nina")
_MOST_WRITES = 20


def annotated(server, name):
    """Return whom the four places name: spec.owner, the namespace, the binding, the policy."""
    owned = [
        server.get(kind, name, one)["metadata"]["annotations"]["user"]
        for kind, one in (
            ("RoleBinding", "namespaceAdmin"),
            ("AuthorizationPolicy", "ns-owner-access-istio"),
        )
    ]
    space = server.get("Namespace", None, name)["metadata"]["annotations"]["owner"]
    return [server.get("Profile", None, name)["spec"]["owner"]["name"], space, *owned]


def header(server, name):
    """Return the people whom the owner's policy lets in."""
    return server.get("AuthorizationPolicy", name, "ns-owner-access-istio")["spec"]["rules"][0][
        "when"
    ][0]["values"]


def test_the_new_owner_is_admin_everywhere_and_the_old_one_nobody(
    engine, profile, server, roles, dashboard, name
):
    engine.settle(profile())

    report = engine.apply(profile(owner=NINA))

    assert report.exit_code == 0, report.errors
    roles(name, nina="admin", olga="")
    assert annotated(server, name) == [NINA] * 4
    assert header(server, name) == [NINA]
    assert [one.namespace for one in dashboard.contributors(user=NINA, namespace=name)] == [name]
    assert dashboard.contributors(user=OLGA, namespace=name) == []
    assert engine.matches(profile(owner=NINA))


def test_contributors_keep_what_they_have(engine, profile, roles, name):
    engine.settle(profile(ann="edit", bob="view"))

    engine.apply(profile(owner=NINA, ann="edit", bob="view"))

    roles(name, ann="edit", bob="view")


def test_an_owner_becomes_a_contributor(engine, profile, roles, name):
    engine.settle(profile())

    engine.apply(profile(owner=NINA, olga="view"))

    roles(name, nina="admin", olga="view")
    assert engine.matches(profile(owner=NINA, olga="view"))


def test_a_contributor_becomes_the_owner(engine, profile, roles, server, name):
    engine.settle(profile(nina="edit"))

    engine.apply(profile(owner=NINA))

    wait_for("nina to be the owner alone", lambda: engine.matches(profile(owner=NINA)))
    roles(name, nina="admin", olga="")
    assert server.get("RoleBinding", name, "user-nina-example-com-clusterrole-edit") is None


def test_an_owner_and_a_contributor_change_places(engine, profile, roles, name):
    engine.settle(profile(nina="edit"))

    engine.apply(profile(owner=NINA, olga="edit"))

    wait_for("both in their places", lambda: engine.matches(profile(owner=NINA, olga="edit")))
    roles(name, nina="admin", olga="edit")


def test_a_person_hands_over_to_a_group(engine, profile, may, roles, name):
    engine.settle(profile())
    group = {"kind": "Group", "name": "owners"}

    engine.apply(profile(owner=group))

    owners = {"groups": ["owners"]}
    wait_for(
        "the group",
        lambda: may("anybody@example.com", "impersonate", "serviceaccounts", name, **owners),
    )
    roles(name, olga="")
    assert engine.matches(profile(owner=group))


def test_owner_and_quota_change_together(engine, profile, server, roles, name):
    engine.settle(profile(cpu="1"))

    engine.settle(profile(owner=NINA, cpu="2"))

    roles(name, nina="admin")
    assert server.get("ResourceQuota", name, "kf-resource-quota")["spec"]["hard"] == {
        "limits.cpu": "2"
    }


def test_wherever_a_run_dies_the_next_one_finishes(engine, profile, server, role, roles, name):
    before, after = (
        profile(nina="edit", ann="view", cpu="1"),
        profile(owner=NINA, olga="edit", ann="edit", cpu="2"),
    )

    for writes in range(_MOST_WRITES):
        engine.settle(before)
        if not engine.apply_until_killed(after, after=writes):
            break
        assert role(NINA, name), f"nina had no access after {writes} writes"
        assert role(OLGA, name), f"olga had no access after {writes} writes"

        engine.settle(after)

        roles(name, nina="admin", olga="edit", ann="edit")
        assert annotated(server, name) == [NINA] * 4
    else:
        pytest.fail(f"more than {_MOST_WRITES} writes for one owner change")
    assert writes > 5


@pytest.mark.parametrize("steps", [1, 2, 3, 4], ids=lambda steps: f"{steps} of 4 steps")
@pytest.mark.parametrize("kept", [True, False], ids=["whole", "adopted"])
def test_a_change_that_somebody_else_left_half_done_is_finished(
    engine, profile, server, roles, name, steps, kept
):
    engine.settle(profile())
    if not kept:  # like a namespace that existed before its Profile
        server.patch("Namespace", None, name, {"metadata": {"ownerReferences": None}})
    owner, marked = {"kind": "User", "name": NINA}, {"metadata": {"annotations": {"user": NINA}}}
    half = [
        lambda: server.patch("Profile", None, name, {"spec": {"owner": owner}}),
        lambda: server.patch(
            "Namespace", None, name, {"metadata": {"annotations": {"owner": NINA}}}
        ),
        lambda: server.patch("RoleBinding", name, "namespaceAdmin", marked),
        lambda: server.patch("AuthorizationPolicy", name, "ns-owner-access-istio", marked),
    ]
    for step in half[:steps]:
        step()

    engine.settle(profile(owner=NINA))

    roles(name, nina="admin", olga="")
    assert annotated(server, name) == [NINA] * 4
    assert header(server, name) == [NINA]


def test_an_adopted_namespace_changes_hands_too(engine, profile, server, roles, name):
    metadata = {"name": name, "annotations": {"owner": OLGA}, "labels": ADOPTABLE_LABEL}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    engine.settle(profile())

    engine.settle(profile(owner=NINA))

    roles(name, nina="admin", olga="")
    assert annotated(server, name) == [NINA] * 4
