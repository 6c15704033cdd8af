"""A wrong preset stops; `--preset auto` uses the gateway of the owners' policies.

`--standalone` does not begin in a cluster that has Kubeflow.
"""

import pytest

from memory_api import ProfileController
from memory_api.controller import CHARMED_PRINCIPALS, PRINCIPALS
from scenarios.foreign import policy, put


@pytest.fixture
def charmed(api):
    """The profile controller of Charmed Kubeflow."""
    return ProfileController(api, principals=CHARMED_PRINCIPALS)


def names_gateway(api, principals):
    """Return whether every contributor's policy names these principals."""
    made = [
        one
        for one in api.objects("AuthorizationPolicy")
        if one["metadata"]["name"] != "ns-owner-access-istio"
    ]
    return {tuple(one["spec"]["rules"][0]["from"][0]["source"]["principals"]) for one in made} == {
        principals
    }


def test_on_charmed_kubeflow_no_option_is_needed(run, api, charmed, sample):
    run("apply", "pmr.yaml", "--preset", "charmed")

    unchanged = run("apply", "pmr.yaml").last
    added = sample(
        (
            "  - name: bart@canonical.com",
            "  - {name: joe@canonical.com, role: view}\n  - name: bart@canonical.com",
        )
    )
    ran = run("apply", "-", stdin=added)

    assert unchanged == "No changes. 2 profiles match."
    assert "\nGateway: charmed, as 2 of 2 owners' AuthorizationPolicies name it.\n" in ran.out
    assert names_gateway(api, CHARMED_PRINCIPALS)


def test_json_says_which_gateway_was_taken(run, charmed):
    run("apply", "pmr.yaml", "--preset", "charmed")

    found = [
        run(command, "pmr.yaml", "--output", "json").data["gateways"]
        for command in ("plan", "apply")
    ]

    assert (
        found
        == [{"preset": "charmed", "principals": list(CHARMED_PRINCIPALS), "detected": True}] * 2
    )


@pytest.mark.parametrize(
    ("made_by", "preset", "kept"),
    [("auto", "charmed", PRINCIPALS), ("charmed", "upstream", CHARMED_PRINCIPALS)],
)
def test_the_wrong_preset_ends_with_3_and_locks_nobody_out(run, api, made_by, preset, kept):
    ProfileController(api, principals=kept)
    run("apply", "pmr.yaml", "--preset", made_by)
    api.log.clear()

    ran = run("apply", "pmr.yaml", "--preset", preset)

    assert (ran.code, ran.out, api.writes) == (3, "", [])
    assert names_gateway(api, kept)
    right = {"charmed": "upstream", "upstream": "charmed"}[preset]
    assert ran.err.splitlines()[-2] == (
        f"Pass --preset {right}. If that is about to change, pass --allow-gateway-change once."
    )


def test_a_plan_with_the_wrong_preset_shows_that_apply_would_stop(run, controller):
    run("apply", "pmr.yaml")

    ran = run("plan", "pmr.yaml", "--preset", "charmed", "--exit-code", "--output", "json")

    assert ran.code == 3
    (stop,) = ran.data["stopped"]
    assert (stop["kind"], stop["rest_applied"]) == ("gateways", False)
    assert run("plan", "pmr.yaml", "--preset", "charmed").last.startswith(
        "stopped: apply would change nothing of this"
    )


def test_the_gateway_change_is_allowed_for_one_run(run, api, controller):
    run("apply", "pmr.yaml")

    ran = run("apply", "pmr.yaml", "--preset", "charmed", "--allow-gateway-change")

    assert ran.code == 0
    assert names_gateway(api, CHARMED_PRINCIPALS)
    assert run("apply", "pmr.yaml").code == 0
    assert names_gateway(api, PRINCIPALS)


def test_a_principal_of_the_user_is_taken_without_looking(run, api, controller):
    own = "cluster.local/ns/gateways/sa/own"

    ran = run("plan", "pmr.yaml", "--principal", own, "--output", "json")

    assert ran.data["gateways"] == {"preset": None, "principals": [own], "detected": False}


@pytest.mark.parametrize(
    "principals", [PRINCIPALS, CHARMED_PRINCIPALS], ids=["upstream", "charmed"]
)
def test_an_access_report_knows_the_gateways_of_all_presets(run, api, controller, principals):
    run("apply", "pmr.yaml")
    rule = {
        "from": [{"source": {"principals": list(principals)}}],
        "when": [{"key": "request.headers[kubeflow-userid]", "values": ["eve@example.com"]}],
    }
    put(api, policy("their-own", rule, space="ml-engineers"))

    assert "eve@example.com" in run("access").out


def test_the_policies_that_confine_the_account_are_the_same_for_every_preset(run):
    printed = ("rbac", "--admission-policy", "--service-account", "kubeflow:profiles-management")

    assert (
        len({run(*printed, "--preset", preset).out for preset in ("auto", "upstream", "charmed")})
        == 1
    )


def test_standalone_where_kubeflow_is_ends_with_1_and_names_the_option(run, api, controller):
    ran = run("apply", "pmr.yaml", "--standalone")

    assert (ran.code, ran.out, api.writes) == (1, "", [])
    assert " ".join(ran.err.split()) == (
        "error: --standalone is for a cluster without Kubeflow, and this cluster has Kubeflow's Profiles. "
        "Leave it out, or pass --allow-kubeflow too (charm: allow-kubeflow=true)."
    )
    assert run("apply", "pmr.yaml", "--standalone", "--allow-kubeflow").code == 0


def test_reading_profiles_in_a_cluster_with_kubeflow_is_in_the_permissions(run):
    rules = {
        option: run("rbac", "--standalone", *option.split(), "--output", "json").data["rules"]
        for option in ("", "--allow-kubeflow")
    }

    assert [rule for rule in rules["--allow-kubeflow"] if rule not in rules[""]] == [
        {"apiGroups": ["kubeflow.org"], "resources": ["profiles"], "verbs": ["list"]}
    ]
