"""The quota of a Profile, compared by value, changed and removed."""

import pytest

from engine.build import document
from engine.looking import sent, steps
from engine.world import World
from memory_api import Killed, fail_nth_write
from profiles_management.reconcile.plan import Reason


def with_quota(profile, spec, **fields):
    return profile(fields={"resources": spec, **fields})


def stored(world):
    found = world.api.get("ResourceQuota", "ml", "kf-resource-quota")
    return found and found["spec"]


def of_profile(world):
    return world.api.get("Profile", None, "ml")["spec"].get("resourceQuotaSpec")


def test_a_quota_becomes_a_resource_quota(world, profile):
    world.apply(document(profile(cpu="2")))

    assert stored(world) == {"hard": {"limits.cpu": "2"}}


@pytest.mark.parametrize(
    ("key", "written", "kept"),
    [
        ("limits.cpu", "1000m", "1"),
        ("limits.memory", "1024Mi", "1Gi"),
        ("limits.memory", "1Gi", "1073741824"),
        ("pods", "1e3", "1000"),
        ("limits.cpu", "+2", "2"),
        ("limits.cpu", "0.5", "500m"),
        ("limits.memory", "1G", "1000M"),
    ],
)
def test_a_quota_in_another_spelling_is_no_change(world, profile, key, written, kept):
    world.apply(document(with_quota(profile, {"hard": {key: kept}})))

    assert not world.plan(document(with_quota(profile, {"hard": {key: written}}))).changes


def test_what_the_resource_quota_rounds_up_is_no_drift(world, profile):
    pmr = document(with_quota(profile, {"hard": {"limits.cpu": "0.0001"}}))
    world.apply(pmr)

    assert not world.plan(pmr).changes


def test_a_number_and_its_text_are_one_quantity(world, profile):
    world.apply(document(with_quota(profile, {"hard": {"pods": 5}})))

    assert not world.plan(document(with_quota(profile, {"hard": {"pods": "5"}}))).changes


def test_a_change_says_what_was_and_what_will_be(world, profile):
    world.apply(document(profile(cpu="1")))

    (change,) = world.plan(document(profile(cpu="2"))).changes

    assert [(one.path, one.before, one.after) for one in change.fields] == [
        ("limits.cpu", "1", "2")
    ]
    assert change.reason is Reason.CHANGED


def test_a_key_that_left_the_document_is_gone_for_real(world, profile):
    world.apply(document(with_quota(profile, {"hard": {"limits.cpu": "1", "pods": "5"}})))

    world.apply(document(with_quota(profile, {"hard": {"pods": "5"}})))

    assert stored(world) == {"hard": {"pods": "5"}}
    assert of_profile(world)["hard"] == {"pods": "5"}


def test_a_quota_that_left_the_document_is_removed_because_it_was_ours(world, profile):
    world.apply(document(profile(cpu="1")))

    world.apply(document(profile()))

    assert stored(world) is None
    assert of_profile(world) == {}
    assert not world.plan(document(profile())).changes


def test_a_quota_that_was_never_ours_is_not_managed(world, profile):
    world.apply(document(profile()))
    body = {"spec": {"resourceQuotaSpec": {"hard": {"pods": "7"}}}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )

    assert not world.plan(document(profile())).changes
    assert stored(world) == {"hard": {"pods": "7"}}


def test_explicitly_none_removes_even_a_quota_that_was_never_ours(world, profile):
    world.apply(document(profile()))
    body = {"spec": {"resourceQuotaSpec": {"hard": {"pods": "7"}}}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )

    world.apply(document(with_quota(profile, {})))

    assert stored(world) is None
    assert not world.plan(document(with_quota(profile, {}))).changes


def test_after_explicitly_none_a_silent_document_manages_nothing(world, profile):
    world.apply(document(with_quota(profile, {})))
    body = {"spec": {"resourceQuotaSpec": {"hard": {"pods": "7"}}}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )

    world.apply(document(profile()))

    assert stored(world) == {"hard": {"pods": "7"}}


@pytest.mark.parametrize(
    "spec", [{"scopes": ["BestEffort"]}, {"hard": {}}, {"scopes": ["BestEffort"], "hard": {}}]
)
def test_scopes_of_nothing_are_no_quota(world, profile, spec):
    pmr = document(with_quota(profile, spec))
    world.apply(pmr)

    assert stored(world) is None
    assert not world.plan(pmr).changes


# defaults


def test_the_default_holds_where_a_profile_says_nothing(world, profile):
    world.apply(document(profile(), resources={"hard": {"pods": "9"}}))

    assert stored(world) == {"hard": {"pods": "9"}}


def test_a_profiles_own_quota_replaces_the_default_as_a_whole(world, profile):
    world.apply(document(profile(cpu="1"), resources={"hard": {"pods": "9"}}))

    assert stored(world) == {"hard": {"limits.cpu": "1"}}


def test_explicitly_none_is_none_although_there_is_a_default(world, profile):
    world.apply(document(with_quota(profile, {}), resources={"hard": {"pods": "9"}}))

    assert stored(world) is None


def test_a_default_that_left_the_document_is_taken_back(world, profile):
    world.apply(document(profile(), resources={"hard": {"pods": "9"}}))

    world.apply(document(profile()))

    assert stored(world) is None


# scopes


BEST = {"hard": {"pods": "5"}, "scopes": ["BestEffort"]}
NOT_BEST = {"hard": {"pods": "5"}, "scopes": ["NotBestEffort"]}


def test_scopes_that_change_take_the_old_quota_away_first(world, profile):
    world.apply(document(with_quota(profile, BEST)))
    world.api.log.clear()

    report = world.apply(document(with_quota(profile, NOT_BEST)))

    assert sent(world.api) == ["PATCH profiles ml"] * 2
    assert report.exit_code == 0
    assert stored(world) == NOT_BEST
    assert not world.plan(document(with_quota(profile, NOT_BEST))).changes


@pytest.mark.parametrize(
    ("before", "after"), [(BEST, {"hard": {"pods": "5"}}), ({"hard": {"pods": "5"}}, BEST)]
)
def test_scopes_may_come_and_go(world, profile, before, after):
    world.apply(document(with_quota(profile, before)))

    world.apply(document(with_quota(profile, after)))

    assert stored(world) == after
    assert world.controller.errors == {}


def test_scopes_in_another_order_are_no_change(world, profile):
    both = ["NotBestEffort", "NotTerminating"]
    world.apply(document(with_quota(profile, {"hard": {"pods": "5"}, "scopes": both})))

    assert not world.plan(
        document(with_quota(profile, {"hard": {"pods": "5"}, "scopes": both[::-1]}))
    ).changes


def test_a_change_of_scopes_that_died_halfway_is_finished_by_the_next_run(world, profile):
    world.apply(document(with_quota(profile, BEST)))
    world.api.faults.append(fail_nth_write(1, "kill_after"))
    with pytest.raises(Killed):
        world.apply(document(with_quota(profile, NOT_BEST)))
    world.api.faults.clear()

    world.apply(document(with_quota(profile, NOT_BEST)))

    assert stored(world) == NOT_BEST


def test_a_change_of_scopes_waits_for_a_slow_controller(profile):
    world = World(slow=True)
    world.apply(document(with_quota(profile, BEST)))
    world.controller.run()

    report = world.apply(document(with_quota(profile, NOT_BEST)))
    world.controller.run()

    assert report.exit_code == 0
    assert stored(world) == NOT_BEST


def test_a_scope_selector_changes_in_place(world, profile):
    def high(*values):
        terms = [{"operator": "In", "scopeName": "PriorityClass", "values": list(values)}]
        return {"hard": {"pods": "5"}, "scopeSelector": {"matchExpressions": terms}}

    world.apply(document(with_quota(profile, high("a"))))
    world.api.log.clear()

    world.apply(document(with_quota(profile, high("a", "b"))))

    assert sent(world.api) == ["PATCH profiles ml"]
    assert stored(world) == high("a", "b")
    assert not world.plan(document(with_quota(profile, high("b", "a")))).changes


# drift


@pytest.mark.parametrize(
    "spec", [{"hard": {"limits.cpu": "9"}}, {"hard": {"limits.cpu": "1", "pods": "1"}}, {}]
)
def test_a_resource_quota_that_was_edited_is_corrected(world, profile, spec):
    pmr = document(profile(cpu="1"))
    world.apply(pmr)
    world.api.put({**world.api.get("ResourceQuota", "ml", "kf-resource-quota"), "spec": spec})

    plan = world.apply(pmr).plan

    assert [change.reason for change in plan.changes] == [Reason.DRIFTED]
    assert stored(world) == {"hard": {"limits.cpu": "1"}}
    assert not world.plan(pmr).changes


def test_a_resource_quota_that_was_deleted_comes_back(world, profile):
    pmr = document(profile(cpu="1"))
    world.apply(pmr)
    world.api.remove("ResourceQuota", "ml", "kf-resource-quota")

    world.apply(pmr)

    assert stored(world) == {"hard": {"limits.cpu": "1"}}


def test_a_quota_of_the_profile_that_was_edited_is_corrected(world, profile):
    pmr = document(profile(cpu="1"))
    world.apply(pmr)
    body = {"spec": {"resourceQuotaSpec": {"hard": {"pods": "7"}}}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )

    world.apply(pmr)

    assert of_profile(world) == {"hard": {"limits.cpu": "1"}}


def test_further_quotas_of_the_namespace_are_foreign(world, profile):
    world.apply(document(profile(cpu="1")))
    world.api.put(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "mine", "namespace": "ml"},
            "spec": {"hard": {"pods": "1"}},
        }
    )
    before = world.api.get("ResourceQuota", "ml", "mine")

    world.apply(document(with_quota(profile, {})))

    assert world.api.get("ResourceQuota", "ml", "mine") == before


# plugins


PLUGIN = {"kind": "WorkloadIdentity", "spec": {"gcpServiceAccount": "ml@example.com"}}


def test_plugins_are_written_and_taken_back(world, profile):
    world.apply(document(profile(fields={"plugins": [PLUGIN]})))
    had = world.api.get("Profile", None, "ml")["spec"]["plugins"]

    world.apply(document(profile()))

    assert had == [PLUGIN]
    assert not world.api.get("Profile", None, "ml")["spec"].get("plugins")
    assert not world.plan(document(profile())).changes


def test_plugins_that_somebody_else_set_stay_where_the_document_names_none(world, profile):
    world.apply(document(profile()))
    body = {"spec": {"plugins": [PLUGIN]}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )

    assert steps(world.plan(document(profile()))) == []


def test_server_side_apply_is_never_used(world, profile):
    world.apply(document(with_quota(profile, BEST)))
    world.apply(document(with_quota(profile, NOT_BEST)))

    assert {one.headers["content-type"] for one in world.api.writes if one.method == "PATCH"} == {
        "application/merge-patch+json"
    }


def test_a_resource_quota_that_was_made_again_with_other_scopes_is_replaced(world, profile):
    pmr = document(with_quota(profile, BEST))
    world.apply(pmr)
    world.api.put({**world.api.get("ResourceQuota", "ml", "kf-resource-quota"), "spec": NOT_BEST})

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert stored(world) == BEST
    assert not world.plan(pmr).changes
