"""A wrong preset or mode stops, or is refused, on a real control plane before any write."""

import pytest

from integration.people import person
from memory_api.controller import CHARMED_PRINCIPALS, PRINCIPALS
from profiles_management import CHARMED, SettingsError, StoppedError
from profiles_management.kubeflow.settings import DETECTED

AUTO = {"principals": DETECTED.principals, "detect_gateways": True}


@pytest.fixture
def principals(server, name):
    """Return a function that reads the principals of every contributor's policy."""

    def read():
        listed = server.call(
            "GET", f"/apis/security.istio.io/v1/namespaces/{name}/authorizationpolicies"
        )["items"]
        policies = [
            policy for policy in listed if policy["metadata"]["name"] != "ns-owner-access-istio"
        ]
        return {
            tuple(policy["spec"]["rules"][0]["from"][0]["source"]["principals"])
            for policy in policies
        }

    return read


def test_the_wrong_preset_locks_nobody_out_and_revokes(engine, profile, principals, roles, name):
    engine.settle(profile(ann="edit", bob="view", eve="view"))

    with pytest.raises(StoppedError) as stopped:
        engine.apply(profile(ann="edit", bob="view", joe="view"), principals=CHARMED.principals)

    assert stopped.value.exit_code == 3
    assert principals() == {PRINCIPALS}
    roles(name, ann="edit", bob="view", eve="", joe="")


def test_the_gateway_of_the_owners_policies_is_taken(
    engine, stand_ins, server, profile, principals, name
):
    engine.settle(profile())
    with stand_ins.stopping_controller(before="policy"):
        policy = server.get("AuthorizationPolicy", name, "ns-owner-access-istio")
        rules = policy["spec"]["rules"]
        rules[0]["from"][0]["source"]["principals"] = list(CHARMED_PRINCIPALS)
        server.patch(
            "AuthorizationPolicy", name, "ns-owner-access-istio", {"spec": {"rules": rules}}
        )

        report = engine.apply(profile(ann="edit"), **AUTO)

    assert report.exit_code == 0
    assert principals() == {CHARMED_PRINCIPALS}
    assert (
        report.plan.facts[0].text
        == "Gateway: charmed, as the AuthorizationPolicy of 1 owner names it."
    )


def test_standalone_mode_does_not_begin_where_kubeflow_is(engine, profile, server, name):
    with pytest.raises(SettingsError, match="this cluster has Kubeflow's Profiles"):
        engine.apply(profile(ann="edit"), standalone=True)

    assert server.get("Namespace", None, name) is None


def test_a_mark_of_a_standalone_installation_on_the_namespace_is_respected(
    engine, profile, server, name
):
    labels = {
        "app.kubernetes.io/managed-by": "profiles-management",
        "profiles-management.io/instance": "other",
    }
    metadata = {"name": name, "labels": labels, "annotations": {"owner": person("olga")}}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    report = engine.apply(profile(ann="edit"))

    assert [problem.code for problem in report.plan.refused] == ["other-instance"]
    assert server.get("Profile", None, name) is None
