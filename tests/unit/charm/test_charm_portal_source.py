"""A portal as a source of the charm: its projects are profiles, and it freezes as any source."""

import pytest
from ops import ActiveStatus, BlockedStatus, WaitingStatus, testing
from portal_world import as_source, away, back
from puhuri.exports import ADMIN, MANAGER, MEMBER, allocate, project

from puhuri_server.sample import cuid

SINCE = "since 2026-01-01 12:00 UTC"
OWN = "profiles: [{name: ml, owner: {kind: User, name: olga@example.com}}]"


@pytest.fixture
def soup(portal):
    """A project that ada manages, with bo."""
    return project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN))


def people(api, profile):
    """Return {person: role} of the contributors of a profile."""
    notes = [
        binding["metadata"].get("annotations", {})
        for binding in api.objects("RoleBinding", profile)
        if binding["metadata"]["name"] != "namespaceAdmin"
    ]
    return {each["user"]: each["role"] for each in notes if "user" in each}


def test_projects_become_profiles_beside_those_of_the_document(world, api, portal, soup):
    as_source(world, portal, OWN)

    state = world.see("config_changed")

    assert state.unit_status == ActiveStatus("2 profiles, 1 contributor")
    assert people(api, "hpc-soup") == {cuid("bo"): "edit"}
    notes = api.get("Profile", None, "hpc-soup")["metadata"]["annotations"]
    assert notes["profiles-management.io/source"] == "puhuri"
    assert {sent.method for sent in portal.requests} == {"GET"}


def test_options_say_how_projects_become_profiles(world, api, portal):
    of = project(portal.world, "Stew", ("ada", ADMIN), ("bo", MEMBER))
    allocate(portal.world, of, gpu_k_hours=5)
    as_source(
        world,
        portal,
        puhuri_people="email",
        puhuri_owner="olga@example.com",
        puhuri_roles="edit=PROJECT.MEMBER, view=PROJECT.ADMIN",
        puhuri_quota="gpu_k_hours=requests.nvidia.com/gpu",
    )

    world.see()

    profile = api.get("Profile", None, "hpc-stew")
    assert profile["spec"]["owner"]["name"] == "olga@example.com"
    assert profile["spec"]["resourceQuotaSpec"]["hard"] == {"requests.nvidia.com/gpu": "5"}
    assert people(api, "hpc-stew") == {"ada@example.org": "view", "bo@example.org": "edit"}


def test_a_project_that_the_patterns_do_not_allow_is_left_out(world, api, portal, soup):
    as_source(world, portal, OWN, puhuri_profiles="lab-*")

    status = world.see().unit_status

    assert isinstance(status, ActiveStatus)
    assert status.message.startswith("1 profile, 0 contributors; 1 warning")
    assert api.get("Profile", None, "hpc-soup") is None


def test_a_portal_that_is_away_freezes_its_profiles_and_no_others(world, api, portal, soup):
    as_source(world, portal, OWN)
    world.see()
    away(portal)
    as_source(world, portal, OWN.replace("ml", "web"))

    status = world.see().unit_status

    assert status == WaitingStatus(
        "portal: The portal did not list the customers: it answered with status 500; "
        f"1 profile frozen {SINCE}"
    )
    assert people(api, "hpc-soup") == {cuid("bo"): "edit"}
    assert api.get("Profile", None, "web")

    back(portal)
    assert world.see().unit_status == ActiveStatus("2 profiles, 1 contributor")


def test_a_member_who_left_loses_access_and_a_project_that_is_gone_is_stale(
    world, api, portal, soup
):
    as_source(world, portal, OWN)
    world.see()
    portal.world.projects.remove(soup)

    world.see()

    assert people(api, "hpc-soup") == {}
    assert [one["name"] for one in world.act("list-stale-profiles")["stale"]] == ["hpc-soup"]


def test_the_source_is_withdrawn_by_its_name(world, api, portal, soup):
    as_source(world, portal, OWN)
    world.see()
    as_source(world, portal, OWN, puhuri_mode="off")
    kept = world.see().unit_status
    as_source(world, portal, OWN, puhuri_mode="off", withdrawn_sources="puhuri")

    world.see()

    assert kept == ActiveStatus(
        "1 profile, 0 contributors; 1 profile and 2 people of puhuri frozen, not given"
    )
    assert people(api, "hpc-soup") == {}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"puhuri_token": ""}, "puhuri-token is missing. Set it to a secret with the key token"),
        ({"puhuri_url": ""}, "option puhuri-url is empty. Set it, or set puhuri-mode=off"),
        ({"puhuri_url": "https://x?y"}, "The URL of the portal is not https://HOST"),
        ({"puhuri_customer": ""}, "option puhuri-customer is empty. Name a customer"),
        ({"puhuri_customer": "Nobody"}, "The portal has no customer with the name Nobody"),
        ({"puhuri_profiles": ""}, "option puhuri-profiles is empty. Name the profiles that"),
        ({"puhuri_profiles": "a b"}, "option puhuri-profiles has "),
        ({"puhuri_quota": "gpu"}, "option puhuri-quota is not valid: "),
        (
            {"puhuri_roles": "view=PROJECT.ADMIN"},
            "option puhuri-roles is not valid: edit and view are the same role in a project",
        ),
        ({"puhuri_owner": "two words@"}, "option puhuri-owner is not valid: "),
        ({"puhuri_ca": "nonsense"}, "The CA is not a certificate"),
        (
            {"puhuri_token": testing.Secret({"token": "f" * 40})},
            "The portal does not accept the token",
        ),
    ],
)
def test_what_is_wrong_freezes_the_portal_alone(world, api, portal, soup, options, reason):
    project(portal.world, "Stew", ("ada", MANAGER))
    as_source(world, portal, OWN, **options)

    status = world.see().unit_status

    assert isinstance(status, BlockedStatus)
    assert status.message.startswith(f"portal: {reason}")
    assert f"; frozen {SINCE}" in status.message
    assert api.get("Profile", None, "ml")


def test_a_portal_with_too_many_projects_is_frozen_as_a_whole(world, api, portal, soup):
    project(portal.world, "Stew", ("ada", MANAGER))
    as_source(world, portal, OWN, untrusted_max_profiles=1)

    status = world.see().unit_status

    assert isinstance(status, BlockedStatus)
    assert status.message == (
        f"puhuri: this source has 2 profiles, at most 1 are allowed; frozen {SINCE}"
    )
