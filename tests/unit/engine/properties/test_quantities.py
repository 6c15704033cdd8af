"""Amounts in any spelling: one run writes Kubernetes' spelling, and the next is a no-op."""

import pytest
import yaml

from engine.build import document, profile
from engine.world import BRAKE_OFF, World
from profiles_management import create_or_update_profiles, plan_profiles
from profiles_management.pmr import quantities
from scenarios.documents import STANDALONE
from scenarios.quantities import written

MANY = written(600)
AMOUNTS = {f"requests.example.com/q{index}": text for index, text in enumerate(MANY)}


def with_quota():
    return document(profile(fields={"resources": {"hard": AMOUNTS}}))


def with_limits():
    limits = {"type": "PersistentVolumeClaim", "max": {**AMOUNTS, "storage": "1.00001Ki"}}
    return document(profile(fields={"limit_range": {"limits": [limits]}}))


def amounts_of(world, kind, name, *path):
    found = world.api.get(kind, None if kind == "Profile" else "ml", name)["spec"]
    for key in path:
        found = found[key]
    return found


@pytest.mark.parametrize("pmr", [with_quota(), with_limits()], ids=["quota", "LimitRange"])
@pytest.mark.parametrize("settings", [BRAKE_OFF, STANDALONE], ids=["kubeflow", "standalone"])
def test_the_second_run_writes_nothing(settings, pmr):
    world = World(settings)
    world.apply(pmr)
    world.api.log.clear()

    report = world.apply(pmr)

    assert (report.plan.changes, list(world.api.writes)) == ((), [])


def test_a_profile_and_its_resource_quota_have_the_amounts_as_kubernetes_prints_them():
    world = World()
    world.apply(with_quota())

    in_profile = amounts_of(world, "Profile", "ml", "resourceQuotaSpec", "hard")
    in_quota = amounts_of(world, "ResourceQuota", "kf-resource-quota", "hard")

    assert in_profile == {name: quantities.canonical(text) for name, text in AMOUNTS.items()}
    assert in_quota == {
        name: quantities.canonical(text, quantities.MILLI) for name, text in AMOUNTS.items()
    }


@pytest.mark.parametrize("settings", [BRAKE_OFF, STANDALONE], ids=["kubeflow", "standalone"])
@pytest.mark.parametrize("pmr", [with_quota(), with_limits()], ids=["quota", "LimitRange"])
def test_a_folder_has_the_amounts_as_the_cluster_has_them(tmp_path, settings, pmr):
    world = World(settings)
    world.apply(pmr)
    create_or_update_profiles(pmr, target=tmp_path, settings=settings)

    for path in tmp_path.rglob("*.yaml"):
        body = yaml.safe_load(path.read_text())
        stored = world.api.get(
            body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"]
        )
        for key, value in (body.get("spec") or {}).items():
            assert stored["spec"][key] == value, path


def test_a_folder_that_spells_amounts_otherwise_is_rewritten_once(tmp_path):
    limits = {"limits": [{"type": "Pod", "max": {"memory": "2048Mi", "cpu": "1000m"}}]}
    pmr = document(
        profile(fields={"resources": {"hard": {"pods": 5, "cpu": "1000m"}}, "limit_range": limits})
    )
    create_or_update_profiles(pmr, target=tmp_path)
    before = {path: path.read_text() for path in tmp_path.rglob("*.yaml")}
    for path, text in before.items():
        for ours, theirs in (("2Gi", "2048Mi"), ('"5"', "5"), ('"1"', "1000m")):
            text = text.replace(ours, theirs)  # noqa: PLW2901
        path.write_text(text)

    create_or_update_profiles(pmr, target=tmp_path)

    assert {path: path.read_text() for path in tmp_path.rglob("*.yaml")} == before
    assert not plan_profiles(pmr, target=tmp_path).changes


@pytest.mark.parametrize("text", ["0.0001", "100u", "1.0001", "0.1m"])
def test_a_limit_range_finer_than_the_server_keeps_settles(text):
    limits = {
        "limits": [{"type": "Container", "default": {"cpu": text}, "defaultRequest": {"cpu": text}}]
    }
    pmr, world = document(profile(fields={"limit_range": limits})), World()
    world.apply(pmr)

    assert not world.plan(pmr).changes


def test_a_ratio_is_judged_as_the_server_has_rounded_it():
    limits = {
        "type": "Container",
        "min": {"cpu": "0.4m"},
        "max": {"cpu": "3m"},
        "maxLimitRequestRatio": {"cpu": "5"},
    }

    with pytest.raises(ValueError, match="more than its max divided by its min"):
        profile(fields={"limit_range": {"limits": [limits]}})
