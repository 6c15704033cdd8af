"""Access stays after its end, because something else is wrong with the profile."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from engine import happenings
from engine.build import contributor, document, profile
from engine.looking import codes, let_in, roles_in
from engine.many_sources import of_sources, some_sources
from engine.test_sources import LATER, TEAMS, merged
from engine.test_until import at
from engine.world import NOON, World
from hypothesis import given
from hypothesis import strategies as st

from memory_api import Kfam
from profiles_management import BrakeError, Settings
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr import SourceDocument, merge

BINDING = "user-ann-example-com-clusterrole-edit"
SOME_DAY = NOON + timedelta(days=120)


@pytest.fixture(params=[Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"])
def world(request):
    """A world in which ann's access to ml has an end and bob's has none."""
    world = World(request.param)
    world.apply(given_document())
    return world


def given_document(name="ml", **fields):
    people = [contributor("ann", until=LATER), contributor("bob")]
    return document(profile(name, contributors=people, fields=fields))


def later(world, pmr, **changed):
    """Apply when ann's time is up, with other settings."""
    world.settings = replace(world.settings, **changed)
    return at(world, pmr, LATER)


def labelled(world, **labels):
    """Replace the labels of managed objects of the profile."""
    marked = world.api.get("Namespace" if world.settings.standalone else "Profile", None, "ml")
    marked["metadata"]["labels"] = labels
    world.api.put(marked)


def only_bob_is_left(world):
    return roles_in(world.api) == {"owner": "admin", "bob": "edit"} and "ann" not in let_in(
        world.api
    )


def test_while_stale_profiles_are_left_alone(world):
    later(world, document(), stale="off")

    assert only_bob_is_left(world)


def test_while_the_profile_is_managed_by_another_instance(world):
    labelled(world, **{naming.INSTANCE: "other", naming.MANAGED_BY: naming.MANAGER})

    report = later(world, given_document())

    assert codes(report.plan.refused) == ["other-instance"]
    assert only_bob_is_left(world)


def test_while_the_mark_of_the_profile_is_gone_and_nobody_names_it(world):
    labelled(world)

    later(world, document())

    assert only_bob_is_left(world)


def test_while_the_brake_stops_everything_else(world):
    with pytest.raises(BrakeError) as stopped:
        later(world, document(), brake_share=0.0, brake_minimum=0)

    assert only_bob_is_left(world)
    assert [outcome.change.person.name for outcome in stopped.value.report.outcomes] == [
        "ann@example.com"
    ]


def test_by_taking_our_labels_away_where_people_of_no_document_are_kept(world):
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        there = world.api.get(kind, "ml", "user-ann-example-com-clusterrole-edit")
        there["metadata"]["labels"] = {}
        world.api.put(there)

    later(world, given_document(), unlisted="keep", brake_share=0.0, brake_minimum=0)

    assert only_bob_is_left(world)


def test_by_a_rolebinding_that_ann_adds_while_her_source_cannot_be_read():
    world = World(Settings())
    people = [contributor("ann", "admin", until=LATER), contributor("bob")]
    world.apply(merged(teams=document(profile(contributors=people))))
    Kfam(world.api).add("ml", "ann@example.com", "edit")

    later(world, merged(teams=None))

    assert only_bob_is_left(world)


def test_in_a_namespace_of_somebody_else_only_what_we_gave_ends():
    world = World(Settings())
    world.apply(given_document())
    Kfam(world.api).add("ml", "ann@example.com", "view")
    space = world.api.get("Namespace", None, "ml")
    space["metadata"] |= {"annotations": {"owner": "else@example.com"}, "ownerReferences": []}
    world.api.put(space)
    world.api.remove("RoleBinding", "ml", "namespaceAdmin")

    report = later(world, given_document())

    assert codes(report.plan.refused) == ["foreign-namespace"]
    assert roles_in(world.api)["ann"] == "view"


def test_in_a_binding_that_names_the_owner_while_the_brake_stops_everything_else(world):
    forged = world.api.get("RoleBinding", "ml", BINDING)
    forged["metadata"]["name"] = "user-owner-example-com-clusterrole-edit"
    forged["metadata"]["annotations"] |= {
        "user": "owner@example.com",
        naming.UNTIL: "2020-01-01T00:00:00Z",
    }
    forged["subjects"] = [
        forged["subjects"][0] | {"name": f"{who}@example.com"} for who in ("eve", "mallory")
    ]
    world.api.put(forged)

    with pytest.raises(BrakeError):
        later(world, document(profile()), brake_share=0.0, brake_minimum=0)

    assert only_bob_is_left(world)


def test_a_renewed_role_is_kept_where_another_one_ended_while_the_source_cannot_be_read():
    world = World(Settings())
    world.apply(merged(teams=document(profile(contributors=[contributor("ann", until=LATER)]))))
    renewed = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    renewed["metadata"]["name"] = "user-ann-example-com-clusterrole-view"
    renewed["metadata"]["annotations"] |= {naming.UNTIL: "2099-01-01T00:00:00Z", "role": "view"}
    renewed["roleRef"]["name"] = "kubeflow-view"
    world.api.put(renewed)

    later(world, merged(teams=None))

    assert roles_in(world.api) == {"owner": "admin", "ann": "view"}


def test_a_protected_namespace_stays_unchanged_with_a_warning(world):
    report = later(world, document(), protected_namespaces=frozenset({"ml"}))

    assert "ann" in roles_in(world.api)
    warnings = [problem for problem in report.plan.warnings if problem.code == "protected"]
    assert [problem.what for problem in warnings] == [
        "access of 1 person in ml has ended and stays: the namespace is protected"
    ]


settings = st.builds(
    Settings,
    standalone=st.booleans(),
    stale=st.sampled_from(("ours", "all", "off")),
    unlisted=st.sampled_from(("revoke", "keep")),
    brake_share=st.sampled_from((0.0, 0.5)),
    brake_minimum=st.sampled_from((0, 5)),
    allow_revocations=st.booleans(),
)
SOURCES = st.sets(st.sampled_from(("config", "git", TEAMS)))


@given(
    of_sources(),
    happenings.lists(happenings.places),
    of_sources(conflicts=True),
    some_sources,
    SOURCES,
    settings,
)
def test_in_whatever_state_nobody_is_left_whom_we_gave_access_until_now(
    first, happened, second, frozen, untrusted, settings
):
    world = World(replace(settings, allow_revocations=True)).after(first.merged(), happened)
    world.settings = replace(world.settings, allow_revocations=settings.allow_revocations)
    documents = second.without(frozen)
    sources = [
        SourceDocument(name, pmr, "" if pmr else "rubbish", name not in untrusted)
        for name, pmr in documents.items()
    ]

    with suppress(BrakeError):
        at(world, merge(sources), SOME_DAY)

    assert not {*past_their_end(world)} - granted(merge(sources))


def granted(pmr):
    """Return who has access by the document on that day; the brake may keep outdated objects."""
    owners = {(profile.name, profile.owner.name) for profile in pmr.in_order()}
    return owners | {
        (profile.name, one.name)
        for profile in pmr.in_order()
        for one in profile.contributors
        if one.until is None or one.until > SOME_DAY
    }


def past_their_end(world):
    """Yield whom our RoleBindings still give access past its end."""
    for binding in world.api.objects("RoleBinding"):
        metadata = binding["metadata"]
        until = metadata.get("annotations", {}).get(naming.UNTIL)
        ours = metadata.get("labels", {}).get(naming.INSTANCE) == world.settings.instance
        if ours and until and datetime.fromisoformat(until) <= SOME_DAY and binding.get("subjects"):
            yield metadata["namespace"], binding["subjects"][0]["name"]
