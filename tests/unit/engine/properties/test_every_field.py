"""Each value of each field changes to each other value, with one result and the way back."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from engine.recorder import Recorder
from engine.world import World
from profiles_management import Settings, export_pmr
from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.permissions import admission
from profiles_management.kubeflow.permissions.confinement import Account
from profiles_management.pmr import dumps, loads
from profiles_management.pmr.classes import Defaults, Profile
from profiles_management.pmr.rules import is_ours
from scenarios import fields
from scenarios.documents import Scenario
from scenarios.states import differences, of_profiles

MODES = {
    "kubeflow": Settings(allow_revocations=True, writers=1, deadline=60),
    "standalone": Settings(allow_revocations=True, writers=1, deadline=60, standalone=True),
}


# `open` and `adopt` say how to plan, `puhuri` is for another target; a plain cluster has no profile
# controller that reads plugins.
_OF_NO_CLUSTER = {"open", "adopt", "puhuri"}
NOT_WRITTEN = {False: _OF_NO_CLUSTER, True: {*_OF_NO_CLUSTER, "plugins"}}


@pytest.mark.parametrize("settings", MODES.values(), ids=MODES)
@pytest.mark.parametrize("field", fields.all_fields(), ids=str)
def test_from_any_value_to_any_other_and_back(field, settings):
    fresh = [World(settings).after(one) for one in field.documents]
    goals = [of_profiles(world, one) for world, one in zip(fresh, field.documents, strict=True)]
    is_written = any(differences(goal, goals[0]) for goal in goals[1:])
    assert is_written == (field.path.partition(".")[0] not in NOT_WRITTEN[settings.standalone])

    for one, other in field.pairs():
        world = fresh[one].twin()
        for start, goal in ((one, other), (other, one)):
            seen = Recorder(world.api, owners=True)
            report = world.apply(field.documents[goal])
            way = Scenario(str(field), field.documents[start], field.documents[goal], settings)
            assert seen.findings(way) == [], f"{start} to {goal}"
            assert report.exit_code == 0, report.errors or report.pending
            assert differences(of_profiles(world, field.documents[goal]), goals[goal]) == [], (
                f"{one} to {other}"
            )
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


@pytest.mark.parametrize("settings", MODES.values(), ids=MODES)
def test_the_admission_policies_allow_each_of_our_keys_that_a_field_writes_on_a_namespace(settings):
    account = Account("kubeflow", "profiles-management")
    allowed = json.dumps(admission.policies(account, settings))
    worlds = [
        World(settings).after(document)
        for field in fields.all_fields()
        for document in field.documents[:2]
    ]
    written = {
        key
        for world in worlds
        for space in world.api.objects("Namespace")
        for key in keys_of(space)
    }

    assert naming.KEYS in written
    assert {key for key in written if is_ours(key) and f"'{key}'" not in allowed} == set()


def keys_of(body):
    return {*body["metadata"].get("labels", {}), *body["metadata"].get("annotations", {})}


@pytest.mark.parametrize("field", fields.all_fields(), ids=str)
def test_a_document_that_is_written_says_every_field(field):
    for document in field.documents:
        assert loads(dumps(document)) == document


def test_the_reference_names_every_field():
    reference = (Path(__file__).parents[4] / "docs/reference/pmr.md").read_text()
    named = {
        name
        for row in re.findall(r"^\| ([^|]*) \|", reference, re.MULTILINE)
        for name in row.split("`")
    }
    of_kubernetes = ("owner.", "resources.", "limitRange.", "plugins.")
    ours = {
        path.removeprefix("contributors.")
        for path in fields.PROFILE
        if not path.startswith(of_kubernetes)
    }

    assert ours - named == set()


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
        assert {*field.pairs(), *((other, one) for one, other in field.pairs())} == set(
            pairwise(walk)
        )
