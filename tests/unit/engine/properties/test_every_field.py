"""From any value of any field to any other: the end does not depend on the beginning, and the way back is no other."""

from itertools import pairwise

import pytest

from engine.recorder import Recorder
from engine.world import World
from profiles_management import Settings, export_pmr
from profiles_management.pmr import loads
from profiles_management.pmr.classes import Defaults, Profile
from scenarios import fields
from scenarios.documents import Scenario
from scenarios.states import differences, of_profiles

MODES = {
    "kubeflow": Settings(allow_revocations=True, writers=1, deadline=60),
    "standalone": Settings(allow_revocations=True, writers=1, deadline=60, standalone=True),
}


@pytest.mark.parametrize("settings", MODES.values(), ids=MODES)
@pytest.mark.parametrize("field", fields.all_fields(), ids=str)
def test_from_any_value_to_any_other_and_back(field, settings):
    fresh = [World(settings).after(one) for one in field.documents]
    goals = [of_profiles(world, one) for world, one in zip(fresh, field.documents, strict=True)]

    for one, other in field.pairs():
        world = fresh[one].twin()
        for start, goal in ((one, other), (other, one)):
            seen = Recorder(world.api, owners=True)
            report = world.apply(field.documents[goal])
            way = Scenario(str(field), field.documents[start], field.documents[goal], settings)
            assert seen.findings(way) == [], f"{start} to {goal}"
            assert report.exit_code == 0, report.errors or report.pending
            assert differences(of_profiles(world, field.documents[goal]), goals[goal]) == [], f"{one} to {other}"
            assert not world.plan(field.documents[goal]).changes


@pytest.mark.parametrize("settings", MODES.values(), ids=MODES)
@pytest.mark.parametrize("field", fields.all_fields(), ids=str)
def test_the_export_of_a_cluster_says_every_field_that_a_plan_compares(field, settings):
    for document in field.documents:
        world = World(settings).after(document)

        export = export_pmr(target=world.client, settings=settings)
        exported = loads(export.to_yaml())

        assert exported.profiles.keys() == document.profiles.keys()
        assert export.notes == ()
        assert world.plan(exported).changes == ()


@pytest.mark.parametrize("values", [*fields.PROFILE.values(), *fields.DEFAULTS.values()])
def test_each_field_has_three_values_at_least(values):
    assert len(values) >= 3
    assert all(one not in values[:number] for number, one in enumerate(values))


def test_no_field_is_forgotten():
    assert set(fields.PROFILE) == set(fields.paths(Profile))
    assert set(fields.DEFAULTS) == set(fields.paths(Defaults, deep=False))


def test_a_walk_goes_from_every_value_to_every_other():
    for field in fields.all_fields():
        walk = field.walk()
        assert {*field.pairs(), *((other, one) for one, other in field.pairs())} == set(pairwise(walk))
