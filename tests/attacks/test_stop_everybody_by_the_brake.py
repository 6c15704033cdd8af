"""The numbers of somebody else make the brake stop, or allow, the wrong changes."""

import pytest
from engine.build import contributor, document, profile
from engine.looking import roles_in
from engine.test_sources import LATER, TEAMS, adding, merged, opened
from engine.test_until import at
from engine.world import World

from memory_api import Kfam
from profiles_management import BrakeError, Settings
from profiles_management.kubeflow.objects import naming
from profiles_management.reconcile.plan import LEFT_DOCUMENT, SourceAccess


@pytest.fixture(params=[Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"])
def world(request):
    return World(request.param)


def crowd(number, name="web"):
    return profile(name, contributors=[contributor(f"p{index}") for index in range(number)])


def test_a_source_that_removes_everybody_stops_itself_and_nobody_else(world):
    world.apply(merged(config=document(profile(ann="edit", bob="edit")), teams=document(crowd(20))))

    with pytest.raises(BrakeError) as stopped:
        world.apply(
            merged(
                config=document(profile(bob="view", eve="edit"), profile("new")), teams=document()
            )
        )

    assert roles_in(world.api) == {"owner": "admin", "bob": "view", "eve": "edit"}
    assert len(roles_in(world.api, "web")) == 21
    assert roles_in(world.api, "new") == {"owner": "admin"}
    assert (stopped.value.lost, stopped.value.before, stopped.value.sources) == (20, 20, {TEAMS})
    assert str(stopped.value) == (
        "Refusing to apply: 20 of 20 role assignments would be revoked by relation:profiles:teams. "
        "Changes of other sources were applied, and expired access ended."
    )


def test_a_large_source_does_not_hide_what_a_small_one_removes(world):
    world.apply(merged(config=document(crowd(8, "ml")), teams=document(crowd(50))))

    with pytest.raises(BrakeError) as stopped:
        world.apply(merged(config=document(profile()), teams=document(crowd(50))))

    assert (stopped.value.lost, stopped.value.before, stopped.value.sources) == (8, 8, {"config"})
    assert len(roles_in(world.api)) == 9


def test_what_the_stopped_source_gives_and_changes_waits_with_it(world):
    world.apply(merged(config=document(crowd(8, "ml")), teams=document(profile("web", ann="edit"))))

    changed = merged(
        config=document(profile(eve="admin", cpu="1")), teams=document(profile("web", ann="view"))
    )
    with pytest.raises(BrakeError):
        world.apply(changed)

    assert "eve" not in roles_in(world.api)
    assert roles_in(world.api, "web") == {"owner": "admin", "ann": "view"}


def test_whom_another_source_takes_on_with_another_role_does_not_wait_for_the_one_that_is_stopped(
    world,
):
    added = {f"p{index}": "edit" for index in range(8)}
    world.apply(merged(config=document(opened()), teams=adding(**added)))

    with pytest.raises(BrakeError):
        world.apply(
            merged(config=document(opened()), teams=adding(new="edit"), git=adding(p0="view"))
        )

    assert roles_in(world.api)["p0"] == "view"
    assert roles_in(world.api)["p1"] == "edit"
    assert "new" not in roles_in(world.api)


def test_people_without_our_mark_are_a_group_of_their_own():
    world = World(Settings())
    world.apply(document(profile(ann="edit", bob="edit")))
    for index in range(20):
        Kfam(world.api).add("ml", f"x{index}@example.com", "edit")

    with pytest.raises(
        BrakeError, match=r"20 of 20 .* from people whom no document added"
    ) as stopped:
        world.apply(document(profile(bob="edit")))

    assert stopped.value.lost == 20
    assert "ann" not in roles_in(world.api)
    assert len(roles_in(world.api)) == 22  # owner, bob, and those who were added elsewhere


def test_people_whom_a_document_adopts_count_as_present():
    world = World(Settings())
    world.apply(document(profile()))
    for index in range(20):
        Kfam(world.api).add("ml", f"p{index}@example.com", "edit")

    world.apply(document(crowd(12, "ml")))

    assert len(roles_in(world.api)) == 13


def planted(world, space, source):
    """Copy ann's RoleBinding of ml for 20 people, with the source's name."""
    there = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    for index in range(20):
        there["metadata"] |= {
            "namespace": space,
            "name": f"user-x{index}-example-com-clusterrole-edit",
        }
        there["metadata"]["annotations"] |= {"user": f"x{index}@example.com", naming.SOURCE: source}
        there["subjects"][0]["name"] = f"x{index}@example.com"
        world.api.put(there)


def test_planted_bindings_in_a_namespace_whose_profile_is_gone_count_nowhere():
    world = World(Settings())
    world.apply(
        merged(config=document(profile(ann="edit", bob="edit")), teams=document(profile("web")))
    )
    planted(world, "web", "config")
    for one in world.api.objects("RoleBinding", "web"):
        one["metadata"]["finalizers"] = ["example.com/keep"]
        world.api.put(one)
    world.api.call("DELETE", world.api.path("Profile", None, "web"))

    world.apply(merged(config=document(profile(bob="edit")), teams=document()))

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
    assert not {f"x{index}" for index in range(20)} & roles_in(world.api, "web").keys()


@pytest.mark.parametrize("fields", [{}, {"open": True}])
def test_the_name_of_a_source_on_bindings_in_a_profile_of_another_one_does_not_stop_it(
    world, fields
):
    theirs = document(profile("web", fields=fields))
    world.apply(merged(config=document(profile(ann="edit", bob="edit")), teams=theirs))
    planted(world, "web", "config")

    with pytest.raises(
        BrakeError, match=r"20 of 20 .* by config in profiles of relation:profiles:teams"
    ):
        world.apply(merged(config=document(profile(bob="edit")), teams=theirs))

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}


@pytest.mark.parametrize(
    "theirs", [document(), document(profile("web"))], ids=["removed", "closed"]
)
def test_who_takes_an_open_profile_away_does_not_stop_those_who_added_to_it(world, theirs):
    added = adding(to="web", **{f"p{index}": "edit" for index in range(20)})
    both = merge_documents(adding=added, defining=document(profile(ann="edit", bob="edit")))
    world.apply(merged(config=both, teams=document(opened("web"))))

    both = merge_documents(adding=added, defining=document(profile(bob="edit")))
    with pytest.raises(
        BrakeError, match=r"20 of 20 .* by config in profiles of relation:profiles:teams"
    ):
        world.apply(merged(config=both, teams=theirs))

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
    assert len(roles_in(world.api, "web")) == 21


def test_what_a_stopped_source_adds_elsewhere_waits_with_it(world):
    world.apply(merged(config=document(crowd(8, "ml")), teams=document(opened("web"))))

    both = merge_documents(adding=adding(to="web", eve="edit"), defining=document(profile()))
    with pytest.raises(BrakeError) as stopped:
        world.apply(merged(config=both, teams=document(opened("web"))))

    access = stopped.value.report.plan.access
    assert (access.lost, access.gained) == (0, 0)
    assert roles_in(world.api, "web") == {"owner": "admin"}


def merge_documents(*, adding, defining):
    """Return one document that defines and adds."""
    defining.additions.update(adding.additions)
    return defining


def test_planted_bindings_in_a_profile_of_no_document_count_nowhere():
    world = World(Settings())
    world.apply(document(profile(ann="edit", bob="edit"), profile("left", eve="edit")))
    for index in range(20):
        Kfam(world.api).add("left", f"x{index}@example.com", "edit")
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    report = world.apply(document(profile(bob="edit")))

    left = SourceAccess("", 1, 1, LEFT_DOCUMENT)
    assert report.plan.sources == (SourceAccess("", 2, 1), left, SourceAccess(None, 1, 1))
    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
    assert roles_in(world.api, "left") == {"owner": "admin"}


def test_planted_bindings_whose_time_is_up_count_nowhere():
    world = World(Settings())
    world.apply(document(crowd(8, "ml"), profile("planted", owner="mallory")))
    planted = world.api.get("RoleBinding", "ml", "user-p0-example-com-clusterrole-edit")
    for index in range(50):
        planted["metadata"] |= {
            "namespace": "planted",
            "name": f"user-x{index}-example-com-clusterrole-edit",
        }
        planted["metadata"]["annotations"] |= {
            "user": f"x{index}@example.com",
            naming.UNTIL: "2020-01-01T00:00:00Z",
        }
        planted["subjects"][0]["name"] = f"x{index}@example.com"
        world.api.put(planted)

    with pytest.raises(BrakeError) as stopped:
        world.apply(document(profile()), stale="off")

    assert (stopped.value.lost, stopped.value.before) == (8, 8)


def test_nothing_but_expiry_where_one_document_is_all_there_is(world):
    ends = contributor("ann", until=LATER)
    world.apply(
        document(
            crowd(8, "ml"),
            profile("web", contributors=[ends]),
            profile("left", contributors=[ends]),
        )
    )

    with pytest.raises(BrakeError) as stopped:
        at(world, document(profile(), profile("web", bob="edit", contributors=[ends])), LATER)

    assert len(roles_in(world.api)) == 9
    assert roles_in(world.api, "web") == {"owner": "admin"}
    assert roles_in(world.api, "left") == {"owner": "admin"}
    assert stopped.value.exit_code == 3
    assert "Changes of other sources were applied, and expired access ended." in str(stopped.value)


def test_the_report_counts_only_the_access_that_was_not_stopped(world):
    world.apply(merged(config=document(profile(ann="edit", bob="edit")), teams=document(crowd(20))))

    changed = document(profile("web", owner="new", zed="edit"))
    with pytest.raises(BrakeError) as stopped:
        world.apply(merged(config=document(profile(bob="edit", eve="view")), teams=changed))

    access = stopped.value.report.plan.access
    assert (access.lost, access.gained) == (1, 1)


@pytest.mark.parametrize("source", ["", "config"])
def test_a_profile_with_our_labels_in_no_document_stops_nothing_but_such_profiles(source):
    world = World(Settings())
    forged = [contributor(f"x{index}") for index in range(20)]
    planted = profile("mal", owner="mallory", contributors=forged)
    before, after = (
        document(profile(ann="edit", bob="edit")),
        document(profile(bob="edit", eve="view")),
    )
    first = document(*before.in_order(), planted)
    world.apply(merged(config=first) if source else first)

    with pytest.raises(BrakeError) as stopped:
        world.apply(merged(config=after) if source else after)

    assert (stopped.value.lost, stopped.value.before) == (20, 20)
    assert roles_in(world.api) == {"owner": "admin", "bob": "edit", "eve": "view"}


def test_profiles_that_left_the_document_are_judged_by_all_that_there_was(world):
    world.apply(document(crowd(40, "ml"), crowd(8, "small"), crowd(30)))

    assert world.apply(document(crowd(40, "ml"), crowd(30))).exit_code == 0
    with pytest.raises(BrakeError) as stopped:
        world.apply(document(crowd(30)))

    assert (stopped.value.lost, stopped.value.before) == (40, 40)
    assert len(roles_in(world.api, "ml")) == 41
