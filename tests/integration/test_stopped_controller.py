"""A slow or stopped profile controller: changes are pending, without warnings, then complete."""

import pytest

from integration.cluster.confinement import ADOPTABLE_LABEL
from integration.cluster.waiting import wait_for
from memory_api.controller import STAGES

BEST, NOT_BEST = (
    {"hard": {"pods": "5"}, "scopes": [scope]} for scope in ("BestEffort", "NotBestEffort")
)
# the last stage of the controller, if it is not the quota
LAST = {"owner": "binding"}
STOPS = ("namespace", "policy", "binding", "quota")
CELLS = [
    *((situation, stage) for situation in ("new", "adopted", "owner") for stage in STOPS),
    *(
        (situation, stage)
        for situation in ("changed", "added", "removed", "scopes")
        for stage in ("namespace", "quota")
    ),
]


@pytest.fixture
def documents(profile, server, name):
    """Return the document applied before (or None) and the one applied while it is stopped."""

    def of(situation):
        if situation == "adopted":
            metadata = {"name": name, "labels": ADOPTABLE_LABEL}
            server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        return {
            "new": (None, profile(ann="edit", cpu="1")),
            "adopted": (None, profile(ann="edit", cpu="1", more={"adopt": True})),
            "owner": (profile(ann="edit"), profile(ann="edit", owner="nina@example.com")),
            "changed": (profile(cpu="1"), profile(cpu="2")),
            "added": (profile(), profile(cpu="2")),
            "removed": (profile(cpu="1"), profile()),
            "scopes": (profile(more={"resources": BEST}), profile(more={"resources": NOT_BEST})),
        }[situation]

    return of


def is_through(situation, stage):
    return STAGES.index(stage) > STAGES.index(LAST.get(situation, "quota"))


@pytest.mark.parametrize(("situation", "stage"), CELLS)
def test_what_a_stopped_controller_has_not_made_is_pending_and_written_once(
    engine, stand_ins, documents, situation, stage
):
    before, after = documents(situation)
    if before is not None:
        engine.settle(before)
    left = 0 if is_through(situation, stage) else 4

    with stand_ins.stopping_controller(before=stage):
        # if the controller finishes, no run waits until its deadline
        patience = 1.0 if left else 60.0
        reports = [engine.apply(after, deadline=seconds) for seconds in (patience, 0.0, 0.0)]
        plan = engine.plan(after)

    assert [report.exit_code for report in reports] == [left] * 3, reports
    assert [report.writes for report in reports[1:]] == [0, 0]
    warned = [[warning.code for warning in report.plan.warnings] for report in reports]
    assert warned == [["adopts-namespace"] if situation == "adopted" else [], [], []]
    assert not any(report.errors for report in reports)
    assert (len(plan.pending), plan.warnings) == (1 if left else 0, ())

    engine.settle(after)
    report = engine.apply(after)
    assert (report.exit_code, report.writes, report.plan.warnings) == (0, 0, ())


def test_in_the_pause_after_the_namespace_nothing_is_wrong(
    engine, stand_ins, profile, server, name
):
    ml = profile(ann="edit", cpu="1")

    with stand_ins.slow_controller(seconds_per_namespace=3.0):
        engine.apply(ml, deadline=0.0)
        wait_for("the namespace", lambda: server.get("Namespace", None, name))
        during = engine.apply(ml, deadline=0.0)
        after = engine.apply(ml, deadline=30.0)
        at_once = engine.plan(ml)

    assert during.exit_code == 4
    assert (during.plan.warnings, [one.target.kind for one in during.plan.changes]) == (
        (),
        ["RoleBinding"],
    )
    assert [one.what for one in during.pending] == [
        "waits for the profile controller to bind the owner"
    ]
    assert (after.exit_code, after.writes) == (0, 0)
    assert (at_once.changes, at_once.pending, at_once.warnings) == ((), (), ())


@pytest.mark.parametrize("damage", ["edited", "deleted"])
def test_a_quota_that_is_damaged_again_is_restored_again(engine, profile, server, name, damage):
    engine.settle(profile())
    ml = profile(cpu="1")
    engine.settle(ml)

    for _ in range(2):
        if damage == "deleted":
            server.delete("ResourceQuota", name, "kf-resource-quota")
        else:
            server.patch(
                "ResourceQuota", name, "kf-resource-quota", {"spec": {"hard": {"limits.cpu": "9"}}}
            )
        assert engine.apply(ml).exit_code == 0
        assert server.get("ResourceQuota", name, "kf-resource-quota")["spec"] == {
            "hard": {"limits.cpu": "1"}
        }
        assert engine.matches(ml)
