"""Admins of a few namespaces choose the gateways of all, or delay their own revocation."""

from contextlib import suppress

import pytest
from engine.build import document, profile
from engine.looking import roles_in
from engine.test_gateway_stop import principals_in
from engine.test_gateways import owners_policy
from engine.world import World

from memory_api.controller import CHARMED_PRINCIPALS, PRINCIPALS
from profiles_management import CHARMED, Settings, StoppedError
from profiles_management.kubeflow.settings import DETECTED
from profiles_management.pmr import SourceDocument, merge
from scenarios.foreign import put

EVIL = "cluster.local/ns/evil/sa/proxy"
SETTINGS = {
    "auto": Settings(principals=DETECTED.principals, detect_gateways=True, allow_revocations=True),
    "preset": Settings(allow_revocations=True),
}
THREE = [profile(name, ann="edit", bob="view") for name in ("ml", "web", "lab")]


@pytest.fixture(params=SETTINGS.values(), ids=SETTINGS)
def world(request):
    return World(request.param)


def forge(world, principals, *names):
    """Write other principals into every policy of some namespaces, as their admins can."""
    for name in names:
        owners_policy(world, *principals, name=name)
        for policy in world.api.objects("AuthorizationPolicy", name):
            policy["spec"]["rules"][0]["from"][0]["source"]["principals"] = list(principals)
            put(world.api, policy)


def add_profiles_of(world, user, number, *principals):
    """Create Profiles with a policy that names other gateways, as any user can."""
    for index in range(number):
        name = f"{user}-{index}"
        created = {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": name},
            "spec": {"owner": {"kind": "User", "name": f"{user}@example.com"}},
        }
        world.api.call("POST", world.api.path("Profile"), created)
        if principals:
            owners_policy(world, *principals, name=name)


@pytest.mark.parametrize(
    "principals", [CHARMED_PRINCIPALS, (EVIL,), (*PRINCIPALS, EVIL)], ids=["preset", "own", "more"]
)
def test_a_minority_steers_nobody_stops_nothing_and_is_corrected(world, principals):
    world.apply(document(*THREE))
    forge(world, principals, "lab")

    report = world.apply(document(*THREE, profile("new", ann="edit")))

    assert report.exit_code == 0
    for name in ("ml", "web", "lab", "new"):
        assert set(principals_in(world.api, name).values()) == {PRINCIPALS}


@pytest.mark.parametrize("forged", [("ml",), ("ml", "web"), ("ml", "web", "lab")])
@pytest.mark.parametrize("principals", [CHARMED_PRINCIPALS, (EVIL,)], ids=["preset", "own"])
def test_no_number_of_forged_policies_holds_up_a_revocation_or_an_owner_who_is_replaced(
    world, principals, forged
):
    world.apply(document(*THREE))
    forge(world, principals, *forged)

    with suppress(StoppedError):
        world.apply(document(profile(owner="new", bob="view"), profile("web"), profile("lab")))

    assert roles_in(world.api, "web") == {"owner": "admin"}
    assert roles_in(world.api) == {"new": "admin", "bob": "view"}


def test_others_in_a_forged_policy_lose_access_although_gateways_are_stopped():
    world = World(SETTINGS["preset"])
    world.apply(document(*THREE))
    policy = next(
        one
        for one in world.api.objects("AuthorizationPolicy", "ml")
        if "ann" in one["metadata"]["name"]
    )
    policy["spec"]["rules"][0]["when"][0]["values"].append("eve@example.com")
    put(world.api, policy)

    with pytest.raises(StoppedError):
        world.apply(document(*THREE), principals=CHARMED.principals)

    assert "eve@example.com" not in str(world.api.objects("AuthorizationPolicy", "ml"))


def test_the_first_profiles_of_a_large_document_do_not_choose_a_gateway_that_no_preset_has():
    world = World(SETTINGS["auto"])
    world.apply(document(THREE[0]))
    forge(world, (EVIL,), "ml")

    with pytest.raises(StoppedError) as stopped:
        world.apply(document(*THREE))

    assert stopped.value.report.stops[0].remedy == f"If that is right, pass --principal {EVIL}."
    assert not world.api.objects("AuthorizationPolicy", "web")


def test_profiles_that_no_document_defines_have_no_vote():
    world = World(SETTINGS["auto"])
    world.apply(document(*THREE))
    add_profiles_of(world, "eve", 9, *CHARMED_PRINCIPALS)

    assert not world.plan(document(*THREE)).changes


def test_somebody_with_many_profiles_chooses_no_gateway_for_a_new_document():
    world = World(SETTINGS["auto"])
    for user in ("alice", "bob", "carol"):
        add_profiles_of(world, user, 1)
    add_profiles_of(world, "eve", 9, *CHARMED_PRINCIPALS)

    assert world.apply(document(*THREE)).exit_code == 0
    assert set(principals_in(world.api).values()) == {PRINCIPALS}


def test_the_only_user_of_a_cluster_cannot_have_new_profiles_trust_their_own_program():
    world = World(SETTINGS["auto"])
    add_profiles_of(world, "eve", 3, EVIL)

    with pytest.raises(StoppedError):
        world.apply(document(*THREE))

    assert not world.api.objects("AuthorizationPolicy", "ml")


def test_profiles_of_an_untrusted_source_have_no_vote_if_there_are_trusted_ones():
    world = World(SETTINGS["auto"])
    many = [profile(f"t{index}", ann="edit") for index in range(5)]
    pmr = merge(
        [
            SourceDocument("config", document(THREE[0])),
            SourceDocument("teams", document(*many), trusted=False),
        ]
    )
    world.apply(pmr)
    forge(world, CHARMED_PRINCIPALS, *(one.name for one in many))

    assert world.apply(pmr).exit_code == 0
    assert set(principals_in(world.api, "t0").values()) == {PRINCIPALS}


def test_profiles_that_are_refused_have_no_vote():
    world = World(SETTINGS["auto"])
    theirs = [profile(f"t{index}", owner="eve", ann="edit") for index in range(5)]
    World(Settings(instance="other", allow_revocations=True), api=world.api).apply(
        document(*theirs)
    )
    world.apply(document(*THREE))
    forge(world, CHARMED_PRINCIPALS, *(one.name for one in theirs))

    plan = world.plan(document(*THREE, *theirs))

    assert len(plan.refused) == 5
    assert not plan.changes
