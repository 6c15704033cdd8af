"""Standalone mode stops in a cluster with Kubeflow, and each mode respects the other's labels."""

from dataclasses import replace

import pytest

from engine.build import document, profile
from engine.looking import codes, roles_in
from engine.world import BRAKE_OFF, World
from memory_api.faults import forbid
from profiles_management import (
    Settings,
    SettingsError,
    delete_stale_profiles,
    export_pmr,
    list_access,
)
from profiles_management.kubeflow.objects.naming import INSTANCE, MANAGED_BY, MANAGER

ALONE = Settings(standalone=True, allow_revocations=True)
ML = document(profile(ann="edit"))
DISCOVERY = "/apis/kubeflow.org/v1"


@pytest.fixture
def kubeflow(world):
    """A cluster with Kubeflow, in which standalone mode can be tried."""
    return world


@pytest.fixture
def alone(kubeflow):
    """The engine in standalone mode on that cluster."""
    return World(ALONE, api=kubeflow.api)


def mark(api, kind, name, instance):
    found = api.get(kind, None, name)
    found["metadata"]["labels"] = {
        **found["metadata"].get("labels", {}),
        MANAGED_BY: MANAGER,
        INSTANCE: instance,
    }
    api.put(found)


def asked(api):
    return sum(request.path == DISCOVERY for request in api.log)


@pytest.mark.parametrize("act", [World.plan, World.apply])
def test_standalone_mode_is_refused_where_the_profile_crd_is(kubeflow, alone, act):
    kubeflow.apply(ML)
    kubeflow.api.log.clear()

    with pytest.raises(SettingsError) as refused:
        act(alone, ML)

    assert str(refused.value) == (
        "standalone is for a cluster without Kubeflow, and this cluster has Kubeflow's Profiles. Leave it out, or pass "
        "--allow-kubeflow too (charm: allow-kubeflow=true)."
    )
    assert (kubeflow.api.writes, asked(kubeflow.api)) == ([], 1)


def test_nothing_is_deleted_there_either(kubeflow, alone):
    with pytest.raises(SettingsError):
        delete_stale_profiles(document(), target=alone.client, settings=replace(ALONE, stale="all"))


def test_reading_is_never_refused(kubeflow, alone):
    kubeflow.apply(ML)

    assert list_access(target=alone.client, settings=ALONE)
    assert export_pmr(target=alone.client, settings=ALONE)


def test_it_can_be_allowed(alone):
    assert alone.apply(document(profile("plain", ann="edit")), allow_kubeflow=True).exit_code == 0
    assert roles_in(alone.api, "plain")["owner"] == "admin"


def test_an_installation_that_has_begun_goes_on_and_asks_nothing_more(alone):
    pmr = document(profile("plain", ann="edit"))
    alone.apply(pmr, allow_kubeflow=True)
    alone.api.log.clear()

    assert not alone.plan(pmr).changes
    assert asked(alone.api) == 0


def test_a_cluster_with_another_kind_of_that_group_only_is_a_plain_one(plain):
    assert plain.apply(ML).exit_code == 0


def test_an_account_that_may_not_ask_is_let_go_on(alone):
    alone.api.faults.append(forbid("list", ""))

    assert alone.apply(document(profile("plain"))).exit_code == 0


# marks of another installation


def other_instance(plan):
    return codes(plan.refused) == ["other-instance"]


def test_with_kubeflow_labels_on_the_profile_are_respected_until_it_is_taken_over(kubeflow, alone):
    World(replace(BRAKE_OFF, instance="theirs"), api=kubeflow.api).apply(ML)

    plan = alone.plan(ML, allow_kubeflow=True)

    assert other_instance(plan)
    assert plan.refused[0].remedy.endswith("move it here with --take-over theirs.")
    assert not alone.plan(ML, allow_kubeflow=True, take_over="theirs").refused


def test_with_kubeflow_a_mark_on_the_namespace_is_respected_until_it_is_taken_over(kubeflow):
    kubeflow.api.put(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "ml", "annotations": {"owner": "owner@example.com"}},
        }
    )
    mark(kubeflow.api, "Namespace", "ml", "theirs")

    assert other_instance(kubeflow.plan(ML))
    assert kubeflow.apply(ML, take_over="theirs").exit_code == 0
    assert not kubeflow.plan(ML).refused


def test_with_kubeflow_a_mark_on_the_namespace_of_an_unmarked_profile_is_respected_too(kubeflow):
    kubeflow.apply(ML)
    mark(kubeflow.api, "Profile", "ml", "")
    mark(kubeflow.api, "Namespace", "ml", "theirs")

    assert other_instance(kubeflow.plan(ML))


def test_a_namespace_of_a_profile_is_left_alone_by_an_installation_that_has_begun(kubeflow, alone):
    alone.apply(document(profile("plain")), allow_kubeflow=True)
    kubeflow.apply(ML)

    plan = alone.plan(document(profile("plain"), profile(ann="edit")))

    assert codes(plan.refused) == ["kubeflow-namespace"]


def test_our_own_marks_of_the_other_mode_are_no_hindrance(kubeflow):
    kubeflow.apply(ML)
    mark(kubeflow.api, "Namespace", "ml", "default")

    assert not kubeflow.plan(ML).refused
