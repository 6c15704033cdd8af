"""A cluster without Kubeflow: the engine creates namespace, owner's objects and quota."""

import pytest

from engine.build import OWNER, contributor, document
from engine.looking import codes, let_in, meddle_once, sent
from engine.test_ownership import a_namespace
from engine.world import World
from memory_api import Killed, MemoryApi, fail_nth_write
from profiles_management import Settings, delete_stale_profiles, list_stale_profiles, plan_deletion
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.plan_terms import Verb

ALONE = Settings(standalone=True, allow_kubeflow=True, allow_revocations=True)
MARKS = {naming.MANAGED_BY: naming.MANAGER, naming.INSTANCE: "default"}
NO_MESH = {
    "Namespace",
    "RoleBinding",
    "ResourceQuota",
    "LimitRange",
    "ClusterRole",
    "ServiceAccount",
}


@pytest.fixture
def meshless():
    """A plain cluster without Istio."""
    return World(ALONE, api=MemoryApi(kinds=NO_MESH))


def bound(world):
    return {
        subject["name"].removesuffix("@example.com"): one["roleRef"]["name"]
        for one in world.api.objects("RoleBinding", "ml")
        for subject in one["subjects"]
    }


def namespace(world):
    return world.api.get("Namespace", None, "ml")


def delete(world, *, keep_data=False):
    clock = world.ticks.clock
    target = Cluster(world.client, clock=clock)
    return delete_stale_profiles(
        document(), target=target, settings=ALONE, keep_data=keep_data, clock=clock
    )


def test_namespace_owner_quota_and_limits_are_made(plain, profile):
    limits = {"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}
    pmr = document(profile(ann="edit", cpu="1", fields={**limits, "labels": {"team": "red"}}))

    report = plain.apply(pmr)

    assert report.exit_code == 0
    assert bound(plain) == {"owner": "admin", "ann": "edit"}
    assert plain.api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"] == {
        "hard": {"limits.cpu": "1"}
    }
    assert plain.api.get("LimitRange", "ml", "profiles-management")
    assert namespace(plain)["metadata"]["labels"]["team"] == "red"
    assert not plain.plan(pmr).changes


def test_the_mark_sits_on_the_namespace(plain, profile):
    plain.apply(document(profile()))

    assert MARKS.items() <= namespace(plain)["metadata"]["labels"].items()
    assert namespace(plain)["metadata"]["annotations"] == {"owner": OWNER}


def test_the_owners_binding_is_named_as_kubeflows(plain, profile):
    plain.apply(document(profile()))

    one = plain.api.get("RoleBinding", "ml", "namespaceAdmin")
    assert one["metadata"]["annotations"] == {"user": OWNER, "role": "admin"}
    assert one["roleRef"]["name"] == "admin"


def test_without_istio_there_are_no_policies_and_nothing_is_missed(meshless, profile):
    pmr = document(profile(ann="edit"))

    report = meshless.apply(pmr)

    assert report.exit_code == 0
    assert bound(meshless) == {"owner": "admin", "ann": "edit"}
    assert not meshless.plan(pmr).changes


def test_with_istio_owner_and_contributors_pass_the_mesh(plain, profile):
    plain.apply(document(profile(ann="edit")))

    owner = plain.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")["spec"]["rules"]
    assert owner[0]["when"][0]["values"] == [OWNER]
    assert owner[1]["when"] == [{"key": "source.namespace", "values": ["ml"]}]
    assert let_in(plain.api) == ["ann"]


def test_roles_are_settings(profile):
    world = World(Settings(standalone=True, roles={"admin": "a", "edit": "b", "view": "c"}))

    world.apply(document(profile(ann="edit")))

    assert bound(world) == {"owner": "a", "ann": "b"}


@pytest.mark.parametrize("writers", [1, 16])
def test_the_namespace_comes_before_what_goes_into_it(profile, writers):
    world = World(Settings(standalone=True, writers=writers))

    world.apply(document(profile(ann="edit", cpu="1")))

    assert sent(world.api)[0] == "POST namespaces"
    assert all(one.status == 201 for one in world.api.writes)


@pytest.mark.parametrize("index", range(1, 9))
def test_a_first_run_that_died_is_finished_by_the_next(plain, profile, index):
    pmr = document(profile(ann="edit", cpu="1", fields={"labels": {"team": "red"}}))
    plain.api.faults.append(fail_nth_write(index, "kill_after"))
    try:
        plain.apply(pmr)
    except Killed:
        plain.api.faults.clear()

    report = plain.apply(pmr)

    assert report.exit_code == 0
    assert bound(plain) == {"owner": "admin", "ann": "edit"}
    assert not plain.plan(pmr).changes


# owners


def test_an_owner_change_is_written_by_us(plain, profile):
    plain.apply(document(profile()))

    plain.apply(document(profile(owner="new")))

    assert bound(plain) == {"new": "admin"}
    assert namespace(plain)["metadata"]["annotations"]["owner"] == "new@example.com"
    policy = plain.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")
    assert policy["metadata"]["annotations"]["user"] == "new@example.com"
    assert policy["spec"]["rules"][0]["when"][0]["values"] == ["new@example.com"]
    assert not plain.plan(document(profile(owner="new"))).changes


@pytest.mark.parametrize("index", range(1, 8))
def test_owner_and_contributor_change_places_without_a_gap_wherever_it_died(plain, profile, index):
    plain.apply(document(profile(new="edit")))
    pmr = document(profile(owner="new", contributors=[contributor("owner")]))
    seen = []
    plain.api.after.append(lambda request: seen.append({"new", "owner"} <= bound(plain).keys()))
    plain.api.faults.append(fail_nth_write(index, "kill_after"))
    with pytest.raises(Killed):
        plain.apply(pmr)
    plain.api.faults.clear()

    plain.apply(pmr)

    assert all(seen)
    assert bound(plain) == {"new": "admin", "owner": "edit"}
    assert not plain.plan(pmr).changes


@pytest.mark.parametrize("index", range(1, 8))
def test_the_mesh_lets_both_in_at_every_moment_wherever_it_died(plain, profile, index):
    plain.apply(document(profile(new="edit")))
    pmr = document(profile(owner="new", contributors=[contributor("owner")]))
    seen = []
    plain.api.after.append(lambda request: seen.append(let_through(plain)))
    plain.api.faults.append(fail_nth_write(index, "kill_after"))
    with pytest.raises(Killed):
        plain.apply(pmr)
    plain.api.faults.clear()

    plain.apply(pmr)

    assert set(map(frozenset, seen)) == {frozenset({"new@example.com", "owner@example.com"})}


def let_through(world):
    """Return the people of the policies of `ml`, with owners."""
    rules = [
        rule
        for one in world.api.objects("AuthorizationPolicy", "ml")
        for rule in one["spec"]["rules"]
    ]
    conditions = [when for rule in rules for when in rule.get("when", ())]
    return {
        value
        for when in conditions
        if when["key"].startswith("request.headers")
        for value in when["values"]
    }


@pytest.mark.parametrize(
    ("space", "lives"),
    [("ci", "ci"), (None, "ml")],
)
def test_a_service_account_lives_where_the_document_says_or_in_the_profile(
    plain, profile, space, lives
):
    pmr = document(profile(owner="bot", kind="ServiceAccount", space=space))

    plain.apply(pmr)

    subjects = plain.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"]
    assert subjects == [{"kind": "ServiceAccount", "name": "bot", "namespace": lives}]
    assert not plain.plan(pmr).changes


def test_a_service_account_may_move(plain, profile):
    plain.apply(document(profile(owner="bot", kind="ServiceAccount", space="ci")))
    pmr = document(profile(owner="bot", kind="ServiceAccount", space="cd"))

    plain.apply(pmr)

    assert plain.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"][0]["namespace"] == "cd"
    assert not plain.plan(pmr).changes


def another_role(one):
    one["roleRef"]["name"] = "view"


def no_subjects(one):
    one["subjects"] = []


def two_subjects(one):
    one["subjects"].append({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "zed"})


def another_user(one):
    one["metadata"]["annotations"]["user"] = "zed"


def no_marks(one):
    del one["metadata"]["labels"]


@pytest.mark.parametrize("drift", [another_role, no_subjects, two_subjects, another_user, no_marks])
def test_the_owners_binding_that_was_edited_is_corrected(plain, profile, drift):
    pmr = document(profile())
    plain.apply(pmr)
    whole = plain.api.snapshot()
    one = plain.api.get("RoleBinding", "ml", "namespaceAdmin")
    drift(one)
    plain.api.put(one)

    plain.apply(pmr)

    assert plain.api.snapshot() == whole
    assert not plain.plan(pmr).changes


@pytest.mark.parametrize("kind", ["RoleBinding", "AuthorizationPolicy"])
def test_an_owners_object_that_was_deleted_comes_back(plain, profile, kind):
    pmr = document(profile())
    plain.apply(pmr)
    whole = plain.api.snapshot()
    plain.api.remove(
        kind, "ml", "namespaceAdmin" if kind == "RoleBinding" else "ns-owner-access-istio"
    )

    plain.apply(pmr)

    assert plain.api.snapshot() == whole


# quota


def test_a_quota_is_changed_and_removed_for_real(plain, profile):
    plain.apply(document(profile(fields={"resources": {"hard": {"limits.cpu": "1", "pods": "5"}}})))

    plain.apply(document(profile(fields={"resources": {"hard": {"pods": "6"}}})))
    changed = plain.api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"]
    plain.apply(document(profile()))

    assert changed == {"hard": {"pods": "6"}}
    assert plain.api.get("ResourceQuota", "ml", "kf-resource-quota") is None


def test_scopes_are_changed_by_a_replacement(plain, profile):
    def scoped(scope):
        return document(profile(fields={"resources": {"hard": {"pods": "5"}, "scopes": [scope]}}))

    plain.apply(scoped("BestEffort"))

    plain.apply(scoped("NotBestEffort"))

    assert plain.api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"]["scopes"] == [
        "NotBestEffort"
    ]
    assert not plain.plan(scoped("NotBestEffort")).changes


def test_a_quota_that_is_not_ours_stays_where_the_document_says_nothing(plain, profile):
    plain.apply(document(profile()))
    metadata = {"name": "kf-resource-quota", "namespace": "ml"}
    plain.api.put(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": metadata,
            "spec": {"hard": {"pods": "1"}},
        }
    )

    assert not plain.plan(document(profile())).changes


@pytest.mark.parametrize("spec", [{"scopes": ["BestEffort"]}, {"hard": {}}, {}])
def test_scopes_of_nothing_are_no_quota(plain, profile, spec):
    plain.apply(document(profile(fields={"resources": spec})))

    assert plain.api.get("ResourceQuota", "ml", "kf-resource-quota") is None


# whose is it


def test_a_namespace_that_was_there_is_refused_without_adopt(plain, profile):
    a_namespace(plain)

    assert codes(plain.plan(document(profile())).refused) == ["unowned-namespace"]


def test_a_namespace_that_was_there_is_adopted_with_adopt(plain, profile):
    a_namespace(plain, labels={"theirs": "kept"})
    pmr = document(profile(ann="edit", fields={"adopt": True}))

    report = plain.apply(pmr)

    assert report.exit_code == 0
    assert bound(plain) == {"owner": "admin", "ann": "edit"}
    assert MARKS.items() <= namespace(plain)["metadata"]["labels"].items()
    assert namespace(plain)["metadata"]["labels"]["theirs"] == "kept"
    assert not plain.plan(pmr).changes


@pytest.mark.parametrize(
    ("kind", "name", "space"), [("Group", "team@x.com", None), ("ServiceAccount", "bot", "ci")]
)
def test_an_annotation_is_no_proof_of_a_group_or_an_account_of_that_name(
    plain, profile, kind, name, space
):
    a_namespace(plain, owner=name)
    robots = {"owner": name, "kind": kind, "space": space}

    refused = plain.plan(document(profile(**robots))).refused
    plain.apply(document(profile(**robots, fields={"adopt": True})))

    assert codes(refused) == ["unproven-owner"]
    assert not plain.plan(document(profile(**robots))).changes


@pytest.mark.parametrize("adopt", [False, True])
def test_a_namespace_of_somebody_else_is_refused_always(plain, profile, adopt):
    a_namespace(plain, owner="zed@example.com")

    assert codes(plain.plan(document(profile(fields={"adopt": adopt}))).refused) == [
        "foreign-namespace"
    ]


def test_another_instances_namespace_is_refused_and_can_be_taken_over(plain, profile):
    pmr = document(profile(ann="edit", cpu="1"))
    plain.apply(pmr)

    refused = plain.plan(pmr, instance="second").refused
    report = plain.apply(pmr, instance="second", take_over="default")

    assert codes(refused) == ["other-instance"]
    assert report.exit_code == 0
    assert not plain.plan(pmr, instance="second").changes


@pytest.mark.parametrize("stale", ["ours", "all"])
def test_namespaces_without_our_mark_are_never_stale(plain, profile, stale):
    a_namespace(plain, "other", owner="zed@example.com")
    settings = Settings(standalone=True, stale=stale)

    assert list_stale_profiles(document(), target=plain.client, settings=settings) == ()


def test_a_namespace_that_left_the_document_loses_contributors_and_keeps_its_owner(plain, profile):
    plain.apply(document(profile(ann="edit", cpu="1")))

    plain.apply(document())

    assert bound(plain) == {"owner": "admin"}
    assert plain.api.get("ResourceQuota", "ml", "kf-resource-quota")


# deleting


def test_deleting_removes_the_namespace(plain, profile):
    plain.apply(document(profile(ann="edit")))

    report = delete(plain)

    assert namespace(plain) is None
    assert report.exit_code == 0


def test_keeping_the_data_keeps_the_namespace_without_anybody_in_it(plain, profile):
    plain.apply(document(profile(ann="edit", cpu="1")))

    report = delete(plain, keep_data=True)

    assert report.exit_code == 0
    assert bound(plain) == {}
    assert [one["metadata"]["name"] for one in plain.api.objects("AuthorizationPolicy", "ml")] == [
        "profiles-management-closed"
    ]
    assert not MARKS.keys() & namespace(plain)["metadata"]["labels"].keys()


@pytest.mark.parametrize("index", range(1, 7))
def test_keeping_the_data_is_finished_by_the_next_run_wherever_it_died(plain, profile, index):
    plain.apply(document(profile(ann="edit")))
    plain.api.faults.append(fail_nth_write(index, "kill_after"))
    with pytest.raises(Killed):
        delete(plain, keep_data=True)
    plain.api.faults.clear()

    delete(plain, keep_data=True)

    assert bound(plain) == {}
    assert list_stale_profiles(document(), target=plain.client, settings=ALONE) == ()


@pytest.mark.parametrize("keep_data", [False, True])
def test_every_write_of_a_deletion_carries_the_version_that_was_read(plain, profile, keep_data):
    plain.apply(document(profile(ann="edit")))

    plan = plan_deletion(document(), target=plain.client, settings=ALONE, keep_data=keep_data)

    writes = [
        write for change in plan.changes for write in change.writes if write.verb is not Verb.CREATE
    ]
    assert writes
    assert all(write.version for write in writes)


def test_a_namespace_that_somebody_changed_since_it_was_read_is_not_deleted(plain, profile):
    plain.apply(document(profile()))
    plain.api.after.append(meddle_once(plain.api, "Namespace"))

    report = delete(plain)

    assert namespace(plain)
    assert report.exit_code == 4


def test_kept_data_without_istio_is_kept_too(meshless, profile):
    meshless.apply(document(profile(ann="edit")))

    report = delete(meshless, keep_data=True)

    assert report.exit_code == 0
    assert bound(meshless) == {}


def test_a_cluster_role_that_does_not_exist_is_reported(plain, profile):
    plain.api.remove("ClusterRole", None, "edit")

    assert codes(plain.plan(document(profile())).warnings) == ["missing-cluster-role"]
