"""A cluster without Kubeflow: the engine creates namespace, owner's binding and quota.

The cluster of these tests knows Kubeflow, but nothing here has a Profile.
"""

import pytest

from integration.cluster import permissions
from integration.cluster.confinement import ADOPTABLE_LABEL
from integration.cluster.waiting import wait_for
from integration.people import person
from profiles_management import Settings

STANDALONE = Settings(standalone=True, allow_kubeflow=True)


@pytest.fixture
def plain(engine_with):
    """The engine in standalone mode, as a ServiceAccount with exactly its permissions."""
    return engine_with(permissions.granted(STANDALONE), standalone=True, allow_kubeflow=True)


@pytest.fixture
def deleting(engine_with):
    """The same installation with permission to delete."""
    return engine_with(
        permissions.granted(STANDALONE, with_delete=True), standalone=True, allow_kubeflow=True
    )


@pytest.fixture
def role(role_of):
    """Return a person's role by Kubernetes' own roles."""
    return lambda who, namespace: role_of(
        who if "@" in who else person(who), namespace, standalone=True
    )


def test_everybody_has_the_role_of_the_document(plain, profile, server, roles, name):
    ml = profile(ann="admin", bob="edit", cleo="view", cpu="1")

    report = plain.apply(ml)

    assert report.exit_code == 0, report.errors
    roles(name, olga="admin", ann="admin", bob="edit", cleo="view")
    assert server.get("ResourceQuota", name, "kf-resource-quota")["spec"]["hard"] == {
        "limits.cpu": "1"
    }
    assert server.get("Profile", None, name) is None
    assert plain.matches(ml)


def test_the_owner_changes(plain, profile, roles, name):
    plain.apply(profile(ann="edit"))

    plain.apply(profile(owner=person("nina"), ann="edit"))

    roles(name, nina="admin", olga="", ann="edit")
    assert plain.matches(profile(owner=person("nina"), ann="edit"))


def test_an_owner_and_a_contributor_change_places(plain, profile, roles, name):
    plain.apply(profile(nina="view"))
    after = profile(owner=person("nina"), olga="view")

    plain.apply(after)

    roles(name, nina="admin", olga="view")
    assert plain.matches(after)


def test_the_quota_changes_and_goes(plain, profile, server, name):
    plain.apply(profile(cpu="1"))
    plain.apply(profile(cpu="500m"))
    assert server.get("ResourceQuota", name, "kf-resource-quota")["spec"]["hard"] == {
        "limits.cpu": "500m"
    }

    plain.apply(profile())
    assert server.get("ResourceQuota", name, "kf-resource-quota") is None


def test_scopes_change_for_real(plain, profile, server, name):
    quota = {"hard": {"pods": "5"}, "scopes": ["BestEffort"]}
    plain.apply(profile(more={"resources": quota}))

    plain.apply(profile(more={"resources": {**quota, "scopes": ["NotTerminating"]}}))

    assert server.get("ResourceQuota", name, "kf-resource-quota")["spec"]["scopes"] == [
        "NotTerminating"
    ]


def test_a_namespace_of_somebody_else_is_refused(plain, profile, server, name):
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    report = plain.apply(profile(ann="edit"))

    assert [problem.code for problem in report.plan.refused] == ["unowned-namespace"]
    assert server.objects("RoleBinding", name) == []


def test_a_namespace_is_taken_over(plain, profile, server, roles, name):
    metadata = {"name": name, "labels": ADOPTABLE_LABEL}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    ml = profile(ann="edit", cpu="1", more={"adopt": True})

    report = plain.apply(ml)

    assert report.exit_code == 0, report.errors
    roles(name, olga="admin", ann="edit")
    assert plain.matches(ml)


def test_who_leaves_loses_access_and_a_deleted_namespace_is_gone(
    plain, deleting, profile, server, roles, name
):
    plain.apply(profile(ann="edit"))

    plain.apply()
    roles(name, olga="admin", ann="")

    deleting.delete_stale()
    wait_for("the namespace to go", lambda: server.get("Namespace", None, name) is None)


def test_with_keep_data_the_namespace_stays_and_nobody_has_access(
    plain, deleting, profile, server, roles, name
):
    plain.apply(profile(ann="edit"))

    report = deleting.delete_stale(keep_data=True)

    assert report.exit_code == 0, report.errors
    roles(name, olga="", ann="")
    assert server.get("Namespace", None, name)["status"]["phase"] == "Active"
    assert deleting.stale() == ()


def test_wherever_a_first_run_dies_the_next_one_finishes(plain, deleting, profile, roles):
    for writes in range(20):
        ml = profile(f"-{writes}", ann="edit", cpu="1")
        if not plain.apply_until_killed(ml, after=writes):
            break

        report = plain.apply(ml)

        assert report.exit_code == 0, report.errors
        assert plain.matches(ml)
        roles(ml.name, olga="admin", ann="edit")
        deleting.delete_stale(deadline=0.0)
    assert writes > 4
