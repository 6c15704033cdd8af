"""Applying the export of a cluster changes nobody's access, and adds at most our labels."""

import pytest

from integration.cluster import permissions
from integration.cluster.waiting import wait_for
from integration.people import OLGA, person
from profiles_management import Settings
from profiles_management.pmr import documents
from profiles_management.reconcile.plan import Action, Phase, Reason


@pytest.fixture
def exported(engine):
    """The exported profiles of these names, having gone through YAML."""

    def exported(*names):
        document = documents.loads(engine.export().to_yaml())
        return [document.profiles[name] for name in names]

    return exported


@pytest.fixture
def by_hand(server, dashboard, name):
    """A profile without our labels: contributors from the dashboard, a quota and a label."""
    owner = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OLGA}
    head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}}
    server.create(
        {**head, "spec": {"owner": owner, "resourceQuotaSpec": {"hard": {"limits.cpu": "1500m"}}}}
    )
    wait_for("the profile", lambda: "finalizers" in server.get("Profile", None, name)["metadata"])
    server.patch("Namespace", None, name, {"metadata": {"labels": {"team": "red"}}})
    dashboard.add(name, person("ann"), "edit", by=OLGA)
    dashboard.add(name, "B.O'Bäh@example.com", "view", by=OLGA)
    return name


def test_our_own_profiles_are_exported_as_they_were_given(engine, profile, exported, name):
    limits = {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}
    more = {"labels": {"team": "red"}, "annotations": {"cost-centre": "42"}, "limitRange": limits}
    ml = profile(ann="admin", bob="view", cpu="1", more=more)
    engine.settle(ml)

    found = exported(name)

    assert engine.matches(*found)
    assert found[0].contributors == ml.contributors
    assert (found[0].labels, found[0].annotations) == (ml.labels, ml.annotations)


def test_planning_an_export_leaves_nothing_but_marks(engine, exported, by_hand):
    plan = engine.plan(*exported(by_hand))

    assert not plan.refused
    assert {change.phase for change in plan.changes} <= {Phase.SHAPE}
    assert {change.action for change in plan.changes} <= {Action.UPDATE}
    assert {change.reason for change in plan.changes} <= {Reason.ADOPTED}
    assert (plan.access.lost, plan.access.gained) == (0, 0)


def test_applying_an_export_changes_nobodys_access(engine, exported, by_hand, server, roles):
    people = {"olga": "admin", "ann": "edit", "B.O'Bäh@example.com": "view"}
    roles(by_hand, people)
    subjects = [
        (one["metadata"]["uid"], one["subjects"]) for one in server.objects("RoleBinding", by_hand)
    ]

    report = engine.apply(*exported(by_hand))

    assert report.exit_code == 0, report.errors
    roles(by_hand, people)
    assert [
        (one["metadata"]["uid"], one["subjects"]) for one in server.objects("RoleBinding", by_hand)
    ] == subjects
    assert engine.matches(*exported(by_hand))


def test_a_standalone_export_is_an_empty_plan(engine_with, profile, name):
    plain = engine_with(
        permissions.granted(Settings(standalone=True, allow_kubeflow=True)),
        standalone=True,
        allow_kubeflow=True,
    )
    ml = profile(ann="edit", cpu="1", more={"labels": {"team": "red"}})
    plain.apply(ml)

    found = plain.export().pmr.profiles[name]

    assert plain.matches(found)
    assert found.contributors == ml.contributors
