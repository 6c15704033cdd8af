"""Several sources: order does not matter, frozen profiles and conflicts stay unchanged."""

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from engine import happenings, strategies
from engine.many_sources import of_sources, some_sources
from engine.test_until import at
from engine.world import NOON, World
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.planning.undefined_profiles import stale
from profiles_management.pmr.merging import SourceDocument, merge
from scenarios.states import of_profiles

SOME_DAY = NOON + timedelta(days=30)
ANYTHING = happenings.lists(happenings.people, happenings.foreign)


@given(of_sources(conflicts=True), some_sources, st.permutations(range(3)))
def test_the_order_of_sources_means_nothing(documents, frozen, order):
    sources = [SourceDocument(name, pmr) for name, pmr in documents.without(frozen).items()]

    one, other = merge(sources), merge(sources[index] for index in order)

    assert one == other
    assert one.origins == other.origins


@given(of_sources(conflicts=True), strategies.settings)
def test_after_an_apply_nothing_is_left_to_do(documents, settings):
    world = World(settings)
    pmr = documents.merged()

    report = world.apply(pmr)

    assert not report.failed
    assert not report.pending
    assert not world.plan(pmr).changes


@given(of_sources(), of_sources(), strategies.settings)
def test_the_end_does_not_depend_on_the_documents_before(first, second, settings):
    assume(not second.merged().origins.disputed)
    world, fresh = World(settings), World(settings)

    world.apply(first.merged())
    world.apply(second.merged())
    fresh.apply(second.merged())

    assert of_profiles(world, second.merged()) == of_profiles(fresh, second.merged())


@given(of_sources(), of_sources(conflicts=True), some_sources, ANYTHING, strategies.settings)
def test_the_profiles_of_a_frozen_source_stay_as_they_are(
    first, second, frozen, happened, settings
):
    world = World(settings).after(first.merged(), happened)
    theirs = made_by(world, frozen) - adopted_by(second.without(frozen))
    before = whole(world, theirs)

    world.apply(second.without(frozen).merged())

    assert whole(world, theirs) == before


@given(of_sources(), of_sources(conflicts=True), some_sources, strategies.settings)
def test_but_for_what_has_come_to_its_end(first, second, frozen, settings):
    world = World(settings).after(first.merged())
    theirs = made_by(world, frozen) - adopted_by(second.without(frozen))
    assume(not second.without(frozen).merged().origins.conflicts.keys() & theirs)
    before = whole(world, theirs)

    at(world, second.without(frozen).merged(), SOME_DAY)

    after = whole(world, theirs)
    assert after == {key: one for key, one in before.items() if not ends(one)}


@given(of_sources(), of_sources(), some_sources, strategies.settings)
def test_whom_a_frozen_source_added_stays_where_the_definer_lets_them(
    first, second, frozen, settings
):
    world = World(settings).after(first.merged())
    now = second.without(frozen).merged()
    before = {
        key: one
        for key in world.api.snapshot()
        if source_of(one := world.api.get(*key)) in frozen
        and key[0] in ("RoleBinding", "AuthorizationPolicy")
        and not settled(now, key, one)
    }

    world.apply(now)

    assert {key: world.api.get(*key) for key in before} == before


@given(of_sources(), of_sources(), some_sources, strategies.settings)
def test_what_is_read_again_ends_as_if_it_had_never_been_frozen(first, second, frozen, settings):
    assume(not second.merged().origins.disputed)
    world, never = World(settings).after(first.merged()), World(settings).after(first.merged())

    world.apply(second.without(frozen).merged())
    world.apply(second.merged())
    never.apply(second.merged())

    assert of_profiles(world, second.merged()) == of_profiles(never, second.merged())
    assert not world.plan(second.merged()).changes


@given(of_sources(), of_sources(conflicts=True), some_sources, ANYTHING, strategies.settings)
def test_a_profile_in_conflict_stays_byte_for_byte(first, second, frozen, happened, settings):
    world = World(settings).after(first.merged(), happened)
    pmr = second.without(frozen).merged()
    before = whole(world, pmr.origins.conflicts)

    report = world.apply(pmr)

    assert whole(world, pmr.origins.conflicts) == before
    assert {problem.where.path for problem in report.plan.refused} >= {
        f"Profile/{one}" for one in pmr.origins.conflicts
    }


@given(of_sources(), of_sources(conflicts=True), some_sources, strategies.settings)
def test_nothing_frozen_or_in_conflict_is_ever_stale(first, second, frozen, settings):
    world = World(settings).after(first.merged())
    pmr = second.without(frozen).merged()

    found = stale(pmr, seen(world), settings)

    assert not {*found} & {*made_by(world, frozen), *pmr.origins.conflicts, *pmr.profiles}


def seen(world):
    return Cluster(world.client, clock=world.ticks.clock).observe(world.settings)


def source_of(body):
    return body["metadata"].get("annotations", {}).get(naming.SOURCE, "")


def ends(body):
    until = body["metadata"].get("annotations", {}).get(naming.UNTIL)
    return until is not None and datetime.fromisoformat(until) <= SOME_DAY


def made_by(world, sources):
    """Return the names of the profiles that these sources created."""
    kind = "Namespace" if world.settings.standalone else "Profile"
    return {one["metadata"]["name"] for one in world.api.objects(kind) if source_of(one) in sources}


def adopted_by(documents):
    """Return the names of the profiles that a source which can be read takes over."""
    return {name for name, profile in documents.merged().profiles.items() if profile.adopt}


def whole(world, profiles):
    """Return everything in these profiles, byte for byte."""
    return {
        key: world.api.get(*key) for key in world.api.snapshot() if (key[1] or key[2]) in profiles
    }


def settled(pmr, key, body):
    """Return whether the profile decides on a contributor itself: not open, listed, or owner."""
    profile = pmr.profiles.get(key[1])
    if profile is None or not profile.open:
        return True
    notes = body["metadata"]["annotations"]
    name, kind = notes.get("user") or notes["group"], "User" if "user" in notes else "Group"
    own = [
        one
        for one in profile.contributors
        if (profile.name, one.kind, one.name) not in pmr.origins.contributors
    ]
    return (kind, name) in {(one.kind.value, one.name) for one in (*own, profile.owner)}
