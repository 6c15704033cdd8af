"""A folder of manifests as a target: through the same observe, plan and apply; what is not ours stays."""

import pytest
import yaml

from engine.build import contributor, document
from engine.looking import codes
from profiles_management import (
    Settings,
    create_or_update_profiles,
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_profiles,
)

ANN = "ml/rolebinding-user-ann-example-com-clusterrole-edit.yaml"
FREE = Settings(allow_revocations=True)
ALONE = Settings(allow_revocations=True, standalone=True)


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    return tmp_path / "manifests"


def apply(folder, pmr, settings=FREE):
    return create_or_update_profiles(pmr, target=folder, settings=settings)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def read(folder, name):
    return yaml.safe_load((folder / name).read_text())


LIMITS = {"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}


def test_one_folder_a_profile_and_one_file_an_object(folder, profile):
    report = apply(folder, document(profile(ann="edit", cpu="1", fields=LIMITS), profile("data")))

    assert report.exit_code == 0
    assert files(folder) == [
        "data/profile-data.yaml",
        "ml/authorizationpolicy-user-ann-example-com-clusterrole-edit.yaml",
        "ml/limitrange-profiles-management.yaml",
        "ml/profile-ml.yaml",
        ANN,
    ]


def test_the_quota_stands_in_the_profile(folder, profile):
    apply(folder, document(profile(cpu="1")))

    assert read(folder, "ml/profile-ml.yaml")["spec"]["resourceQuotaSpec"] == {"hard": {"limits.cpu": "1"}}


def test_applying_again_changes_no_file(folder, profile):
    pmr = document(profile(ann="edit", cpu="1", fields=LIMITS))
    apply(folder, pmr)
    before = {name: (folder / name).stat().st_mtime_ns for name in files(folder)}

    report = apply(folder, pmr)

    assert not report.plan.changes
    assert {name: (folder / name).stat().st_mtime_ns for name in files(folder)} == before


def test_somebody_who_left_is_two_files_less(folder, profile):
    apply(folder, document(profile(ann="edit")))

    apply(folder, document(profile()))

    assert files(folder) == ["ml/profile-ml.yaml"]


def test_a_role_change_is_followed(folder, profile):
    apply(folder, document(profile(ann="edit")))

    apply(folder, document(profile(ann="view")))

    assert "ml/rolebinding-user-ann-example-com-clusterrole-view.yaml" in files(folder)
    assert ANN not in files(folder)
    assert not plan_profiles(document(profile(ann="view")), target=folder).changes


def test_an_owner_change_is_one_file(folder, profile):
    apply(folder, document(profile(ann="edit")))

    report = apply(folder, document(profile(owner="new", ann="edit")))

    assert report.exit_code == 0
    assert read(folder, "ml/profile-ml.yaml")["spec"]["owner"]["name"] == "new@example.com"
    assert not plan_profiles(document(profile(owner="new", ann="edit")), target=folder).changes


def test_owner_and_contributor_may_change_places(folder, profile):
    apply(folder, document(profile(new="edit")))
    pmr = document(profile(owner="new", contributors=[contributor("owner")]))

    assert apply(folder, pmr).exit_code == 0
    assert not plan_profiles(pmr, target=folder).changes


def test_scopes_may_change(folder, profile):
    def scoped(scope):
        return document(profile(fields={"resources": {"hard": {"pods": "5"}, "scopes": [scope]}}))

    apply(folder, scoped("BestEffort"))

    assert apply(folder, scoped("NotBestEffort")).exit_code == 0
    assert not plan_profiles(scoped("NotBestEffort"), target=folder).changes


def test_labels_of_a_namespace_are_told_to_be_not_expressible(folder, profile):
    report = apply(folder, document(profile(fields={"labels": {"team": "red"}})))

    assert codes(report.plan.warnings) == ["not-expressible"]
    assert report.exit_code == 0


def test_standalone_holds_namespace_and_quota_too(folder, profile):
    pmr = document(profile(ann="edit", cpu="1", fields={"labels": {"team": "red"}}))

    report = apply(folder, pmr, ALONE)

    assert report.exit_code == 0
    assert files(folder) == [
        "ml/authorizationpolicy-ns-owner-access-istio.yaml",
        "ml/authorizationpolicy-user-ann-example-com-clusterrole-edit.yaml",
        "ml/namespace-ml.yaml",
        "ml/resourcequota-kf-resource-quota.yaml",
        "ml/rolebinding-namespaceAdmin.yaml",
        ANN,
    ]
    assert read(folder, "ml/namespace-ml.yaml")["metadata"]["labels"]["team"] == "red"
    assert not plan_profiles(pmr, target=folder, settings=ALONE).changes


def test_a_profile_that_left_loses_contributors_and_stays(folder, profile):
    apply(folder, document(profile(ann="edit")))

    apply(folder, document())

    assert files(folder) == ["ml/profile-ml.yaml"]
    assert [one.name for one in list_stale_profiles(document(), target=folder)] == ["ml"]


def test_deleting_removes_every_file_of_ours(folder, profile):
    apply(folder, document(profile(ann="edit", fields=LIMITS)))
    (folder / "ml" / "notes.txt").write_text("mine")

    report = delete_stale_profiles(document(), target=folder, settings=FREE)

    assert report.exit_code == 0
    assert files(folder) == ["ml/notes.txt"]


def test_export_and_access_read_a_folder(folder, profile):
    pmr = document(profile(ann="edit", cpu="1"))
    apply(folder, pmr)

    assert export_pmr(target=folder).pmr == pmr
    assert [one.role for one in list_access(target=folder)] == ["edit", "admin"]


def test_a_folder_that_is_not_there_is_an_empty_one(folder, profile):
    assert plan_profiles(document(profile()), target=folder).changes
    assert not folder.exists()


# files that are not ours


@pytest.mark.parametrize(
    "text",
    [
        "a: [1",
        "\x00",
        "just text",
        "- a\n- list",
        "kind: Profile\napiVersion: kubeflow.org/v1\n",
        "kind: Profile\napiVersion: kubeflow.org/v1\nmetadata: 5\n",
        "kind: [Profile]\n",
        "kind: Profile\napiVersion: [kubeflow.org/v1]\n",
        "kind: Profile\napiVersion: kubeflow.org/v1\nmetadata: {name: x}\nspec: &s {plugins: [{a: *s}]}\n",
        "? [1, 2]\n: 3\n",
        "",
    ],
)
def test_an_odd_file_stops_nothing_and_stays(folder, profile, text):
    folder.mkdir()
    (folder / "odd.yaml").write_text(text)

    report = apply(folder, document(profile(ann="edit")))

    assert report.exit_code == 0
    assert (folder / "odd.yaml").read_text() == text
    assert ANN in files(folder)


def test_a_file_that_cannot_be_read_is_told_with_its_name(folder, profile):
    folder.mkdir()
    (folder / "odd.yaml").write_text("a: [1")

    (warning,) = plan_profiles(document(profile()), target=folder).warnings

    assert warning.code == "unreadable"
    assert warning.where.file.endswith("odd.yaml")


def test_other_manifests_stay(folder, profile):
    folder.mkdir()
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: ml}\n"
    (folder / "other.yaml").write_text(other)
    apply(folder, document(profile(ann="edit")))

    delete_stale_profiles(document(), target=folder, settings=FREE)

    assert (folder / "other.yaml").read_text() == other


def test_a_role_binding_that_is_not_ours_stays(folder, profile):
    apply(folder, document(profile()))
    text = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
        "metadata: {name: mine, namespace: ml}\nroleRef: {kind: ClusterRole, name: x}\n"
    )
    (folder / "ml" / "mine.yaml").write_text(text)

    apply(folder, document(profile(ann="edit")))

    assert (folder / "ml" / "mine.yaml").read_text() == text


def test_our_objects_may_lie_in_files_of_any_name(folder, profile):
    pmr = document(profile(ann="edit"))
    apply(folder, pmr)
    (folder / ANN).rename(folder / "somewhere.yml")

    assert not plan_profiles(pmr, target=folder).changes
    apply(folder, document(profile()))
    assert files(folder) == ["ml/profile-ml.yaml"]


@pytest.mark.parametrize("pmr", ["revoke", "change"])
def test_a_file_that_holds_something_else_too_is_left_whole_and_told(folder, profile, pmr):
    apply(folder, document(profile(ann="edit")))
    both = (folder / ANN).read_text() + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    (folder / ANN).write_text(both)
    wanted = document(profile() if pmr == "revoke" else profile(contributors=[contributor("ann", until="2030-01-01")]))

    report = apply(folder, wanted)

    assert (folder / ANN).read_text() == both
    assert "holds 2 objects. Give each a file of its own." in report.errors[0]


def test_a_file_in_the_way_is_told_and_stays(folder, profile):
    (folder / "ml").mkdir(parents=True)
    (folder / "ml" / "profile-ml.yaml").write_text("kind: Other\n")

    report = apply(folder, document(profile()))

    assert "Move it away" in report.errors[0]
    assert (folder / "ml" / "profile-ml.yaml").read_text() == "kind: Other\n"


def test_hidden_files_are_not_read(folder, profile):
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / ".git" / "x.yaml").write_text("a: [1")

    assert plan_profiles(document(profile()), target=folder).warnings == ()


def test_a_link_to_a_file_is_replaced_and_its_target_stays(folder, profile, tmp_path):
    apply(folder, document(profile(ann="edit")))
    elsewhere = tmp_path / "elsewhere.yaml"
    (folder / ANN).rename(elsewhere)
    (folder / ANN).symlink_to(elsewhere)
    before = elsewhere.read_text()

    apply(folder, document(profile(contributors=[contributor("ann", until="2030-01-01")])))

    assert elsewhere.read_text() == before
    assert not (folder / ANN).is_symlink()


def test_a_link_to_a_folder_is_not_written_through(folder, profile, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "ml").symlink_to(elsewhere)

    report = apply(folder, document(profile()))

    assert list(elsewhere.iterdir()) == []
    assert "link" in report.errors[0]


@pytest.mark.parametrize("name", ["../../escaped", "/absolute/x", "user-..-clusterrole-edit/../../x"])
def test_a_name_in_a_file_never_leads_out_of_the_folder(folder, profile, tmp_path, name):
    apply(folder, document(profile()))
    body = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": "ml", "annotations": {"user": name, "role": "edit"}},
        "roleRef": {"kind": "ClusterRole", "name": "kubeflow-edit"},
    }
    (folder / "ml" / "evil.yaml").write_text(yaml.safe_dump(body))
    before = sorted(str(path) for path in tmp_path.rglob("*"))

    apply(folder, document(profile()))

    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_two_people_whose_long_names_begin_alike_get_two_files(folder, profile):
    long = [contributor("l" * 190 + f"{end}@x.com") for end in "12"]

    report = apply(folder, document(profile(contributors=long)))

    assert report.exit_code == 0
    assert len(files(folder)) == 5
    assert not plan_profiles(document(profile(contributors=long)), target=folder).changes


def test_no_half_written_file_is_left_behind(folder, profile):
    apply(folder, document(profile(ann="edit")))

    assert not [name for name in files(folder) if name.endswith(".tmp")]


def test_a_folder_that_cannot_be_written_is_a_failure_with_a_reason(folder, profile):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file")

    report = apply(folder, document(profile()))

    assert report.exit_code == 1
    assert str(folder) in report.errors[0]


def test_names_outside_ascii_stay_readable(folder, profile):
    apply(folder, document(profile(contributors=[contributor("用户@x.com")])))

    assert "用户@x.com" in (folder / "ml/rolebinding-user-x-com-clusterrole-edit.yaml").read_text()
