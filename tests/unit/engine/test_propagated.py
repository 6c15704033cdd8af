"""Objects that another controller copies into a namespace stay: they would only come back."""

import pytest

from engine.build import document
from engine.looking import names_of, roles_in
from profiles_management import delete_stale_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from scenarios.foreign import binding, kfam_notes, person, policy, put, rule

LEAD = "lead@example.com"
NAME = "user-lead-example-com-clusterrole-view"
OURS = {
    "app.kubernetes.io/managed-by": "profiles-management",
    "profiles-management.io/instance": "default",
}

COPIES = {
    "HNC": {
        "labels": {
            "hnc.x-k8s.io/inherited-from": "org",
            "app.kubernetes.io/created-by": "hnc.x-k8s.io",
        }
    },
    "an older HNC": {"labels": {"hnc.x-k8s.io/inheritedFrom": "org"}},
    "HNC with our marks": {"labels": {"hnc.x-k8s.io/inherited-from": "org", **OURS}},
    "replicator": {"annotations": {"replicator.v1.mittwald.de/replicated-from-version": "12"}},
    "Kyverno": {"labels": {"generate.kyverno.io/policy-name": "copy-bindings"}},
    "Capsule": {"labels": {"capsule.clastix.io/tenant": "oil"}},
    "OLM": {"labels": {"olm.copiedFrom": "operators"}},
    "config-syncer": {"annotations": {"kubed.appscode.com/origin": "{}"}},
    "a controller that owns it": {
        "ownerReferences": [
            {
                "apiVersion": "x.io/v1",
                "kind": "TeamBinding",
                "name": "x",
                "uid": "1",
                "controller": True,
            }
        ]
    },
}


def copied(metadata, name=NAME, role="view"):
    """Return a contributor's pair as another controller copies it."""
    notes = {**kfam_notes(LEAD, role), **metadata.get("annotations", {})}
    rest = {key: value for key, value in metadata.items() if key != "annotations"}
    return (
        binding(name, person(LEAD), role=f"kubeflow-{role}", notes=notes, **rest),
        policy(name, rule(LEAD), notes=notes, **rest),
    )


def copies_in(api):
    return [api.get(kind, "ml", NAME) for kind in ("RoleBinding", "AuthorizationPolicy")]


@pytest.mark.parametrize("metadata", COPIES.values(), ids=COPIES.keys())
def test_copies_for_people_of_the_document_stay(world, profile, metadata):
    world.apply(document(profile(ann="edit")))
    put(world.api, *copied(metadata))
    before = copies_in(world.api)

    world.apply(document(profile(ann="edit")))

    assert copies_in(world.api) == before
    assert not world.plan(document(profile(ann="edit"))).changes


@pytest.mark.parametrize("metadata", COPIES.values(), ids=COPIES.keys())
def test_somebody_who_is_in_the_document_gets_a_pair_of_their_own(world, profile, metadata):
    world.apply(document(profile()))
    put(world.api, *copied(metadata))
    before, pmr = copies_in(world.api), document(profile(lead="view"))

    assert world.apply(pmr).exit_code == 0

    assert copies_in(world.api) == before
    assert len(names_of(world.api, "RoleBinding")) == 2
    assert not world.plan(pmr).changes


def test_a_copy_is_reported_with_the_advice_to_change_its_origin(world, profile):
    world.apply(document(profile(ann="edit"), profile("org", lead="view")))
    put(world.api, *copied(COPIES["HNC"]))

    plan = world.plan(document(profile(ann="edit"), profile("org", lead="view")))

    (warning,) = plan.warnings
    assert str(warning) == (
        f"Profile/ml: lead@example.com also has view by RoleBinding {NAME}, which is not managed. "
        "Another controller copies it into the namespace: change it where it comes from. "
        "Delete it if no controller does. [unmanaged-access]"
    )


@pytest.mark.parametrize("kinds", [("RoleBinding", "AuthorizationPolicy"), ("RoleBinding",)])
def test_labels_of_a_copy_on_ones_own_objects_hide_nobody_who_leaves(world, profile, kinds):
    world.apply(document(profile(lead="admin")))
    name = "user-lead-example-com-clusterrole-admin"
    for kind in kinds:
        body = world.api.get(kind, "ml", name)
        body["metadata"]["labels"]["hnc.x-k8s.io/inherited-from"] = "org"
        put(world.api, body)

    for _ in range(2):  # also in the runs after the one that takes the rest away
        warnings = [str(problem) for problem in world.apply(document(profile())).plan.warnings]
        assert any(
            LEAD in text and name in text and "Delete it if no controller does." in text
            for text in warnings
        )


def test_what_a_profile_owns_is_not_a_copy_whatever_its_labels(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    for kind, name in (
        ("RoleBinding", "namespaceAdmin"),
        ("AuthorizationPolicy", "ns-owner-access-istio"),
    ):
        body = world.api.get(kind, "ml", name)
        put(
            world.api,
            {
                **body,
                "metadata": {**body["metadata"], "labels": {"hnc.x-k8s.io/inherited-from": "org"}},
            },
        )

    plan = world.plan(pmr)

    assert (plan.changes, plan.pending, plan.warnings) == ((), (), ())


def test_copies_stay_when_a_stale_profile_is_closed_and_are_said_to_be_left(world, profile):
    world.apply(document(profile(ann="edit")))
    put(world.api, *copied(COPIES["HNC"]))
    target = Cluster(world.client, clock=world.ticks.clock)

    report = delete_stale_profiles(
        document(), target=target, keep_data=True, clock=world.ticks.clock
    )

    assert all(copies_in(world.api))
    assert any("lead@example.com still has view" in one.what for one in report.plan.warnings)


def test_a_copied_limit_range_of_our_name_stays(world, profile):
    limits = {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}
    world.apply(document(profile()))
    labels = {**OURS, "hnc.x-k8s.io/inherited-from": "org"}
    metadata = {"name": "profiles-management", "namespace": "ml", "labels": labels}
    put(world.api, {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": limits})

    world.apply(document(profile()))

    assert world.api.get("LimitRange", "ml", "profiles-management")


def test_a_copied_owners_binding_is_nobodys_ownership(world, profile):
    world.apply(document(profile()))
    notes, labels = kfam_notes(LEAD, "admin"), {"hnc.x-k8s.io/inherited-from": "org"}
    put(
        world.api,
        binding("namespaceAdmin", person(LEAD), role="kubeflow-admin", notes=notes, labels=labels),
    )

    plan = world.plan(document(profile()))

    assert not [change for change in plan.changes if change.person is not None]


GITOPS = [
    {"labels": {"argocd.argoproj.io/instance": "profiles"}},
    {"annotations": {"argocd.argoproj.io/tracking-id": "profiles:rbac/RoleBinding:ml/x"}},
    {
        "labels": {
            "kustomize.toolkit.fluxcd.io/name": "profiles",
            "kustomize.toolkit.fluxcd.io/namespace": "flux",
        }
    },
    {"annotations": {"replicator.v1.mittwald.de/replicate-to": "org-*"}},
    {"annotations": {"propagate.hnc.x-k8s.io/none": "true"}},
    {
        "ownerReferences": [
            {
                "apiVersion": "kubeflow.org/v1",
                "kind": "Profile",
                "name": "ml",
                "uid": "1",
                "controller": True,
            }
        ]
    },
    {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "1"}]},
]


@pytest.mark.parametrize("metadata", GITOPS)
def test_what_only_has_labels_of_other_tools_is_a_contributors(world, profile, metadata):
    world.apply(document(profile()))
    put(world.api, *copied(metadata))

    world.apply(document(profile()))

    assert roles_in(world.api) == {"owner": "admin"}
