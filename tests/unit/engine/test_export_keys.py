"""Labels and annotations in an export: none that another program manages."""

import pytest

from engine.build import document
from engine.test_ownership import made_by_hand
from profiles_management import Settings, export_pmr
from profiles_management.pmr import loads
from profiles_management.reconcile.plan import Reason

# What other programs write on the namespaces of a cluster: their names, labels, annotations.
PROGRAMS = {
    "Rancher": (
        {"field.cattle.io/projectId": "p-abcde"},
        {
            "cattle.io/status": '{"Conditions":[]}',
            "management.cattle.io/no-default-sa-token": "true",
        },
    ),
    "OpenShift": ({}, {"openshift.io/requester": "admin", "openshift.io/sa.scc.mcs": "s0:c26,c15"}),
    "Argo CD": (
        {"argocd.argoproj.io/instance": "profiles", "app.kubernetes.io/instance": "profiles"},
        {"argocd.argoproj.io/tracking-id": "profiles:/Namespace:ml/ml"},
    ),
    "Flux": ({"kustomize.toolkit.fluxcd.io/name": "profiles"}, {}),
    "Velero": ({"velero.io/backup-name": "daily"}, {}),
    "HNC": ({"hnc.x-k8s.io/included-namespace": "true", "ml.tree.hnc.x-k8s.io/depth": "0"}, {}),
    "Helm": ({}, {"meta.helm.sh/release-name": "profiles"}),
    "Linkerd": ({}, {"linkerd.io/inject": "disabled"}),
    "Istio": ({"istio.io/rev": "1-20"}, {}),
    "Kubernetes": ({"pod-security.kubernetes.io/enforce": "baseline"}, {}),
    "Kubeflow, by hand": ({"pipelines.kubeflow.org/enabled": "false"}, {}),
}


@pytest.fixture
def lab(world):
    """A profile made by hand whose namespace has further keys: `lab(labels, annotations)`."""

    def lab(labels, annotations=None):
        made_by_hand(world)
        space = world.api.get("Namespace", None, "ml")
        space["metadata"]["labels"] |= labels
        space["metadata"]["annotations"] |= annotations or {}
        world.api.put(space)

    return lab


@pytest.fixture
def exported(world):
    return lambda **changed: export_pmr(target=world.client, settings=Settings(**changed))


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_another_program_manages_is_left_out_and_listed_in_a_comment(lab, exported, program):
    labels, annotations = PROGRAMS[program]
    lab(labels, annotations)

    found = exported()

    ml = found.pmr.profiles["ml"]
    assert (ml.labels, ml.annotations) == ({}, {})
    comment = next(line for line in found.to_yaml().splitlines() if line.startswith("# Left out"))
    assert all(key in comment for key in (*labels, *annotations))
    assert not found.notes


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_plan_of_the_export_shows_marks_of_adoption_and_nothing_else(
    lab, exported, world, program
):
    lab(*PROGRAMS[program])

    plan = world.plan(loads(exported().to_yaml()))

    assert plan.changes
    assert {change.reason for change in plan.changes} == {Reason.ADOPTED}
    assert {one.path for change in plan.changes for one in change.fields} <= {"managed by"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_apply_of_the_export_writes_back_what_the_program_changed(lab, exported, world, program):
    labels, annotations = PROGRAMS[program]
    lab(labels, annotations)
    pmr = loads(exported().to_yaml())
    world.apply(pmr)
    space = world.api.get("Namespace", None, "ml")
    for part, mine in (("labels", labels), ("annotations", annotations)):
        space["metadata"][part] |= dict.fromkeys(mine, "another")
    world.api.put(space)

    assert not world.plan(pmr).changes


def test_keys_without_a_domain_are_exported(lab, exported):
    lab({"team": "red"}, {"note": "hello"})

    ml = exported().pmr.profiles["ml"]

    assert (ml.labels, ml.annotations) == ({"team": "red"}, {"note": "hello"})


def test_a_plan_of_keys_without_a_domain_only_records_them_as_ours(lab, exported, world):
    lab({"team": "red"}, {"note": "hello"})

    plan = world.plan(exported().pmr)

    assert {change.target.kind: change.reason for change in plan.changes} == {
        "Profile": Reason.ADOPTED,
        "Namespace": Reason.ADOPTED,
    }
    assert [change.fields for change in plan.changes if change.target.kind == "Namespace"] == [()]


def test_a_key_that_a_setting_names_is_exported(lab, exported):
    lab(
        {"cost.example.com/centre": "42", "velero.io/backup-name": "daily"},
        {"openshift.io/requester": "admin"},
    )

    found = exported(allowed_keys=frozenset({"cost.example.com/*", "openshift.io/requester"}))

    ml = found.pmr.profiles["ml"]
    assert (ml.labels, ml.annotations) == (
        {"cost.example.com/centre": "42"},
        {"openshift.io/requester": "admin"},
    )
    assert "labels velero.io/backup-name" in found.to_yaml()


def test_a_key_that_we_set_is_exported_whatever_its_domain(world, profile, exported):
    labels = {"cost.example.com/centre": "42", "pipelines.kubeflow.org/enabled": "true"}
    pmr = document(
        profile(fields={"labels": labels, "annotations": {"example.com/contact": "ann"}})
    )
    world.apply(pmr)

    found = exported()

    assert found.pmr == pmr
    assert "# " not in found.to_yaml()
    assert not world.plan(found.pmr).changes


def test_a_key_that_the_rules_no_longer_allow_is_left_out_and_stays_in_the_cluster(
    world, profile, exported
):
    security = {"pod-security.kubernetes.io/enforce": "baseline"}
    pmr = document(profile(fields={"labels": security}))
    world.apply(pmr, allowed_keys=frozenset(security))

    found = exported()
    world.apply(found.pmr)

    assert found.pmr.profiles["ml"].labels == {}
    assert "pod-security.kubernetes.io/enforce" in found.to_yaml()
    assert security.items() <= world.api.get("Namespace", None, "ml")["metadata"]["labels"].items()


@pytest.mark.parametrize(
    "record", ["{broken", "[]", '{"labels": 1}', '{"labels": ["team", 1, "owner"]}']
)
def test_a_record_that_somebody_broke_claims_nothing_with_a_domain(lab, exported, record):
    lab({"velero.io/backup-name": "daily"}, {"profiles-management.io/keys": record})

    assert exported().pmr.profiles["ml"].labels == {}


def test_what_the_server_and_the_controller_write_themselves_is_not_listed(lab, exported):
    lab({}, {"kubectl.kubernetes.io/last-applied-configuration": "{}"})

    assert "#" not in exported(allowed_keys=frozenset({"*"})).to_yaml()


def test_a_comment_cannot_be_broken_out_of_by_a_key(lab, exported):
    lab({}, {"x.example.com/a\nprofiles": "[]"})

    assert "ml" in loads(exported().to_yaml()).profiles


def test_a_standalone_namespace_is_treated_the_same(plain, profile):
    plain.apply(document(profile(fields={"labels": {"team": "red"}})))
    space = plain.api.get("Namespace", None, "ml")
    space["metadata"]["labels"] |= PROGRAMS["Rancher"][0]
    plain.api.put(space)

    found = export_pmr(target=plain.client, settings=Settings(standalone=True))

    assert found.pmr.profiles["ml"].labels == {"team": "red"}
    assert "field.cattle.io/projectId" in found.to_yaml()


def test_comments_of_profiles_stand_above_them(world, exported):
    for name in ("data", "ml"):
        made_by_hand(world, name)
        space = world.api.get("Namespace", None, name)
        space["metadata"]["labels"][f"velero.io/{name}"] = "daily"
        world.api.put(space)

    lines = exported().to_yaml().splitlines()

    assert [line.split()[-1] for line in lines if line.startswith(("# ", "- name"))] == [
        "velero.io/data",
        "data",
        "velero.io/ml",
        "ml",
    ]
