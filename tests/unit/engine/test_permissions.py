"""The ClusterRole: each verb that the engine uses, and no other. Enough: tests/integration."""

import pytest

from profiles_management import Settings
from profiles_management.kubeflow.permissions.cluster_role import cluster_role


def verbs(settings: Settings, **extent: bool) -> dict[str, list[str]]:
    return {
        rule["resources"][0]: rule["verbs"] for rule in cluster_role(settings, **extent)["rules"]
    }


def test_with_kubeflow_neither_a_namespace_nor_a_profile_is_deleted_unasked():
    needed = verbs(Settings())

    assert needed["profiles"] == ["list", "create", "patch"]
    assert needed["namespaces"] == ["list", "patch"]
    assert needed["resourcequotas"] == ["list"]


def test_deleting_stale_profiles_deletes_profiles_or_where_there_are_none_namespaces():
    assert "delete" in verbs(Settings(), with_delete=True)["profiles"]
    assert "delete" not in verbs(Settings(), with_delete=True)["namespaces"]
    assert "delete" in verbs(Settings(standalone=True), with_delete=True)["namespaces"]


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"]
)
def test_planning_only_reads(settings):
    assert {verb for found in verbs(settings, plan_only=True).values() for verb in found} == {
        "list",
        "get",
    }


def test_a_cluster_without_kubeflow_is_asked_for_no_profiles():
    assert "profiles" not in verbs(Settings(standalone=True))


def test_only_the_roles_of_contributors_can_be_bound():
    roles = {"admin": "team-lead", "edit": "team-edit", "view": "team-view"}

    bound = cluster_role(Settings(roles=roles))["rules"][-1]

    assert bound["resourceNames"] == ["team-edit", "team-lead", "team-view"]
    assert "bind" in bound["verbs"]


def test_events_are_made_and_never_read_and_only_where_they_are_asked_for():
    assert "events" not in verbs(Settings())
    assert verbs(Settings(), with_events=True)["events"] == ["create"]
    assert "events" not in verbs(Settings(), with_events=True, plan_only=True)
