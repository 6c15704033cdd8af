"""Ownership of profiles: create, adopt, refuse, labels, instances and taking over."""

import pytest

from engine.build import OWNER, document
from engine.looking import codes, roles_in, sent, steps
from memory_api import Kfam
from profiles_management import DocumentError
from profiles_management.kubeflow.objects import naming

RBAC = "rbac.authorization.k8s.io"
MARKS = {naming.MANAGED_BY: naming.MANAGER, naming.INSTANCE: "default"}


def made_by_hand(world, name="ml", owner=OWNER, *, labels=None, kind="User"):
    """Create a Profile as an administrator does with kubectl."""
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"owner": {"kind": kind, "name": owner, "apiGroup": RBAC}},
    }
    world.api.call("POST", world.api.path("Profile"), body, manager="kubectl")


def a_namespace(world, name="ml", *, owner=None, **metadata):
    note = {"annotations": {"owner": owner}} if owner is not None else {}
    world.api.put(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **note, **metadata}}
    )


def labels(world, kind="Profile"):
    found = world.api.get(kind, None, "ml")["metadata"].get("labels", {})
    return {key: value for key, value in found.items() if key in MARKS}


# Profiles that are there


def test_a_new_profile_has_our_labels(world, profile):
    world.apply(document(profile()))

    assert labels(world) == MARKS


def test_an_unmarked_profile_of_the_same_owner_is_adopted(world, profile):
    made_by_hand(world)

    plan = world.apply(document(profile())).plan

    assert [change.reason.value for change in plan.changes] == ["adopted"]
    assert labels(world) == MARKS
    assert not world.plan(document(profile())).changes


def test_adopting_writes_no_more_than_the_mark(world, profile):
    made_by_hand(world)
    before = world.api.get("Profile", None, "ml")["spec"]
    world.api.log.clear()

    world.apply(document(profile()))

    assert sent(world.api) == ["PATCH profiles ml"]
    assert world.api.get("Profile", None, "ml")["spec"] == before


def test_an_unmarked_profile_of_another_owner_is_refused_and_left_alone(world, profile):
    made_by_hand(world, owner="zed@example.com")
    before = world.api.snapshot()

    report = world.apply(document(profile(ann="edit")))

    assert codes(report.plan.refused) == ["owned-by-another"]
    assert "adopt: true" in report.plan.refused[0].remedy
    assert report.exit_code == 1
    assert world.api.snapshot() == before


def test_a_refusal_is_one_profiles_alone(world, profile):
    made_by_hand(world, owner="zed@example.com")

    report = world.apply(document(profile(), profile("data", ann="edit")))

    assert list(report.profiles()) == ["ml", "data"]
    assert roles_in(world.api, "data") == {"owner": "admin", "ann": "edit"}


def test_adopt_makes_the_documents_owner_the_owner(world, profile):
    made_by_hand(world, owner="zed@example.com")
    pmr = document(profile(ann="edit", fields={"adopt": True}))

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert labels(world) == MARKS
    assert not world.plan(pmr).changes


def test_an_owner_of_another_kind_is_another_owner(world, profile):
    made_by_hand(world, kind="Group")

    (refused,) = world.plan(document(profile())).refused
    assert refused.code == "owned-by-another"
    assert refused.what == "Profile ml exists and belongs to Group owner@example.com"
    assert "to make User owner@example.com the owner" in refused.remedy


def test_a_profile_without_an_owner_needs_adopt(world, profile):
    world.api.put(
        {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ml"}, "spec": {}}
    )

    plan = world.plan(document(profile()))

    assert codes(plan.refused) == ["owned-by-another"]
    assert "nobody" in plan.refused[0].what


@pytest.mark.parametrize(
    "spec", [None, {}, {"owner": None}, {"owner": {"kind": "User", "name": ""}}]
)
def test_a_malformed_profile_stops_no_other_one(world, profile, spec):
    world.api.put(
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": "odd"},
            "spec": spec,
        }
    )

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


# namespaces without a Profile


def test_a_namespace_without_owner_is_refused_and_the_remedy_names_adopt(world, profile):
    a_namespace(world)
    before = world.api.snapshot()

    report = world.apply(document(profile(ann="edit")))

    assert codes(report.plan.refused) == ["unowned-namespace"]
    assert "adopt: true" in report.plan.refused[0].remedy
    assert world.api.snapshot() == before


def test_adopt_annotates_the_namespace_before_it_makes_the_profile(world, profile):
    a_namespace(world)
    pmr = document(profile(ann="edit", fields={"adopt": True}))

    report = world.apply(pmr)

    assert sent(world.api)[:2] == ["PATCH namespaces ml", "POST profiles"]
    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert not world.plan(pmr).changes


def test_a_namespace_that_names_the_documents_owner_needs_no_adopt(world, profile):
    a_namespace(world, owner=OWNER)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


@pytest.mark.parametrize(
    ("kind", "name", "space"), [("Group", "team@x.com", None), ("ServiceAccount", "bot", "ci")]
)
def test_an_annotation_is_no_proof_of_a_group_or_an_account_of_that_name(
    world, profile, kind, name, space
):
    a_namespace(world, owner=name)
    before = world.api.snapshot()
    robots = {"owner": name, "kind": kind, "space": space}

    refused = world.apply(document(profile(**robots)))
    untouched = world.api.snapshot() == before
    adopted = world.apply(document(profile(**robots, fields={"adopt": True})))

    assert codes(refused.plan.refused) == ["unproven-owner"]
    assert "adopt: true" in refused.plan.refused[0].remedy
    assert untouched
    assert adopted.exit_code == 0
    assert not world.plan(document(profile(**robots))).changes


@pytest.mark.parametrize("adopt", [False, True])
def test_a_namespace_of_somebody_else_is_refused_always(world, profile, adopt):
    a_namespace(world, owner="zed@example.com")
    before = world.api.snapshot()

    report = world.apply(document(profile(ann="edit", fields={"adopt": adopt})))

    assert codes(report.plan.refused) == ["foreign-namespace"]
    assert "zed@example.com" in report.errors[0]
    assert world.api.snapshot() == before


@pytest.mark.parametrize("adopt", [False, True])
def test_a_profile_whose_namespace_is_somebody_elses_is_refused_always(world, profile, adopt):
    a_namespace(world, owner="zed@example.com")
    made_by_hand(world)

    assert codes(world.plan(document(profile(ann="edit", fields={"adopt": adopt}))).refused) == [
        "foreign-namespace"
    ]


def test_a_profile_over_a_namespace_without_owner_is_refused_without_adopt(world, profile):
    a_namespace(world)
    made_by_hand(world)

    assert codes(world.plan(document(profile(ann="edit"))).refused) == ["unowned-namespace"]


def test_a_profile_that_was_made_over_a_namespace_without_owner_is_brought_to_life(world, profile):
    a_namespace(world)
    made_by_hand(world)
    pmr = document(profile(ann="edit", fields={"adopt": True}))

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert not world.plan(pmr).changes


def test_a_killed_adoption_is_finished_by_the_next_run(world, profile):
    a_namespace(world, owner=OWNER)  # annotated, and then the process died

    world.apply(document(profile(ann="edit", fields={"adopt": True})))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_the_contributors_of_an_adopted_namespace_are_those_of_the_document(world, profile):
    made_by_hand(world)
    Kfam(world.api).add("ml", "ann@example.com", "edit")
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    world.apply(document(profile(ann="edit")))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


# protected


@pytest.mark.parametrize("adopt", [False, True])
def test_protected_namespaces_are_refused_always(world, profile, adopt):
    made_by_hand(world, "vault")
    before = world.api.snapshot()

    with pytest.raises(DocumentError, match="protected"):
        world.apply(
            document(profile("vault", fields={"adopt": adopt})),
            protected_namespaces=frozenset({"vault"}),
        )

    assert world.api.snapshot() == before
    assert not world.api.log


@pytest.mark.parametrize("pattern", ["va*", "*", "?ault", "vault"])
def test_protected_namespaces_are_patterns(world, profile, pattern):
    world.apply(document(profile("vault", ann="edit")))

    plan = world.plan(document(), protected_namespaces=frozenset({pattern}), stale="all")
    with pytest.raises(DocumentError, match="protected"):
        world.plan(document(profile("vault")), protected_namespaces=frozenset({pattern}))

    assert not plan.changes
    assert not plan.stale


def test_a_protected_namespace_is_never_stale(world, profile):
    world.apply(document(profile(ann="edit")))

    plan = world.plan(document(), protected_namespaces=frozenset({"ml"}), stale="all")

    assert not plan.changes


# what is being deleted


def terminating(world, kind):
    one = world.api.get(kind, None, "ml")
    one["metadata"]["deletionTimestamp"] = "2026-11-01T00:00:00Z"
    one["metadata"]["finalizers"] = ["example.com/slow"]
    world.api.put(one)


@pytest.mark.parametrize("kind", ["Profile", "Namespace"])
def test_what_is_being_deleted_is_pending_and_not_touched(world, profile, kind):
    world.apply(document(profile()))
    terminating(world, kind)
    world.api.log.clear()

    report = world.apply(document(profile(ann="edit")))

    assert not world.api.writes
    assert report.exit_code == 4
    assert "is being deleted" in report.pending[0].what


def test_a_namespace_left_by_a_profile_that_is_gone_is_pending(world, profile):
    reference = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "name": "ml",
        "uid": "gone",
        "controller": True,
    }
    a_namespace(world, owner="zed@example.com", ownerReferences=[reference])

    report = world.apply(document(profile()))

    assert report.exit_code == 4
    assert not world.api.writes


# instances


def test_another_instances_profile_is_refused_and_the_message_names_it(world, profile):
    world.apply(document(profile(ann="edit")))
    before = world.api.snapshot()

    report = world.apply(document(profile(bob="edit")), instance="second")

    assert codes(report.plan.refused) == ["other-instance"]
    assert "'default'" in report.errors[0]
    assert "--take-over default" in report.errors[0]
    assert world.api.snapshot() == before


def test_another_instances_profiles_are_not_stale(world, profile):
    world.apply(document(profile(ann="edit")))

    assert not world.plan(document(), instance="second").changes
    assert not world.plan(document(), instance="second", stale="all").changes


def test_taking_over_moves_every_mark(world, profile):
    pmr = document(
        profile(
            ann="edit", fields={"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}
        )
    )
    world.apply(pmr)

    report = world.apply(pmr, instance="second", take_over="default")

    marked = [
        one["metadata"]["labels"][naming.INSTANCE]
        for kind in ("Profile", "RoleBinding", "AuthorizationPolicy", "LimitRange")
        for one in world.api.objects(kind)
        if naming.INSTANCE in one["metadata"].get("labels", {})
    ]
    assert report.exit_code == 0
    assert marked == ["second"] * 4
    assert not world.plan(pmr, instance="second").changes


def test_taking_over_one_instance_leaves_a_third_alone(world, profile):
    world.apply(document(profile()), instance="third")

    assert codes(
        world.plan(document(profile()), instance="second", take_over="default").refused
    ) == ["other-instance"]


def test_taking_over_takes_nobodys_access(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)

    plan = world.plan(pmr, instance="second", take_over="default")

    assert {write.verb for change in plan.changes for write in change.writes} == {"patch"}
    assert plan.access.lost == 0


def test_two_instances_share_a_cluster(world, profile):
    world.apply(document(profile(ann="edit")))

    world.apply(document(profile("data", dan="edit")), instance="second")
    world.apply(document(profile(ann="edit")))

    assert roles_in(world.api, "data") == {"owner": "admin", "dan": "edit"}
    assert steps(world.plan(document(profile("data", dan="edit")), instance="second")) == []


@pytest.mark.parametrize(("instance", "mark"), [("a", "ab"), ("ab", "a"), ("default", "default-2")])
def test_an_instance_whose_name_begins_like_another_is_another(world, profile, instance, mark):
    world.apply(document(profile()), instance=mark)

    assert codes(world.plan(document(profile(ann="edit")), instance=instance).refused) == [
        "other-instance"
    ]


def test_a_namespace_that_belongs_to_another_profile_is_not_taken_for_the_profiles_own(
    world, profile
):
    world.apply(document(profile()))
    namespace = world.api.get("Namespace", None, "ml")
    namespace["metadata"]["annotations"]["owner"] = "somebody@else.com"
    namespace["metadata"]["ownerReferences"][0]["name"] = "other"
    world.api.put(namespace)
    world.api.remove("RoleBinding", "ml", naming.OWNER_BINDING)

    assert codes(world.plan(document(profile(ann="edit"))).refused) == ["foreign-namespace"]


def test_a_namespace_whose_owner_the_controller_bound_is_the_profiles_own(world, profile):
    world.apply(document(profile()))
    namespace = world.api.get("Namespace", None, "ml")
    namespace["metadata"]["annotations"]["owner"] = "somebody@else.com"
    del namespace["metadata"]["ownerReferences"]
    world.api.put(namespace)

    assert not world.plan(document(profile())).refused
