"""Access at every moment between two documents: revoked before granted, and kept if in both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import happenings, strategies
from engine.recorder import Recorder
from engine.world import World
from profiles_management.reconcile.plan import Phase

PEOPLE = happenings.lists(happenings.people, happenings.foreign)


@pytest.mark.parametrize(
    "documents", [strategies.documents(), strategies.crowds()], ids=["any", "alike"]
)
@given(st.data(), PEOPLE, strategies.settings)
def test_nobody_has_access_that_neither_before_nor_after_gives(documents, data, happened, settings):
    first, second = data.draw(documents), data.draw(documents)
    world = World(settings).after(first, happened)

    seen = recorded(world, second)

    for moment in seen.moments:
        assert moment.roles.keys() <= seen.first.keys() | seen.last.keys()
        for door, roles in moment.roles.items():
            assert roles <= seen.first.get(door, set()) | seen.last.get(door, set())


@pytest.mark.parametrize(
    "documents", [strategies.documents(), strategies.crowds()], ids=["any", "alike"]
)
@given(st.data(), PEOPLE, strategies.settings)
def test_who_has_access_before_and_after_is_without_it_for_one_request_at_most(
    documents, data, happened, settings
):
    first, second = data.draw(documents), data.draw(documents)
    world = World(settings).after(first, happened)

    seen = recorded(world, second)

    for door in seen.first.keys() & seen.last.keys():
        assert seen.longest_gap(door) <= 1


@pytest.mark.parametrize(
    "documents", [strategies.documents(), strategies.crowds()], ids=["any", "alike"]
)
@given(st.data(), PEOPLE, strategies.settings)
def test_the_mesh_lets_in_at_every_moment_who_is_let_in_before_and_after(
    documents, data, happened, settings
):
    first, second = data.draw(documents), data.draw(documents)
    world = World(settings).after(first, happened)

    seen = recorded(world, second)

    for door in seen.first.keys() & seen.last.keys():
        assert door.kind == "RoleBinding" or seen.longest_gap(door) == 0


@pytest.mark.parametrize(
    "documents", [strategies.documents(), strategies.crowds()], ids=["any", "alike"]
)
@given(st.data(), PEOPLE, strategies.settings)
def test_nobody_is_given_a_second_role(documents, data, happened, settings):
    first, second = data.draw(documents), data.draw(documents)
    world = World(settings).after(first, happened)

    seen = recorded(world, second)

    for moment in seen.moments:
        for door, roles in moment.roles.items():
            assert len(roles) <= max(1, len(seen.first.get(door, ())))


@pytest.mark.parametrize("writers", [1, 8])
@given(strategies.documents(), PEOPLE, strategies.documents(), strategies.settings)
def test_writes_keep_to_the_order_of_the_phases(writers, first, happened, second, settings):
    world = World(settings).after(first, happened)

    report, sent = applied(world, second, writers=writers)

    phases = [phase for change, phase in places_in(report, sent)]
    assert phases == sorted(phases)


def recorded(world, pmr):
    seen = Recorder(world.api, world.foreign)
    world.apply(pmr)
    return seen


def applied(world, pmr, **settings):
    before = len(world.api.writes)
    report = world.apply(pmr, **settings)
    return report, world.api.writes[before:]


def places_in(report, sent):
    """Return the change and the phase of each write, in the order of sending.

    Left out is what waits for others, which goes when it can, and owner changes, which are exempt
    from the barriers.
    """
    found = {
        key_of(
            write.verb, write.target.kind, write.target.parent, write.target.name, write.body
        ): outcome.change
        for outcome in report.outcomes
        for write in outcome.change.writes
        if write.after is None and not is_owners(outcome.change)
    }
    keys = [
        key_of(one.verb, KINDS[one.resource], one.namespace, named(one), one.content)
        for one in sent
    ]
    return [(found[key], found[key].phase) for key in keys if key in found]


def key_of(verb, kind, namespace, name, content):
    return str(verb), kind, namespace, name, b"" if verb == "delete" else bytes(content)


def named(request):
    return request.name or request.body["metadata"]["name"]


def is_owners(change):
    return change.person is None and change.phase is Phase.SWITCH


KINDS = {
    "profiles": "Profile",
    "namespaces": "Namespace",
    "rolebindings": "RoleBinding",
    "authorizationpolicies": "AuthorizationPolicy",
    "resourcequotas": "ResourceQuota",
    "limitranges": "LimitRange",
}
