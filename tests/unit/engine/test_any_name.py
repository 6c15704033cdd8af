"""A contributor's objects are recognized by their content, under any name."""

import pytest

from engine.build import document
from engine.looking import let_in, names_of, roles_in, steps
from engine.world import World
from memory_api import Kfam, fail_nth_write
from profiles_management import (
    Settings,
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
)
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.plan import Phase, Reason
from scenarios.foreign import account, binding, kfam_notes, peer_pair, person, policy, put, rule

ANN = "ann@example.com"
OURS = "user-ann-example-com-clusterrole-edit"
PEERS = "ann-example-com-edit"

ANY_NAME = [
    PEERS,
    "x",
    "my-team",
    "user-ann",
    "user-zed-example-com-clusterrole-view",
    "group-ann-clusterrole-edit",
]


def target(world):
    return Cluster(world.client, clock=world.ticks.clock)


@pytest.fixture
def moved(world, profile):
    """A cluster whose profile `ml` has ann, with the objects of the peer."""
    world.apply(document(profile()))
    put(world.api, *peer_pair(ANN, "edit"))
    return world


# renaming


def test_a_pair_under_another_name_is_renamed_the_new_pair_first(moved, profile):
    moved.api.log.clear()

    report = moved.apply(document(profile(ann="edit")))

    assert [(write.method, write.resource, write.name) for write in moved.api.writes] == [
        ("POST", "rolebindings", ""),
        ("POST", "authorizationpolicies", ""),
        ("DELETE", "rolebindings", PEERS),
        ("DELETE", "authorizationpolicies", PEERS),
    ]
    (change,) = report.plan.changes
    assert (change.phase, change.reason, str(change.action)) == (
        Phase.SWITCH,
        Reason.RENAMED,
        "-/+",
    )
    assert [(one.path, one.before, one.after) for one in change.fields] == [
        ("name", PEERS, OURS),
        ("managed by", None, "default"),
    ]
    assert not moved.plan(document(profile(ann="edit"))).changes


def test_who_is_renamed_has_access_at_every_moment(moved, profile):
    seen = []
    moved.api.after.append(
        lambda _: seen.append((roles_in(moved.api).get("ann"), "ann" in let_in(moved.api)))
    )

    moved.apply(document(profile(ann="edit")))

    assert set(seen) == {("edit", True)}


def test_who_is_renamed_has_access_at_every_moment_where_the_name_is_that_of_somebody_who_leaves(
    moved, profile
):
    put(moved.api, *peer_pair("bob@example.com", "edit", called=OURS))
    seen = []
    moved.api.after.append(
        lambda _: seen.append((roles_in(moved.api).get("ann"), "ann" in let_in(moved.api)))
    )

    moved.apply(document(profile(ann="edit")))

    assert set(seen) == {("edit", True)}
    assert roles_in(moved.api) == {"owner": "admin", "ann": "edit"}


def test_renaming_is_no_loss_and_no_gain_of_access(moved, profile):
    access = moved.plan(document(profile(ann="edit"))).access

    assert (access.before, access.lost, access.gained) == (1, 0, 0)


def test_the_dashboard_can_remove_who_was_renamed(moved, profile):
    moved.apply(document(profile(ann="edit")))

    Kfam(moved.api).delete("ml", ANN, "edit")

    assert "ann" not in roles_in(moved.api)


@pytest.mark.parametrize("index", range(4))
def test_a_renaming_that_was_interrupted_is_finished_by_the_next_run(moved, profile, index):
    pmr = document(profile(ann="edit"))
    for write in moved.plan(pmr).changes[0].writes[:index]:
        target(moved).send(write, deadline=100.0)

    moved.apply(pmr)

    assert (
        names_of(moved.api, "RoleBinding") == names_of(moved.api, "AuthorizationPolicy") == [OURS]
    )
    assert not moved.plan(pmr).changes


def test_another_role_in_the_document_replaces_the_pair(moved, profile):
    moved.apply(document(profile(ann="view")))

    assert roles_in(moved.api)["ann"] == "view"
    assert names_of(moved.api, "RoleBinding") == names_of(moved.api, "AuthorizationPolicy")
    assert not moved.plan(document(profile(ann="view"))).changes


def test_two_pairs_of_one_person_become_one(moved, profile):
    Kfam(moved.api).add("ml", ANN, "edit")

    plan = moved.apply(document(profile(ann="edit"))).plan

    assert [change.reason for change in plan.changes] == [Reason.DUPLICATE]
    assert (
        names_of(moved.api, "RoleBinding") == names_of(moved.api, "AuthorizationPolicy") == [OURS]
    )
    assert roles_in(moved.api)["ann"] == "edit"


def test_a_second_pair_of_another_role_is_revoked_before_anything_else(moved, profile):
    Kfam(moved.api).add("ml", ANN, "admin")

    plan = moved.apply(document(profile(ann="edit"))).plan

    assert [(change.phase, change.reason) for change in plan.changes] == [
        (Phase.REVOKE, Reason.EXTRA_ROLE),
        (Phase.SWITCH, Reason.RENAMED),
    ]
    assert roles_in(moved.api)["ann"] == "edit"


def test_two_people_under_each_others_names_get_their_own(world, profile):
    world.apply(document(profile()))
    put(world.api, *peer_pair(ANN, "edit", called="user-bob-example-com-clusterrole-edit"))
    put(world.api, *peer_pair("bob@example.com", "edit", called=OURS))
    pmr = document(profile(ann="edit", bob="edit"))

    assert world.apply(pmr).exit_code == 0

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit", "bob": "edit"}
    assert not world.plan(pmr).changes


# leaving


@pytest.mark.parametrize("name", ANY_NAME)
def test_who_is_not_in_the_document_loses_access_whatever_the_name_of_the_objects(
    world, profile, name
):
    world.apply(document(profile()))
    put(world.api, *peer_pair(ANN, "edit", called=name))

    plan = world.apply(document(profile())).plan

    assert steps(plan) == ["- ann edit→"]
    assert plan.changes[0].reason is Reason.UNLISTED
    assert names_of(world.api, "RoleBinding") == names_of(world.api, "AuthorizationPolicy") == []


def test_who_leaves_the_document_keeps_nothing_of_an_older_pair(moved, profile):
    moved.apply(document(profile(ann="edit")))
    put(moved.api, *peer_pair(ANN, "edit"))

    moved.apply(document(profile()))

    assert roles_in(moved.api) == {"owner": "admin"}
    assert let_in(moved.api) == []


def test_a_setting_keeps_who_was_added_elsewhere_under_any_name(moved, profile):
    assert not moved.plan(document(profile()), unlisted="keep").changes


@pytest.mark.parametrize("index", range(1, 5))
def test_a_revocation_that_was_interrupted_is_finished_where_unlisted_people_are_kept(
    moved, profile, index
):
    moved.apply(document(profile(ann="edit")))
    put(moved.api, *peer_pair(ANN, "edit", called="a-second-pair"))
    moved.api.faults.append(fail_nth_write(index, "409"))
    moved.apply(document(profile()), unlisted="keep")
    moved.api.faults.clear()

    moved.apply(document(profile()), unlisted="keep")

    assert roles_in(moved.api) == {"owner": "admin"}
    assert let_in(moved.api) == []


def test_a_profile_that_left_the_document_loses_them_too(moved):
    moved.apply(document())

    assert roles_in(moved.api) == {"owner": "admin"}


def test_they_count_among_the_contributors_of_a_stale_profile(moved):
    (found,) = list_stale_profiles(document(), target=target(moved))

    assert found.contributors == 1


def test_keeping_the_data_of_a_stale_profile_leaves_nobody_whom_kfam_counts(moved):
    put(moved.api, *peer_pair("bob@example.com", "view"))

    delete_stale_profiles(document(), target=target(moved), keep_data=True, clock=moved.ticks.clock)

    assert roles_in(moved.api) == {}
    assert let_in(moved.api) == []


def test_an_owner_who_is_a_contributor_too_keeps_the_profile_alone(world, profile):
    world.apply(document(profile()))
    put(world.api, *peer_pair("owner@example.com", "admin"))

    world.apply(document(profile()))

    assert names_of(world.api, "RoleBinding") == []
    assert roles_in(world.api) == {"owner": "admin"}


# what counts


def test_they_are_exported(moved):
    pmr = export_pmr(target=target(moved)).pmr

    assert [(one.name, one.role.value) for one in pmr.profiles["ml"].contributors] == [
        (ANN, "edit")
    ]


def test_access_lists_them_as_managed(moved):
    found = [entry for entry in list_access(target=target(moved)) if not entry.owner]

    assert [(entry.person.name, entry.role, entry.managed) for entry in found] == [
        (ANN, "edit", True)
    ]


def test_the_role_that_is_bound_counts_and_not_the_annotation(world, profile):
    world.apply(document(profile()))
    put(world.api, binding("x", person(ANN), role="kubeflow-view", notes=kfam_notes(ANN, "admin")))

    assert steps(world.plan(document(profile(ann="edit")))) == ["-/+ ann view→edit"]


@pytest.mark.parametrize("note", ["user", "group"])
def test_a_group_is_recognized_by_its_subject(world, profile, note):
    world.apply(document(profile()))
    notes = {note: "team/a", "role": "edit"}
    put(world.api, binding("team-a", person("team/a", "Group"), notes=notes))
    put(world.api, policy("team-a", rule("team/a", key="request.auth.claims[groups]"), notes=notes))

    plan = world.apply(document(profile())).plan

    assert [(change.person.kind, change.person.name) for change in plan.changes] == [
        ("Group", "team/a")
    ]
    assert names_of(world.api, "RoleBinding") == names_of(world.api, "AuthorizationPolicy") == []


@pytest.mark.parametrize("role", ["my-edit", "kubeflow-edit"])
def test_the_roles_are_those_of_the_settings_and_kubeflows_own(profile, role):
    roles = {"admin": "my-admin", "edit": "my-edit", "view": "my-view"}
    world = World(Settings(roles=roles, allow_revocations=True))
    world.apply(document(profile()))
    put(world.api, binding("x", person(ANN), role=role, notes=kfam_notes(ANN, "edit")))

    assert steps(world.plan(document(profile()))) == ["- ann edit→"]


def test_a_plain_cluster_has_them_too(plain, profile):
    plain.apply(document(profile()))
    put(plain.api, binding("x", person(ANN), role="edit", notes=kfam_notes(ANN, "edit")))

    assert steps(plain.plan(document(profile()))) == ["- ann edit→"]


NOT_A_CONTRIBUTORS = {
    "without annotations": binding("x", person(ANN)),
    "without a role": binding("x", person(ANN), notes={"user": ANN}),
    "without a user": binding("x", person(ANN), notes={"role": "edit"}),
    "of another user": binding("x", person(ANN), notes=kfam_notes("zed@example.com", "edit")),
    "of two": binding("x", person(ANN), person("zed@example.com"), notes=kfam_notes(ANN, "edit")),
    "of nobody": binding("x", notes=kfam_notes(ANN, "edit")),
    "of a service account": binding("x", account(ANN), notes=kfam_notes(ANN, "edit")),
    "to another ClusterRole": binding(
        "x", person(ANN), role="cluster-admin", notes=kfam_notes(ANN, "edit")
    ),
    "to a Role": binding("x", person(ANN), kind="Role", notes=kfam_notes(ANN, "edit")),
}


@pytest.mark.parametrize("body", NOT_A_CONTRIBUTORS.values(), ids=NOT_A_CONTRIBUTORS.keys())
@pytest.mark.parametrize("listed", [{}, {"ann": "edit"}], ids=["not listed", "listed"])
def test_another_role_binding_stays_as_it_is(world, profile, body, listed):
    world.apply(document(profile()))
    put(world.api, body)
    before = world.api.get("RoleBinding", "ml", "x")

    world.apply(document(profile(**listed)))

    assert world.api.get("RoleBinding", "ml", "x") == before
    assert not world.plan(document(profile(**listed))).changes


NOTES = kfam_notes(ANN, "edit")
NOT_A_CONTRIBUTORS_POLICY = {
    "without annotations": policy("x", rule(ANN)),
    "of two": policy("x", rule(ANN, "zed@example.com"), notes=NOTES),
    "with a rule for another": policy("x", rule(ANN), rule("zed@example.com"), notes=NOTES),
    "with a rule for everybody": policy("x", rule(ANN), {}, notes=NOTES),
    "of names that begin so": policy("x", rule("ann@*"), notes=NOTES),
    "of another user": policy("x", rule("zed@example.com"), notes=NOTES),
    "of another header": policy("x", rule(ANN, key="request.headers[x-other]"), notes=NOTES),
    "of nobody": policy("x", notes=NOTES),
    "that denies": policy("x", rule(ANN), notes=NOTES, action="DENY"),
}


@pytest.mark.parametrize(
    "body", NOT_A_CONTRIBUTORS_POLICY.values(), ids=NOT_A_CONTRIBUTORS_POLICY.keys()
)
def test_another_policy_stays_as_it_is(world, profile, body):
    world.apply(document(profile()))
    put(world.api, body)
    before = world.api.get("AuthorizationPolicy", "ml", "x")

    world.apply(document(profile(ann="edit")))
    world.apply(document(profile()))

    assert world.api.get("AuthorizationPolicy", "ml", "x") == before


def test_what_the_controller_made_is_the_owners_whatever_its_annotations(world, profile):
    world.apply(document(profile()))

    assert not world.plan(document(profile())).changes
    assert "namespaceAdmin" in {
        one["metadata"]["name"] for one in world.api.objects("RoleBinding", "ml")
    }
