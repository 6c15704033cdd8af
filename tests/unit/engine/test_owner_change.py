"""Owner changes: four places name the owner, and a run may end between any two of them."""

import pytest

from engine.build import contributor, document
from engine.looking import codes, let_in, roles_in, sent, steps
from engine.test_ownership import a_namespace, made_by_hand
from engine.world import World
from memory_api import Kfam, Killed, fail_nth_write, stale_list
from profiles_management import Settings
from profiles_management.reconcile.moves import losses
from profiles_management.reconcile.plan import Phase, Reason
from profiles_management.reconcile.text import plan_lines

RBAC = "rbac.authorization.k8s.io"


def owners(world):
    """Return the four values that name an owner."""
    profile, space = world.api.get("Profile", None, "ml"), world.api.get("Namespace", None, "ml")
    binding = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    policy = world.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")
    return {
        "spec": profile["spec"]["owner"]["name"],
        "namespace": space["metadata"]["annotations"]["owner"],
        "subject": binding["subjects"][0]["name"],
        "binding": binding["metadata"]["annotations"]["user"],
        "policy": policy["metadata"]["annotations"]["user"],
        "header": policy["spec"]["rules"][0]["when"][0]["values"][0],
    }


def all_of(name):
    return dict.fromkeys(
        ("spec", "namespace", "subject", "binding", "policy", "header"), f"{name}@example.com"
    )


def adopted_world(profile):
    """A profile of an older namespace, without an ownerReference that wakes the controller."""
    world = World()
    a_namespace(world)
    world.apply(document(profile(fields={"adopt": True})))
    return world


def test_every_place_names_the_new_owner(world, profile):
    world.apply(document(profile()))

    report = world.apply(document(profile(owner="new")))

    assert owners(world) == all_of("new")
    assert report.exit_code == 0
    assert not world.plan(document(profile(owner="new"))).changes


def test_it_is_one_step_in_the_order_of_the_facts(world, profile):
    world.apply(document(profile()))
    world.api.log.clear()

    plan = world.apply(document(profile(owner="new"))).plan

    assert [change.reason for change in plan.changes] == [Reason.OWNER_CHANGED]
    assert sent(world.api) == [
        "PATCH profiles ml",
        "PATCH namespaces ml",
        "PATCH rolebindings namespaceAdmin",
        "PATCH authorizationpolicies ns-owner-access-istio",
    ]


def test_the_dashboard_answers_for_the_new_owner_and_no_more_for_the_old(world, profile):
    world.apply(document(profile()))

    world.apply(document(profile(owner="new")))

    assert Kfam(world.api).list(user="owner@example.com") == []
    assert [one.role for one in Kfam(world.api).list(user="new@example.com")] == ["admin"]


def test_an_adopted_namespace_changes_hands_too(profile):
    world = adopted_world(profile)

    report = world.apply(document(profile(owner="new")))

    assert owners(world) == all_of("new")
    assert report.exit_code == 0


@pytest.mark.parametrize("adopted", [False, True])
@pytest.mark.parametrize("when", ["kill_before", "kill_after"])
@pytest.mark.parametrize("index", [1, 2, 3, 4])
def test_a_run_that_died_in_between_is_finished_by_the_next(profile, adopted, index, when):
    world = adopted_world(profile) if adopted else World()
    pmr = document(profile(fields={"adopt": adopted}))
    world.apply(pmr)
    world.api.faults.append(fail_nth_write(index, when))
    with pytest.raises(Killed):
        world.apply(document(profile(owner="new")))
    world.api.faults.clear()

    report = world.apply(document(profile(owner="new")))

    assert owners(world) == all_of("new")
    assert report.exit_code == 0
    assert not world.plan(document(profile(owner="new"))).changes


@pytest.mark.parametrize("index", [1, 2, 3, 4])
def test_a_change_of_mind_in_between_is_followed(world, profile, index):
    world.apply(document(profile()))
    world.api.faults.append(fail_nth_write(index, "kill_after"))
    with pytest.raises(Killed):
        world.apply(document(profile(owner="new")))
    world.api.faults.clear()

    world.apply(document(profile(owner="third")))

    assert owners(world) == all_of("third")


def test_a_controller_that_sleeps_is_waited_for(profile):
    world = World(slow=True)
    world.controller.run()
    world.apply(document(profile()))

    report = world.apply(document(profile(owner="new")))

    assert report.exit_code == 0
    assert owners(world) == all_of("new")


def test_a_controller_that_does_not_come_is_pending_and_the_next_run_goes_on(profile):
    world = World(slow=True)
    world.apply(document(profile()))
    world.ticks.meanwhile = lambda: None

    report = world.apply(document(profile(owner="new")), deadline=5)
    later = world.apply(document(profile(owner="new")), deadline=5)
    world.controller.run()

    assert report.exit_code == later.exit_code == 4
    assert later.pending[0].what == "waits for the profile controller to bind the new owner"
    assert not world.plan(document(profile(owner="new"))).changes
    assert world.apply(document(profile(owner="new"))).exit_code == 0


def test_an_annotation_that_names_another_owner_is_drift_and_corrected(world, profile):
    world.apply(document(profile()))
    for kind, name in (
        ("RoleBinding", "namespaceAdmin"),
        ("AuthorizationPolicy", "ns-owner-access-istio"),
    ):
        one = world.api.get(kind, "ml", name)
        one["metadata"]["annotations"]["user"] = "zed@example.com"
        world.api.put(one)

    plan = world.apply(document(profile())).plan

    assert [change.reason for change in plan.changes] == [Reason.DRIFTED]
    assert owners(world) == all_of("owner")


def test_an_owner_that_somebody_changed_by_hand_is_changed_back(world, profile):
    world.apply(document(profile()))
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        {"spec": {"owner": {"name": "zed@example.com"}}},
        content_type="application/merge-patch+json",
    )

    world.apply(document(profile()))

    assert owners(world) == all_of("owner")


def test_a_namespace_that_somebody_annotated_otherwise_is_annotated_back(world, profile):
    world.apply(document(profile()))
    one = world.api.get("Namespace", None, "ml")
    one["metadata"]["annotations"]["owner"] = "zed@example.com"
    world.api.put(one)

    plan = world.apply(document(profile(ann="edit"))).plan

    assert [change.reason for change in plan.changes if change.person is None] == [Reason.DRIFTED]
    assert owners(world) == all_of("owner")
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


# owners and contributors change places


def watch(world, *people):
    """Note after every request which of these people have a role."""
    seen = []
    world.api.after.append(
        lambda request: seen.append({one: one in roles_in(world.api) for one in people})
    )
    return seen


def profile_with_old_owner(profile):
    return profile(owner="new", contributors=[contributor("owner")])


def test_an_owner_who_becomes_a_contributor_is_never_without_a_role(world, profile):
    world.apply(document(profile()))
    seen = watch(world, "owner")

    world.apply(document(profile_with_old_owner(profile)))

    assert all(one["owner"] for one in seen)
    assert roles_in(world.api) == {"new": "admin", "owner": "edit"}


def test_a_contributor_who_becomes_the_owner_is_never_without_a_role(world, profile):
    world.apply(document(profile(new="edit")))
    seen = watch(world, "new")

    world.apply(document(profile(owner="new")))

    assert all(one["new"] for one in seen)
    assert roles_in(world.api) == {"new": "admin"}
    assert let_in(world.api) == []


def test_owner_and_contributor_who_change_places_are_never_without_a_role(world, profile):
    world.apply(document(profile(new="edit")))
    seen = watch(world, "new", "owner")

    report = world.apply(document(profile_with_old_owner(profile)))

    assert all(one["new"] and one["owner"] for one in seen)
    assert roles_in(world.api) == {"new": "admin", "owner": "edit"}
    assert report.exit_code == 0
    assert not world.plan(document(profile_with_old_owner(profile))).changes


def test_a_slow_controller_opens_no_gap_when_they_change_places(profile):
    world = World(slow=True)
    world.apply(document(profile(new="edit")))
    seen = watch(world, "new", "owner")

    report = world.apply(document(profile_with_old_owner(profile)))

    assert all(one["new"] and one["owner"] for one in seen)
    assert report.exit_code == 0
    assert roles_in(world.api) == {"new": "admin", "owner": "edit"}


@pytest.mark.parametrize("index", range(1, 9))
def test_changing_places_is_finished_by_the_next_run_wherever_it_died(profile, index):
    world = World()
    world.apply(document(profile(new="edit")))
    seen = watch(world, "new", "owner")
    world.api.faults.append(fail_nth_write(index, "kill_after"))
    with pytest.raises(Killed):
        world.apply(document(profile_with_old_owner(profile)))
    world.api.faults.clear()

    world.apply(document(profile_with_old_owner(profile)))

    assert all(one["new"] and one["owner"] for one in seen)
    assert roles_in(world.api) == {"new": "admin", "owner": "edit"}
    assert not world.plan(document(profile_with_old_owner(profile))).changes


def test_a_contributor_who_becomes_the_owner_does_not_count_as_a_revocation(world, profile):
    world.apply(document(profile(new="edit")))

    plan = world.plan(document(profile(owner="new")))

    assert [change.reason for change in plan.changes if change.person] == [Reason.BECAME_OWNER]
    assert plan.access.lost == 1  # the owner of before


def test_an_owner_added_in_the_dashboard_as_contributor_too_is_tidied_up(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "owner@example.com", "edit")

    world.apply(document(profile()))

    assert roles_in(world.api) == {"owner": "admin"}


# kinds of owners


@pytest.mark.parametrize(
    ("kind", "space"), [("Group", None), ("ServiceAccount", "ci"), ("ServiceAccount", None)]
)
def test_an_owner_may_become_one_of_another_kind(world, profile, kind, space):
    world.apply(document(profile()))
    pmr = document(profile(owner="bot", kind=kind, space=space))

    report = world.apply(pmr)

    subject = world.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"][0]
    assert (subject["kind"], subject.get("namespace")) == (kind, space)
    assert ("apiGroup" in subject) is (kind == "Group")
    assert report.exit_code == 0
    assert not world.plan(pmr).changes


def test_a_group_that_becomes_the_owner_keeps_its_role_until_it_is_bound_as_such(profile):
    world = World(slow=True)
    world.apply(
        document(
            profile(owner="x@x.com", contributors=[contributor("x@x.com", "edit", kind="Group")])
        )
    )
    groups = []
    world.api.after.append(
        lambda request: groups.append(
            any(
                one["kind"] == "Group"
                for each in world.api.objects("RoleBinding", "ml")
                for one in each["subjects"]
            )
        )
    )

    world.apply(document(profile(owner="x@x.com", kind="Group")))

    assert all(groups)


def test_a_service_account_may_move_to_another_namespace(world, profile):
    world.apply(document(profile(owner="bot", kind="ServiceAccount", space="ci")))
    pmr = document(profile(owner="bot", kind="ServiceAccount", space="cd"))

    world.apply(pmr)

    assert world.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"][0]["namespace"] == "cd"
    assert not world.plan(pmr).changes


def test_a_service_account_that_becomes_a_user_leaves_nothing_of_it(world, profile):
    world.apply(document(profile(owner="bot", kind="ServiceAccount", space="ci")))

    world.apply(document(profile(owner="bot@example.com")))

    assert world.api.get("Profile", None, "ml")["spec"]["owner"] == {
        "apiGroup": RBAC,
        "kind": "User",
        "name": "bot@example.com",
    }


def test_an_adoption_that_changes_hands_counts_the_old_owner(world, profile):
    made_by_hand(world, owner="zed@example.com")

    plan = world.plan(document(profile(fields={"adopt": True})))

    assert plan.access.lost == 1
    assert steps(plan)[0] == "~ Profile ml"


def test_quota_and_owner_change_together(world, profile):
    world.apply(document(profile(cpu="1")))
    pmr = document(profile(owner="new", cpu="2"))

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert world.api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"]["hard"] == {
        "limits.cpu": "2"
    }
    assert not world.plan(pmr, deadline=1).changes


def test_without_any_brake_released_one_owner_may_change(profile):
    world = World(Settings())
    world.apply(document(profile()))

    assert world.apply(document(profile(owner="new"))).exit_code == 0


# what the controller corrects


def owners_object(world, kind, change):
    name = "namespaceAdmin" if kind == "RoleBinding" else "ns-owner-access-istio"
    one = world.api.get(kind, "ml", name)
    change(one)
    world.api.put(one)
    return one


def test_an_owners_binding_to_another_role_is_reported_and_left_alone(world, profile):
    world.apply(document(profile()))
    before = owners_object(world, "RoleBinding", lambda one: one["roleRef"].update(name="view"))

    report = world.apply(document(profile()))

    assert codes(report.plan.warnings) == ["owner-drift"]
    assert "binds view and not kubeflow-admin" in report.plan.warnings[0].what
    assert world.api.get("RoleBinding", "ml", "namespaceAdmin")["roleRef"] == before["roleRef"]
    assert not report.plan.changes


def test_an_owners_policy_that_does_not_let_the_owner_in_is_reported(world, profile):
    world.apply(document(profile()))
    owners_object(world, "AuthorizationPolicy", lambda one: one["spec"].update(rules=[]))

    plan = world.plan(document(profile()))

    assert codes(plan.warnings) == ["owner-drift"]
    assert not plan.changes


def test_a_header_that_the_controller_does_not_use_is_reported(world, profile):
    world.apply(document(profile()))

    assert codes(world.plan(document(profile()), userid_header="x-user").warnings) == [
        "owner-drift"
    ]


@pytest.mark.parametrize("owner", ["a&b@x.com", "用户@x.com", "o'q/é@x.com"])
def test_an_owner_of_any_name_is_let_in_and_nothing_is_reported(world, profile, owner):
    pmr = document(profile(owner=owner))
    world.apply(pmr)

    assert world.plan(pmr).warnings == ()


def test_nothing_is_reported_while_a_profile_changes_hands(world, profile):
    world.apply(document(profile()))

    assert world.plan(document(profile(owner="new"))).warnings == ()


def test_what_the_new_owner_held_as_a_contributor_goes_with_the_switch_and_after_it(world, profile):
    world.apply(document(profile(new="edit")))

    (gone,) = [
        change for change in world.plan(document(profile(owner="new"))).changes if change.person
    ]

    assert gone.phase is Phase.SWITCH
    assert str(gone.writes[0].after) == "RoleBinding ml/namespaceAdmin to name new@example.com"


def lines(plan):
    return [" ".join(str(line).split()) for line in plan_lines(plan)]


def test_the_message_about_an_owner_who_is_a_contributor_names_them_as_the_owner(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "owner@example.com", "edit")

    assert "- owner@example.com edit is the owner" in lines(world.plan(document(profile())))


def test_the_reason_of_a_contributor_who_becomes_the_owner_is_became_owner(world, profile):
    world.apply(document(profile(new="edit")))

    assert "- new@example.com edit became the owner" in lines(
        world.plan(document(profile(owner="new")))
    )


def test_an_owner_of_the_same_name_and_another_kind_is_shown_with_the_kind(world, profile):
    world.apply(document(profile()))

    (change,) = world.plan(document(profile(kind="Group"))).changes

    assert [(field.before, field.after) for field in change.fields] == [
        ("User owner@example.com", "owner@example.com (Group)")
    ]


def test_a_contributor_who_is_to_own_a_profile_that_is_not_listed_yet_keeps_access(world, profile):
    before = world.api.clone()
    world.apply(document(profile(bob="edit")))
    world.api.faults.append(stale_list(before, "profiles"))

    world.apply(document(profile(owner="bob", olga="view")))

    assert "bob" in roles_in(world.api)
    assert "bob" in let_in(world.api)


def test_an_owner_of_before_who_is_called_like_a_field_loses_access(world, profile):
    before = profile()
    before.owner.name = "owner"
    world.apply(document(before))

    plan = world.plan(document(profile(owner="new")))

    assert "owner" in {pair.person.name for pair in losses(plan.changes)}
