"""Others write at the same moment: what still holds continues, the rest is reported."""

from dataclasses import replace

import pytest

from engine.build import document, profile
from engine.looking import roles_in
from engine.world import World
from profiles_management import Settings, create_or_update_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.report import Result
from profiles_management.reconcile.resuming import PAUSES

ANN = "user-ann-example-com-clusterrole-edit"
KINDS = ("RoleBinding", "AuthorizationPolicy")


@pytest.fixture
def world():
    return World()


def touched(api, obj):
    """Write to an object without changing its meaning, as the profile controller does."""
    obj.setdefault("metadata", {}).setdefault("annotations", {})["example.com/seen"] = str(
        len(api.log)
    )
    api.put(obj)


def before_writes(world, resource, method, happening, times=1):
    """Act just before the first writes of a resource."""
    left = [times]

    def fault(request, act):
        if (request.method, request.resource) == (method, resource) and left[0]:
            left[0] -= 1
            happening()
        return act()

    world.api.faults.append(fault)


def meant(world, *profiles):
    """Return the objects of a separate world in which a document was applied."""
    twin = world.twin()
    twin.apply(document(*profiles))
    return twin.api


@pytest.mark.parametrize(
    ("kind", "resource", "changed"),
    [
        ("Namespace", "namespaces", {"fields": {"labels": {"example.com/team": "a"}}}),
        ("Profile", "profiles", {"cpu": "2"}),
        ("Profile", "profiles", {"owner": "nina"}),
    ],
    ids=["labels", "quota", "owner"],
)
def test_what_the_controller_wrote_at_the_same_moment_is_settled_in_one_run(
    world, kind, resource, changed
):
    world.apply(document(profile(cpu="1")))
    before_writes(
        world, resource, "PATCH", lambda: touched(world.api, world.api.get(kind, None, "ml"))
    )
    wanted = document(profile(**{"cpu": "1", "ann": "edit"} | changed))

    report = world.apply(wanted)

    assert report.exit_code == 0, (report.errors, report.pending)
    assert roles_in(world.api)["ann"] == "edit"
    assert not world.plan(wanted).changes


@pytest.mark.parametrize("late", [KINDS[:1], KINDS], ids=["half a pair", "a pair"])
def test_a_late_grant_of_our_own_interrupted_run_is_settled_in_one_run(world, late):
    world.apply(document(profile()))
    ours = meant(world, profile(ann="edit"))
    objects = [ours.get(kind, "ml", ANN) for kind in late]
    before_writes(world, "rolebindings", "POST", lambda: [world.api.put(one) for one in objects])

    report = world.apply(document(profile(ann="edit", bob="view")))

    assert report.exit_code == 0, (report.errors, report.pending)
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit", "bob": "view"}
    assert not world.plan(document(profile(ann="edit", bob="view"))).changes


def test_a_late_profile_of_our_own_interrupted_run_is_settled_in_one_run(world):
    late = meant(world, profile(cpu="1")).get("Profile", None, "ml")
    for key in ("finalizers", "resourceVersion", "uid", "creationTimestamp"):
        late["metadata"].pop(key, None)
    before_writes(
        world, "profiles", "POST", lambda: world.api.call("POST", world.api.path("Profile"), late)
    )

    report = world.apply(document(profile(cpu="1", ann="edit")))

    assert report.exit_code == 0, (report.errors, report.pending)
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_a_late_role_change_of_our_own_interrupted_run_is_settled_in_one_run(world):
    world.apply(document(profile(ann="view")))
    view = ANN.replace("edit", "view")
    ours = meant(world, profile(ann="edit"))

    def arrive():
        for kind in KINDS:
            world.api.call("DELETE", world.api.path(kind, "ml", view))
            world.api.put(ours.get(kind, "ml", ANN))

    before_writes(world, "rolebindings", "DELETE", arrive)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0, (report.errors, report.pending)
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_what_somebody_else_changed_in_substance_is_reported_and_kept(world):
    world.apply(document(profile(cpu="1")))

    def change():
        theirs = world.api.get("Profile", None, "ml")
        theirs["spec"]["resourceQuotaSpec"] = {"hard": {"limits.cpu": "9"}}
        world.api.put(theirs)

    before_writes(world, "profiles", "PATCH", change)

    report = world.apply(document(profile(cpu="2", ann="edit")))

    assert report.exit_code == 4
    assert "was changed by somebody else meanwhile" in report.pending[0].what
    assert world.api.get("Profile", None, "ml")["spec"]["resourceQuotaSpec"] == {
        "hard": {"limits.cpu": "9"}
    }
    assert len(report.having(Result.NOT_TRIED)) == 1


def test_an_owner_whom_somebody_else_set_is_kept(world):
    world.apply(document(profile()))

    def change():
        theirs = world.api.get("Profile", None, "ml")
        theirs["spec"]["owner"]["name"] = "eve@example.com"
        world.api.put(theirs)

    before_writes(world, "profiles", "PATCH", change)

    report = world.apply(document(profile(owner="nina")))

    assert report.exit_code == 4
    assert world.api.get("Profile", None, "ml")["spec"]["owner"]["name"] == "eve@example.com"


def test_a_grant_that_somebody_just_revoked_is_not_given_again(world):
    world.apply(document(profile()))
    ours = meant(world, profile(ann="edit")).get("RoleBinding", "ml", ANN)

    came_and_went = []

    def fault(request, act):
        if (request.method, request.resource) != ("POST", "rolebindings") or came_and_went:
            return act()
        came_and_went.append(world.api.put(ours))
        try:
            return act()
        finally:
            world.api.call("DELETE", world.api.path("RoleBinding", "ml", ANN))

    world.api.faults.append(fault)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 4
    assert "ann" not in roles_in(world.api)


def test_a_role_change_of_somebody_who_was_just_revoked_gives_nothing(world):
    world.apply(document(profile(ann="view")))
    view = ANN.replace("edit", "view")
    revoke = lambda: [world.api.call("DELETE", world.api.path(kind, "ml", view)) for kind in KINDS]  # noqa: E731
    before_writes(world, "rolebindings", "DELETE", revoke)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 4
    assert "ann" not in roles_in(world.api)


def test_who_writes_each_time_is_left_to_the_next_run(world):
    world.apply(document(profile(cpu="1")))
    before_writes(
        world,
        "profiles",
        "PATCH",
        lambda: touched(world.api, world.api.get("Profile", None, "ml")),
        times=99,
    )
    world.api.log.clear()

    report = world.apply(document(profile(cpu="2")))

    patches = [request for request in world.api.log if request.method == "PATCH"]
    assert (report.exit_code, len(patches)) == (4, 1 + len(PAUSES))
    assert world.ticks.slept == pytest.approx(sum(PAUSES))


def test_nothing_is_planned_again_once_the_time_is_up(world):
    world.apply(document(profile(cpu="1")))
    before_writes(
        world, "profiles", "PATCH", lambda: touched(world.api, world.api.get("Profile", None, "ml"))
    )

    report = world.apply(document(profile(cpu="2")), deadline=0.1)

    assert (report.exit_code, world.ticks.slept) == (4, 0.0)


def test_a_run_that_is_interrupted_while_it_reads_again_reports_what_it_did(world):
    world.apply(document(profile(cpu="1")))
    ending = []
    before_writes(
        world, "profiles", "PATCH", lambda: touched(world.api, world.api.get("Profile", None, "ml"))
    )
    world.ticks.meanwhile = lambda: ending.append(True)
    clock = replace(world.ticks.clock, ending=lambda: bool(ending))

    report = create_or_update_profiles(
        document(profile(cpu="2"), profile("other")),
        target=Cluster(world.client, clock=clock),
        settings=Settings(page_size=1),
        clock=clock,
    )

    results = {outcome.change.profile: outcome.result for outcome in report.outcomes}
    assert results == {"ml": Result.PENDING, "other": Result.PENDING}
    assert report.writes == 1


def test_a_run_that_is_interrupted_while_it_waits_reports_what_it_did():
    world = World(slow=True)
    ending = []
    clock = replace(world.ticks.clock, ending=lambda: bool(ending))

    def fault(request, act):
        if request.method == "GET" and any(seen.method == "POST" for seen in world.api.log):
            ending.append(True)
        return act()

    world.api.faults.append(fault)
    world.api.put({"kind": "Namespace", "metadata": {"name": "another"}})
    world.api.put({"kind": "Namespace", "metadata": {"name": "one-more"}})

    report = create_or_update_profiles(
        document(profile("a", ann="edit"), profile("b", ann="edit")),
        target=Cluster(world.client, clock=clock),
        settings=Settings(page_size=1),
        clock=clock,
    )

    assert report.writes == 2
    assert report.interrupted
