"""Quotas on a real server: set, changed, reduced and removed, compared by value and scopes."""

import pytest

from integration.cluster.waiting import wait_for


@pytest.fixture
def quota(server, name):
    """The spec of the quota that Kubernetes enforces, without one {}."""

    def quota():
        found = server.get("ResourceQuota", name, "kf-resource-quota")
        return found["spec"] if found else {}

    return quota


@pytest.fixture
def with_quota(profile):
    """A profile with a quota: `with_quota(hard={...}, scopes=[...])`."""
    return lambda **spec: profile(more={"resources": spec})


BEST_EFFORT = {"operator": "Exists", "scopeName": "BestEffort"}
HIGH = {"operator": "In", "scopeName": "PriorityClass", "values": ["high"]}
QUOTAS = {
    "no quota": {},
    "one": {"hard": {"limits.cpu": "1"}},
    "more": {"hard": {"limits.cpu": "2500m", "limits.memory": "2Gi", "pods": "10"}},
    "other keys": {"hard": {"count/jobs.batch": "5", "requests.nvidia.com/gpu": "1"}},
    "a scope": {"hard": {"pods": "5"}, "scopes": ["BestEffort"]},
    "another scope": {"hard": {"pods": "5"}, "scopes": ["NotTerminating"]},
    "a selector": {"hard": {"pods": "5"}, "scopeSelector": {"matchExpressions": [BEST_EFFORT]}},
    "another selector": {"hard": {"pods": "5"}, "scopeSelector": {"matchExpressions": [HIGH]}},
}


@pytest.mark.parametrize("after", QUOTAS)
@pytest.mark.parametrize("before", QUOTAS)
def test_any_quota_becomes_any_other(engine, with_quota, quota, before, after):
    engine.settle(with_quota(**QUOTAS[before]))

    engine.settle(with_quota(**QUOTAS[after]))

    wait_for("the quota", lambda: quota() == QUOTAS[after], instead=quota)


@pytest.mark.parametrize(
    ("written", "stored"),
    [("1000m", "1"), ("1e3", "1e3"), ("+2", "+2"), ("0.5", "500m"), ("0.0001", "1m")],
)
def test_a_quota_in_another_spelling_is_no_change(engine, with_quota, quota, written, stored):
    ml = with_quota(hard={"limits.cpu": written})

    engine.settle(ml)

    assert quota()["hard"] == {"limits.cpu": stored}


def test_a_quota_that_leaves_the_document_is_removed(engine, profile, quota):
    engine.settle(profile(cpu="1"))

    engine.settle(profile())

    wait_for("no quota", lambda: quota() == {})


def test_a_quota_that_was_never_ours_stays(engine, profile, server, quota, name):
    engine.settle(profile())
    server.patch("Profile", None, name, {"spec": {"resourceQuotaSpec": {"hard": {"pods": "5"}}}})
    wait_for("the quota", quota)

    engine.settle(profile(ann="edit"))

    assert quota() == {"hard": {"pods": "5"}}


@pytest.mark.parametrize("drift", ["changed", "deleted"])
def test_a_quota_that_drifted_is_corrected(engine, profile, server, quota, name, drift):
    engine.settle(profile(cpu="1"))
    if drift == "deleted":
        server.delete("ResourceQuota", name, "kf-resource-quota")
    else:
        server.patch(
            "ResourceQuota", name, "kf-resource-quota", {"spec": {"hard": {"limits.cpu": "100"}}}
        )

    engine.apply(profile(cpu="1"))

    wait_for("the quota", lambda: quota() == {"hard": {"limits.cpu": "1"}})


def test_a_quota_that_somebody_changed_on_the_profile_is_corrected(
    engine, profile, server, quota, name
):
    engine.settle(profile(cpu="1"))
    server.patch(
        "Profile",
        None,
        name,
        {"spec": {"resourceQuotaSpec": {"hard": {"limits.cpu": None, "pods": "9"}}}},
    )

    engine.settle(profile(cpu="1"))

    # the controller may be writing what it read before the correction
    wait_for("the quota", lambda: quota() == {"hard": {"limits.cpu": "1"}}, instead=quota)
