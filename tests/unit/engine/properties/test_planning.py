"""Planning is deterministic: the same input gives the same plan in order, and stays unchanged."""

import copy

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine import happenings, strategies
from engine.world import NOON, World
from memory_api import Answer
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.planning.planner import plan
from profiles_management.pmr.classes import ProfilesManagementRepresentation

ANYTHING = happenings.lists(happenings.people, happenings.foreign, happenings.places)


@given(strategies.documents(), ANYTHING, strategies.documents(), strategies.settings)
def test_the_same_input_gives_the_same_plan(first, happened, second, settings):
    observed = seen(World(settings).after(first, happened))
    before = copy.deepcopy(observed)

    plans = [plan(second, observed, settings, now=NOON) for _ in range(2)]

    assert plans[0] == plans[1]
    assert observed == before


@given(
    strategies.documents(),
    ANYTHING,
    strategies.documents(most=3),
    strategies.settings,
    st.randoms(use_true_random=False),
)
def test_the_order_of_what_is_listed_means_nothing(first, happened, second, settings, chance):
    observed = seen(World(settings).after(first, happened))

    plans = [plan(one, observed, settings, now=NOON) for one in (second, shuffled(second, chance))]

    assert plans[0] == plans[1]


@given(
    strategies.documents(), ANYTHING, strategies.documents(), strategies.settings, st.integers(0, 5)
)
def test_the_order_of_what_was_read_means_nothing(first, happened, second, settings, turned):
    world = World(settings).after(first, happened)

    plans = [
        plan(second, seen(one), settings, now=NOON)
        for one in (world.twin(), listed_in_disorder(world, turned))
    ]

    assert plans[0] == plans[1]


@given(strategies.documents(), ANYTHING, strategies.documents(), strategies.settings)
def test_a_plan_writes_nothing(first, happened, second, settings):
    world = World(settings).after(first, happened)
    before = len(world.api.writes)

    world.plan(second)

    assert len(world.api.writes) == before


@given(strategies.documents(), ANYTHING, strategies.documents(), strategies.settings)
def test_the_phases_of_a_plan_are_sorted_and_every_change_says_what_it_writes(
    first, happened, second, settings
):
    found = World(settings).after(first, happened).plan(second)

    assert list(found.changes) == sorted(found.changes, key=lambda change: change.order)
    assert len({change.order for change in found.changes}) == len(found.changes)
    assert all(change.writes for change in found.changes)


def seen(world):
    return Cluster(world.client, clock=world.ticks.clock).observe(world.settings)


def shuffled(pmr, chance):
    """Return the same document in another order."""
    profiles = [
        one.model_copy(
            update={
                "contributors": chance.sample(one.contributors, len(one.contributors)),
                "labels": dict(chance.sample(sorted(one.labels.items()), len(one.labels))),
            }
        )
        for one in chance.sample(pmr.in_order(), len(pmr))
    ]
    return ProfilesManagementRepresentation(profiles, defaults=pmr.defaults)


def listed_in_disorder(world, turned):
    """Return a world whose lists have another order."""
    twin = world.twin()
    twin.api.faults.append(
        lambda request, act: disordered(act(), turned) if request.verb == "list" else act()
    )
    return twin


def disordered(answer, turned):
    body = answer.object
    body["items"] = [*body["items"][turned:], *body["items"][:turned]][::-1]
    return Answer(answer.status, msgspec.json.encode(body), answer.headers)
