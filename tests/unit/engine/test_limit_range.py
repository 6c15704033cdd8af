"""The LimitRange of a profile: limits of a single container."""

import pytest

from engine.build import document
from engine.looking import codes
from profiles_management.reconcile.plan import Reason

CONTAINER = {
    "type": "Container",
    "max": {"cpu": "2"},
    "default": {"cpu": "500m"},
    "defaultRequest": {"cpu": "100m"},
}


def limited(profile, *limits, **fields):
    return profile(fields={"limit_range": {"limits": list(limits)}, **fields})


def stored(world):
    found = world.api.get("LimitRange", "ml", "profiles-management")
    return found and found["spec"]["limits"]


def put_foreign(world, name="profiles-management"):
    spec = {"limits": [{"type": "Pod", "max": {"cpu": "9"}}]}
    world.api.put(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": name, "namespace": "ml"},
            "spec": spec,
        }
    )
    return world.api.get("LimitRange", "ml", name)


def test_a_limit_range_is_made_in_the_namespace(world, profile):
    report = world.apply(document(limited(profile, CONTAINER)))

    assert report.exit_code == 0
    assert stored(world) == [CONTAINER]


@pytest.mark.parametrize(
    "limit",
    [
        {"type": "Container", "max": {"cpu": "2"}},
        {"type": "Container", "min": {"cpu": "100m"}},
        {"type": "Container", "default": {"cpu": "1"}},
        {
            "type": "Container",
            "min": {"cpu": "1m"},
            "max": {"cpu": "2"},
            "default": {"cpu": "1000m"},
        },
        {
            "type": "Container",
            "max": {"cpu": "2", "memory": "1Gi"},
            "defaultRequest": {"memory": "1024Ki"},
        },
        {"type": "Pod", "max": {"cpu": "2"}},
        {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}},
    ],
)
def test_what_the_server_fills_in_is_no_drift(world, profile, limit):
    pmr = document(limited(profile, limit))
    world.apply(pmr)

    assert not world.plan(pmr).changes


def test_a_change_is_written_and_reported(world, profile):
    world.apply(document(limited(profile, {"type": "Pod", "max": {"cpu": "2"}})))

    report = world.apply(document(limited(profile, {"type": "Pod", "max": {"cpu": "3"}})))

    (change,) = report.plan.changes
    assert [(one.path, one.before, one.after) for one in change.fields] == [
        ("limits[0].max.cpu", "2", "3")
    ]
    assert stored(world) == [{"type": "Pod", "max": {"cpu": "3"}}]


def test_a_key_that_left_is_gone_for_real(world, profile):
    world.apply(document(limited(profile, {"type": "Pod", "max": {"cpu": "2", "memory": "1Gi"}})))

    world.apply(document(limited(profile, {"type": "Pod", "max": {"cpu": "2"}})))

    assert stored(world) == [{"type": "Pod", "max": {"cpu": "2"}}]


@pytest.mark.parametrize("fields", [{}, {"limit_range": {}}, {"limit_range": {"limits": []}}])
def test_one_of_ours_that_left_the_document_is_removed(world, profile, fields):
    world.apply(document(limited(profile, CONTAINER)))

    world.apply(document(profile(fields=fields)))

    assert stored(world) is None
    assert not world.plan(document(profile(fields=fields))).changes


@pytest.mark.parametrize("fields", [{}, {"limit_range": {}}])
def test_one_that_is_not_ours_stays(world, profile, fields):
    world.apply(document(profile()))
    before = put_foreign(world)

    world.apply(document(profile(fields=fields)))

    assert world.api.get("LimitRange", "ml", "profiles-management") == before


def test_an_unmanaged_one_in_the_way_is_reported_and_stays(world, profile):
    world.apply(document(profile()))
    before = put_foreign(world)

    report = world.apply(document(limited(profile, CONTAINER)))

    assert codes(report.plan.warnings) == ["foreign-limit-range"]
    assert world.api.get("LimitRange", "ml", "profiles-management") == before


def test_further_limit_ranges_are_foreign(world, profile):
    world.apply(document(limited(profile, CONTAINER)))
    before = put_foreign(world, "mine")

    world.apply(document(profile()))

    assert world.api.get("LimitRange", "ml", "mine") == before


def test_one_that_was_edited_is_corrected(world, profile):
    pmr = document(limited(profile, {"type": "Pod", "max": {"cpu": "2"}}))
    world.apply(pmr)
    one = world.api.get("LimitRange", "ml", "profiles-management")
    one["spec"]["limits"].append({"type": "Container", "max": {"cpu": "1"}})
    world.api.put(one)

    world.apply(pmr)

    assert stored(world) == [{"type": "Pod", "max": {"cpu": "2"}}]


def test_one_that_was_deleted_comes_back(world, profile):
    pmr = document(limited(profile, CONTAINER))
    world.apply(pmr)
    world.api.remove("LimitRange", "ml", "profiles-management")

    plan = world.apply(pmr).plan

    assert [change.reason for change in plan.changes] == [Reason.WANTED]
    assert stored(world) == [CONTAINER]


def test_the_default_holds_and_a_profiles_own_replaces_it_whole(world, profile):
    pod = {"type": "Pod", "max": {"cpu": "2"}}

    world.apply(
        document(profile("data"), limited(profile, CONTAINER), limit_range={"limits": [pod]})
    )

    assert stored(world) == [CONTAINER]
    assert world.api.get("LimitRange", "data", "profiles-management")["spec"]["limits"] == [pod]
