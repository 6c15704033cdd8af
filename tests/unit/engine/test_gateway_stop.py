"""A wrong preset stops: policies keep the owners' gateway unless a change is allowed."""

from dataclasses import replace

import pytest

from engine.build import document, profile
from engine.looking import roles_in
from engine.test_gateways import OTHER, owners_policy
from engine.world import World
from memory_api.controller import CHARMED_PRINCIPALS, PRINCIPALS
from profiles_management import (
    CHARMED,
    Settings,
    StoppedError,
    create_or_update_profiles,
    plan_profiles,
)
from profiles_management.kubeflow.settings import DETECTED
from profiles_management.reconcile.describe import plan_data
from profiles_management.reconcile.loop import decide
from scenarios.foreign import policy as foreign_policy
from scenarios.foreign import put

WRONG = {"principals": CHARMED.principals}
FOUR = document(profile(ann="edit", bob="view"), profile("web", ann="edit", eve="view"))


def principals_in(api, space="ml"):
    """Return the principals of each contributor's policy, by name of the policy."""
    return {
        policy["metadata"]["name"]: tuple(
            policy["spec"]["rules"][0]["from"][0]["source"]["principals"]
        )
        for policy in api.objects("AuthorizationPolicy", space)
        if policy["metadata"]["name"] != "ns-owner-access-istio"
    }


def name_charmed(world, *names):
    for name in names:
        owners_policy(world, *CHARMED_PRINCIPALS, name=name)


@pytest.fixture
def filled(world):
    return world.after(FOUR)


def stopped(world, pmr, **changed):
    with pytest.raises(StoppedError) as raised:
        world.apply(pmr, **changed)
    return raised.value


def test_the_wrong_preset_stops_and_nobody_is_locked_out(filled):
    error = stopped(filled, FOUR, **WRONG)

    assert (error.exit_code, error.report.writes) == (3, 0)
    assert set(principals_in(filled.api).values()) == {PRINCIPALS}
    assert str(error) == (
        "Stopped: the gateway of 4 existing AuthorizationPolicies would change to charmed "
        "(cluster.local/ns/kubeflow/sa/istio-ingressgateway-workload-service-account, "
        "cluster.local/ns/kubeflow/sa/kfp-ui), and 2 of 2 owners' AuthorizationPolicies name upstream "
        "(cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account, "
        "cluster.local/ns/kubeflow/sa/ml-pipeline-ui). Nothing was written."
    )
    (stop,) = error.report.stops
    assert stop.remedy == (
        "Pass --preset upstream. If that is about to change, pass --allow-gateway-change once."
    )


def test_a_plan_says_what_would_stop_and_warns_of_nothing_else(filled):
    plan = filled.plan(FOUR, **WRONG)

    assert [str(stop.kind) for stop in decide(plan, Settings().limits).stops] == ["gateways"]
    assert not plan.warnings


def test_it_can_be_allowed_once(filled):
    assert filled.apply(FOUR, **WRONG, allow_gateway_change=True).exit_code == 0
    assert set(principals_in(filled.api).values()) == {CHARMED_PRINCIPALS}


def test_a_correction_towards_the_owners_policies_is_never_stopped(filled):
    filled.apply(FOUR, **WRONG, allow_gateway_change=True)

    assert filled.apply(FOUR).exit_code == 0
    assert set(principals_in(filled.api).values()) == {PRINCIPALS}


def test_once_the_controller_has_the_new_gateway_nothing_is_stopped(filled):
    name_charmed(filled, "ml", "web")

    assert filled.apply(FOUR, **WRONG).exit_code == 0


def test_a_single_policy_is_no_reason_to_stop(world):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)

    assert world.apply(pmr, **WRONG).exit_code == 0


def test_new_people_next_to_a_single_policy_are_no_reason_either(world):
    world.apply(document(profile(ann="edit")))

    assert (
        world.apply(document(profile(ann="edit", bob="edit", eve="view")), **WRONG).exit_code == 0
    )


def test_policies_that_have_been_changed_already_are_not_counted_again(filled):
    changed = document(profile(ann="view", bob="edit"), profile("web", ann="view", eve="edit"))
    filled.apply(FOUR, userid_header="x-user", allow_gateway_change=True)

    assert filled.apply(changed, userid_header="x-user").exit_code == 0


def test_new_people_wait_while_gateways_are_wrong_and_revocations_do_not(filled):
    changed = document(
        profile(ann="edit", joe="view"), profile("web", ann="edit", eve="view"), profile("new")
    )

    error = stopped(filled, changed, **WRONG)

    assert roles_in(filled.api) == {"owner": "admin", "ann": "edit"}
    assert "new" not in {one["metadata"]["name"] for one in filled.api.objects("Profile")}
    assert str(error).endswith("Changes that end access were applied, and no others.")
    held = error.report.plan.held
    assert {change.profile for change in held} == {"ml", "web", "new"}
    assert not any(change.ends_access for change in held)


def test_a_role_change_waits_too_because_it_writes_the_policy_again(filled):
    changed = document(profile(ann="view", bob="edit"), profile("web", ann="view", eve="edit"))

    stopped(filled, changed, **WRONG)

    assert roles_in(filled.api) == {"owner": "admin", "ann": "edit", "bob": "view"}
    assert set(principals_in(filled.api).values()) == {PRINCIPALS}


def test_the_header_that_the_owners_policies_do_not_know_stops_like_a_gateway(filled):
    error = stopped(filled, FOUR, userid_header="x-user")

    assert error.report.writes == 0
    assert "with the header x-user" in str(error)
    assert error.report.stops[0].remedy.startswith("Pass --userid-header kubeflow-userid.")


def test_the_prefix_that_the_owners_policies_do_not_have_stops_too():
    world = World(Settings(userid_prefix="accounts:", allow_revocations=True))
    world.apply(FOUR)

    error = stopped(world, FOUR, userid_prefix="")

    assert error.report.writes == 0
    assert 'with the prefix "accounts:"' in str(error)
    assert error.report.stops[0].remedy.startswith("Pass --userid-prefix accounts:.")


def test_the_wrong_prefix_shuts_out_no_owner_of_a_plain_cluster():
    world = World(Settings(standalone=True, userid_prefix="accounts:", allow_revocations=True))
    world.apply(FOUR)

    assert stopped(world, FOUR, userid_prefix="").report.writes == 0
    assert world.apply(FOUR, userid_prefix="", allow_gateway_change=True).exit_code == 0
    assert not world.plan(FOUR, userid_prefix="").changes


def test_a_prefix_that_the_owners_policies_do_not_have_is_left_out(filled):
    assert (
        stopped(filled, FOUR, userid_prefix="x:")
        .report.stops[0]
        .remedy.startswith("Leave out --userid-prefix.")
    )


def test_a_gateway_that_no_preset_has_is_named_with_what_to_write(filled):
    for name in ("ml", "web"):
        owners_policy(filled, OTHER, name=name)
    filled.apply(FOUR, principals=(OTHER,))

    error = stopped(filled, FOUR)

    assert f"name {OTHER}" in str(error)
    assert error.report.stops[0].remedy.startswith(f"Pass --principal {OTHER}.")


def test_further_gateways_of_the_settings_can_come_and_go(filled):
    assert filled.apply(FOUR, additional_principals=(OTHER,)).exit_code == 0
    assert [one.code for one in filled.plan(FOUR).warnings] == ["other-gateways"]
    assert filled.apply(FOUR).exit_code == 0


def test_on_a_plain_cluster_the_managed_policies_are_what_counts(plain):
    plain.apply(FOUR)

    error = stopped(plain, FOUR, **WRONG)

    assert "2 of 2 contributors' AuthorizationPolicies name upstream" in str(error)
    assert plain.apply(FOUR, **WRONG, allow_gateway_change=True).exit_code == 0


def test_the_brake_and_the_gateways_stop_together(filled):
    braked = {"allow_revocations": False, "brake_minimum": 0, "brake_share": 0.1}

    error = stopped(
        filled, document(profile(ann="edit", bob="view"), profile("web")), **WRONG, **braked
    )

    assert [str(stop.kind) for stop in error.report.stops] == ["revocations", "gateways"]
    assert len(roles_in(filled.api, "web")) == 3


# the gateway that the cluster's policies name


@pytest.fixture
def auto():
    """A cluster in memory, and an engine that takes the gateways of the owners' policies."""
    return World(Settings(**{**_fields(DETECTED), "allow_revocations": True}))


def _fields(settings):
    return {name: getattr(settings, name) for name in ("principals", "detect_gateways")}


def fact(plan):
    (found,) = plan.facts
    return found


def test_an_empty_cluster_gets_upstream_and_says_why(auto):
    plan = auto.plan(FOUR)

    assert fact(plan).text == (
        "Gateway: upstream, because no AuthorizationPolicy names one (see --preset)."
    )
    assert fact(plan).data == {
        "preset": "upstream",
        "principals": list(PRINCIPALS),
        "detected": False,
    }


def test_the_gateway_of_the_owners_policies_is_taken_and_named(auto):
    auto.apply(document(profile(), profile("web")))
    name_charmed(auto, "ml", "web")

    report = auto.apply(FOUR)

    assert report.exit_code == 0
    assert set(principals_in(auto.api).values()) == {CHARMED_PRINCIPALS}
    assert (
        fact(report.plan).text
        == "Gateway: charmed, as 2 of 2 owners' AuthorizationPolicies name it."
    )
    assert fact(report.plan).data["preset"] == "charmed"
    assert not auto.plan(FOUR).changes


def test_what_waited_for_a_conflict_writes_no_gateway_that_nobody_has_seen(auto):
    auto.apply(document(profile(), profile("web")))
    happened = []

    def others_write(request, act):
        if (request.method, request.resource) == ("PATCH", "namespaces") and not happened:
            happened.append(request)
            name_charmed(auto, "ml", "web")
            namespace = auto.api.get("Namespace", None, "ml")
            namespace["metadata"].setdefault("annotations", {})["example.com/seen"] = "true"
            auto.api.put(namespace)
        return act()

    auto.api.faults.append(others_write)
    wanted = document(
        profile(ann="edit", fields={"labels": {"example.com/team": "a"}}), profile("web")
    )

    report = auto.apply(wanted)

    assert (report.exit_code, principals_in(auto.api)) == (4, {})
    assert auto.apply(wanted).exit_code == 0
    assert set(principals_in(auto.api).values()) == {CHARMED_PRINCIPALS}


def test_a_gateway_that_no_preset_has_is_taken_where_all_agree(auto):
    auto.apply(document(profile(), profile("web")))
    for name in ("ml", "web"):
        owners_policy(auto, OTHER, name=name)

    report = auto.apply(FOUR)

    assert set(principals_in(auto.api).values()) == {(OTHER,)}
    assert (
        fact(report.plan).text
        == f"Gateway: {OTHER}, as all 2 owners' AuthorizationPolicies name it."
    )
    assert fact(report.plan).data == {"preset": None, "principals": [OTHER], "detected": True}


def test_who_gets_in_through_such_a_gateway_is_known(auto):
    auto.apply(FOUR)
    for name in ("ml", "web"):
        owners_policy(auto, OTHER, name=name)
    sender = {"from": [{"source": {"principals": [OTHER]}}]}
    condition = {
        "when": [{"key": "request.headers[kubeflow-userid]", "values": ["mallory@example.com"]}]
    }
    put(auto.api, foreign_policy("their-own", {**sender, **condition}))

    plan = auto.plan(FOUR, foreign="revoke", allow_gateway_change=True)

    assert "their-own" in [change.target.name for change in plan.changes]


def test_where_the_owners_policies_do_not_agree_the_choice_is_left_to_somebody(auto):
    auto.apply(FOUR)
    owners_policy(auto, OTHER, name="web")

    error = stopped(
        auto, document(profile(ann="edit", joe="view"), profile("web", ann="edit", eve="view"))
    )

    assert str(error).startswith(
        "Stopped: the gateway is unclear: of the owners' AuthorizationPolicies 1 of 2 name upstream"
    )
    assert OTHER in str(error)
    assert error.report.stops[0].remedy == (
        "Select the gateway: pass --preset, or --principal for one that no preset has."
    )
    assert roles_in(auto.api) == {"owner": "admin", "ann": "edit"}
    assert auto.apply(document(profile(ann="edit"), profile("web", ann="edit"))).exit_code == 0


def test_new_profiles_get_the_gateway_of_the_other_profiles_in_the_cluster(auto):
    others = World(Settings(), api=auto.api)
    others.apply(document(profile("alice", owner="alice"), profile("carol", owner="carol")))
    name_charmed(auto, "alice", "carol")

    report = auto.apply(FOUR)

    assert report.exit_code == 0
    assert set(principals_in(auto.api).values()) == {CHARMED_PRINCIPALS}
    text = "Gateway: charmed, as 2 of 2 other owners' AuthorizationPolicies name it."
    assert fact(report.plan).text == text


def test_a_preset_that_other_profiles_contradict_is_warned_of_before_anything_is_created(auto):
    others = World(Settings(), api=auto.api)
    others.apply(document(profile("alice", owner="alice"), profile("carol", owner="carol")))

    (warning,) = auto.plan(FOUR, detect_gateways=False, principals=CHARMED.principals).warnings

    assert warning.code == "gateway-mismatch"
    assert warning.what == (
        "AuthorizationPolicies of 2 other owners name upstream "
        "(cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account, "
        "cluster.local/ns/kubeflow/sa/ml-pipeline-ui), "
        "and those of this document's contributors will not"
    )
    assert not auto.plan(FOUR, detect_gateways=False, principals=PRINCIPALS).warnings
    owners_only = document(profile(), profile("web"))
    assert not auto.plan(owners_only, detect_gateways=False, principals=CHARMED.principals).warnings


def test_where_other_profiles_name_unknown_gateways_new_contributors_wait(auto):
    World(Settings(), api=auto.api).apply(document(profile("alice", owner="alice")))
    owners_policy(auto, OTHER, name="alice")

    error = stopped(auto, FOUR)

    assert error.report.stops[0].remedy == f"If that is right, pass --principal {OTHER}."
    assert "of the other owners' AuthorizationPolicies 1 of 1 name" in str(error)
    assert not auto.api.objects("Profile")[1:]
    assert auto.apply(FOUR, principals=(OTHER,), detect_gateways=False).exit_code == 0


def test_profiles_without_contributors_write_no_gateway_and_do_not_wait_for_one(auto):
    World(Settings(), api=auto.api).apply(document(profile("alice", owner="alice")))
    owners_policy(auto, OTHER, name="alice")

    assert auto.apply(document(profile(), profile("web"))).exit_code == 0


def test_new_profiles_in_a_folder_get_the_gateway_of_the_other_profiles_there(tmp_path):
    create_or_update_profiles(FOUR, target=tmp_path, settings=CHARMED)
    new = document(profile("new", ann="edit"))

    plan = plan_profiles(new, target=tmp_path, settings=replace(DETECTED, instance="second"))

    text = "Gateway: charmed, as 2 of 2 other contributors' AuthorizationPolicies name it."
    assert fact(plan).text == text


def test_a_folder_keeps_the_gateway_of_its_policies(auto, tmp_path):
    create_or_update_profiles(FOUR, target=tmp_path, settings=CHARMED)

    assert not plan_profiles(FOUR, target=tmp_path, settings=DETECTED).changes
    plan = plan_profiles(
        document(profile(ann="edit", joe="view"), profile("web")),
        target=tmp_path,
        settings=DETECTED,
    )

    assert (
        fact(plan).text
        == "Gateway: charmed, as 2 of 2 contributors' AuthorizationPolicies name it."
    )


def test_the_policy_of_a_workload_of_a_profile_names_no_gateway(auto):
    auto.apply(document(profile(), profile("web")))
    for name in ("ml", "web"):
        owners_policy(auto, "cluster.local/ns/ml/sa/default-editor", name=name)

    assert fact(auto.plan(FOUR)).data["preset"] == "upstream"


def test_json_has_the_gateways_of_every_plan(filled):
    assert plan_data(filled.plan(FOUR))["gateways"] == {
        "preset": "upstream",
        "principals": list(PRINCIPALS),
        "detected": False,
    }


def test_another_header_is_no_reason_to_doubt_the_gateway_and_stops_by_itself(auto):
    auto.apply(FOUR)

    error = stopped(auto, FOUR, userid_header="x-user")

    assert error.report.stops[0].remedy.startswith("Pass --userid-header kubeflow-userid.")
    assert auto.apply(FOUR, userid_header="x-user", allow_gateway_change=True).exit_code == 0


def test_what_both_hold_back_is_counted_once(filled):
    braked = {"allow_revocations": False, "brake_minimum": 0, "brake_share": 0.1}
    pmr = document(profile(ann="edit", bob="view", zed="edit"), profile("web"))

    access = stopped(filled, pmr, **WRONG, **braked).report.plan.access

    assert (access.lost, access.gained) == (0, 0)
