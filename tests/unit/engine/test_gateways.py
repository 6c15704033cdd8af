"""Contributors' policies with another gateway than the owner's policy are reported."""

import pytest

from engine.build import document
from engine.world import World
from memory_api.controller import PRINCIPALS
from profiles_management import Settings
from profiles_management.kubeflow.settings import CHARMED
from scenarios.foreign import put

OTHER = "cluster.local/ns/other/sa/gateway"


def mismatches(plan):
    return [problem for problem in plan.warnings if problem.code == "gateway-mismatch"]


def owners_policy(world, *principals, name="ml"):
    """Give the owner's policy other principals, as another configuration of the controller does."""
    policy = world.api.get("AuthorizationPolicy", name, "ns-owner-access-istio")
    policy["spec"]["rules"][0]["from"][0]["source"]["principals"] = list(principals)
    put(world.api, policy)


def test_the_first_contributor_is_enough_and_both_gateways_are_named(world, profile):
    world.apply(document(profile()))

    (warning,) = mismatches(
        world.plan(document(profile(ann="edit")), principals=CHARMED.principals)
    )

    assert str(warning) == (
        "AuthorizationPolicies of 1 contributor name "
        "cluster.local/ns/kubeflow/sa/istio-ingressgateway-workload-service-account, "
        "cluster.local/ns/kubeflow/sa/kfp-ui; the owner's in ml names "
        "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account, "
        "cluster.local/ns/kubeflow/sa/ml-pipeline-ui. "
        "Nobody gets in through a gateway that does not exist. Choose the preset of this Kubeflow, or set principals "
        "to cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account,"
        "cluster.local/ns/kubeflow/sa/ml-pipeline-ui [gateway-mismatch]"
    )


def test_nobody_is_warned_of_a_profile_without_contributors(world, profile):
    world.apply(document(profile()))

    assert not mismatches(world.plan(document(profile()), principals=(OTHER,)))


def test_the_same_principals_in_another_order_are_right(world, profile):
    world.apply(document(profile()))
    owners_policy(world, *reversed(PRINCIPALS))

    assert not mismatches(world.plan(document(profile(ann="edit"))))


def test_further_principals_of_the_settings_are_right(world, profile):
    world.apply(document(profile()))

    assert not mismatches(world.plan(document(profile(ann="edit")), additional_principals=(OTHER,)))


def test_a_pattern_in_the_owners_policy_that_fits_the_gateway_is_right(world, profile):
    world.apply(document(profile()))
    owners_policy(world, "cluster.local/ns/istio-system/*", "*/ml-pipeline-ui")

    assert not mismatches(world.plan(document(profile(ann="edit"))))


@pytest.mark.parametrize("missing", PRINCIPALS)
def test_one_of_the_two_that_differs_is_named_alone(world, profile, missing):
    world.apply(document(profile()))
    owners_policy(world, *(OTHER if one == missing else one for one in PRINCIPALS))

    (warning,) = mismatches(world.plan(document(profile(ann="edit"))))

    assert (
        warning.what
        == f"AuthorizationPolicies of 1 contributor name {missing}; the owner's in ml names {OTHER}"
    )


def test_profiles_with_the_same_gateways_are_one_warning(world, profile):
    pmr = document(profile(ann="edit", bob="view"), profile("web", ann="edit"))
    world.apply(pmr)

    plan = world.plan(pmr, principals=(OTHER, PRINCIPALS[1]), allow_gateway_change=True)
    (warning,) = mismatches(plan)

    assert warning.what.startswith("AuthorizationPolicies of 3 contributors name")


def test_contributors_whose_policies_are_there_already_are_counted_too(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    owners_policy(world, OTHER)

    plan = world.plan(pmr)

    assert not plan.changes
    assert len(mismatches(plan)) == 1


def test_what_is_not_there_yet_is_not_compared(profile):
    world = World(Settings(allow_revocations=True, deadline=1.0), slow=True)

    assert not mismatches(world.plan(document(profile(ann="edit"))))


def test_a_plain_cluster_has_no_profile_controller_to_compare_with(plain, profile):
    pmr = document(profile(ann="edit"))
    plain.apply(pmr)

    assert not mismatches(plain.plan(pmr, principals=(OTHER,)))


@pytest.mark.parametrize("spec", [{}, {"rules": []}, {"rules": [{}]}, {"rules": [{"when": []}]}])
def test_an_owners_policy_without_principals_says_nothing(world, profile, spec):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    put(
        world.api,
        {**world.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio"), "spec": spec},
    )

    assert not mismatches(world.plan(pmr))


def test_what_the_owners_policy_names_beyond_the_settings_is_named(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    owners_policy(world, *PRINCIPALS, OTHER)

    (warning,) = mismatches(world.plan(pmr))

    assert (
        warning.what
        == f"AuthorizationPolicies of 1 contributor do not name {OTHER}; the owner's in ml does"
    )


def test_a_workload_that_somebody_wrote_into_the_owners_policy_is_never_advised_as_a_gateway(
    world, profile
):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    owners_policy(world, *PRINCIPALS, "cluster.local/ns/ml/sa/default-editor")
    assert not mismatches(world.plan(pmr))

    owners_policy(world, OTHER, "cluster.local/ns/ml/sa/default-editor")
    (warning,) = mismatches(world.plan(pmr))
    assert "default-editor" not in str(warning)
