"""A folder as a target: the same observe, plan and apply; files of others stay."""

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
    plan_deletion,
    plan_profiles,
)
from profiles_management.kubeflow.folder.directory import Directory
from profiles_management.kubeflow.objects import merge_patch, naming
from profiles_management.pmr import Contributor
from profiles_management.reconcile.target_errors import WriteError

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


def warnings(folder, settings=FREE):
    return plan_profiles(document(), target=folder, settings=settings).warnings


def planted(folder, kind, name, *, spec=None, **metadata):
    """Write a manifest with our label, as an attacker would; return its path."""
    api = {"Profile": "kubeflow.org/v1", "RoleBinding": "rbac.authorization.k8s.io/v1"}.get(
        kind, "v1"
    )
    marks = {naming.MANAGED_BY: naming.MANAGER, naming.INSTANCE: "default"}
    meta = {"name": name, "labels": marks, **metadata}
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        "apiVersion": api,
        "kind": kind,
        "metadata": meta,
        "spec": spec or {},
        "roleRef": {"kind": "ClusterRole"},
    }
    path = folder / f"planted-{kind.lower()}.yaml"
    path.write_text(yaml.safe_dump(body))
    return path


def placed(folder, body, name, namespace="ml"):
    """Write a manifest of somebody else."""
    path = folder / namespace / f"{name}.yaml"
    path.write_text(yaml.safe_dump({**body, "metadata": {"name": name, "namespace": namespace}}))


LIMITS = {"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}


def test_one_folder_a_profile_and_one_file_an_object(folder, profile):
    report = apply(folder, document(profile(ann="edit", cpu="1", fields=LIMITS), profile("data")))

    assert report.exit_code == 0
    assert files(folder) == [
        "data/0-profile-data.yaml",
        "ml/0-profile-ml.yaml",
        "ml/authorizationpolicy-user-ann-example-com-clusterrole-edit.yaml",
        "ml/limitrange-profiles-management.yaml",
        ANN,
    ]


def test_the_quota_stands_in_the_profile(folder, profile):
    apply(folder, document(profile(cpu="1")))

    assert read(folder, "ml/0-profile-ml.yaml")["spec"]["resourceQuotaSpec"] == {
        "hard": {"limits.cpu": "1"}
    }


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

    assert files(folder) == ["ml/0-profile-ml.yaml"]


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
    assert read(folder, "ml/0-profile-ml.yaml")["spec"]["owner"]["name"] == "new@example.com"
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


def test_labels_of_a_namespace_are_reported_as_not_expressible(folder, profile):
    report = apply(folder, document(profile(fields={"labels": {"team": "red"}})))

    assert codes(report.plan.warnings) == ["not-expressible"]
    assert report.exit_code == 0


def test_standalone_holds_namespace_and_quota_too(folder, profile):
    pmr = document(profile(ann="edit", cpu="1", fields={"labels": {"team": "red"}}))

    report = apply(folder, pmr, ALONE)

    assert report.exit_code == 0
    assert files(folder) == [
        "ml/0-namespace-ml.yaml",
        "ml/authorizationpolicy-ns-owner-access-istio.yaml",
        "ml/authorizationpolicy-user-ann-example-com-clusterrole-edit.yaml",
        "ml/resourcequota-kf-resource-quota.yaml",
        "ml/rolebinding-namespaceAdmin.yaml",
        ANN,
    ]
    assert read(folder, "ml/0-namespace-ml.yaml")["metadata"]["labels"]["team"] == "red"
    assert not plan_profiles(pmr, target=folder, settings=ALONE).changes


def test_a_profile_that_left_loses_contributors_and_stays(folder, profile):
    apply(folder, document(profile(ann="edit")))

    apply(folder, document())

    assert files(folder) == ["ml/0-profile-ml.yaml"]
    assert [one.name for one in list_stale_profiles(document(), target=folder)] == ["ml"]


def test_deleting_removes_every_file_of_ours(folder, profile):
    apply(folder, document(profile(ann="edit", fields=LIMITS)))
    (folder / "ml" / "notes.txt").write_text("mine")

    report = delete_stale_profiles(document(), target=folder, settings=FREE)

    assert report.exit_code == 0
    assert files(folder) == ["ml/notes.txt"]


def test_deleting_a_standalone_profile_leaves_no_file_that_would_be_applied_again(folder, profile):
    apply(folder, document(profile(ann="edit", cpu="1", fields=LIMITS), profile("data")), ALONE)

    report = delete_stale_profiles(document(profile("data")), target=folder, settings=ALONE)

    assert report.exit_code == 0
    assert {one.partition("/")[0] for one in files(folder)} == {"data"}
    assert not (folder / "ml").exists()


@pytest.mark.parametrize("settings", [FREE, ALONE])
def test_deleting_removes_an_object_from_each_file_that_holds_it(folder, profile, settings):
    apply(folder, document(profile(ann="edit", fields=LIMITS)), settings)
    (folder / "copies").mkdir()
    for number, name in enumerate(files(folder)):
        (folder / "copies" / f"{number}.yaml").write_text((folder / name).read_text())

    delete_stale_profiles(document(), target=folder, settings=settings)

    assert files(folder) == []


def test_what_the_controller_made_goes_from_a_folder_with_the_profile(folder, profile):
    apply(folder, document(profile()))
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"}
    policy = {"apiVersion": "security.istio.io/v1beta1", "kind": "AuthorizationPolicy", "spec": {}}
    placed(
        folder,
        {**binding, "roleRef": {"kind": "ClusterRole", "name": "kubeflow-admin"}},
        "namespaceAdmin",
    )
    placed(folder, policy, "ns-owner-access-istio")

    delete_stale_profiles(document(), target=folder, settings=FREE)

    assert files(folder) == []


@pytest.mark.parametrize("settings", [FREE, ALONE])
def test_files_of_others_for_a_deleted_namespace_stay_and_are_named(folder, profile, settings):
    apply(folder, document(profile(ann="edit"), profile("data")), settings)
    for name in "abcde":
        placed(folder, {"apiVersion": "v1", "kind": "ConfigMap"}, name)
    placed(folder, {"apiVersion": "v1", "kind": "ConfigMap"}, "other", namespace="data")

    report = delete_stale_profiles(document(profile("data")), target=folder, settings=settings)

    (warning,) = report.plan.warnings
    names = ", ".join(str(folder / f"ml/{name}.yaml") for name in "abc")
    assert warning.code == "files-remain"
    assert (
        warning.what == f"files for the namespace ml are not managed and stay: {names} and 2 more"
    )
    assert [one for one in files(folder) if one.startswith("ml/")] == [
        f"ml/{name}.yaml" for name in "abcde"
    ]


def test_a_namespace_that_somebody_wrote_into_a_folder_is_named_before_its_profile_is_deleted(
    folder, profile
):
    apply(folder, document(profile()))
    (folder / "namespaces.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: ml}\n"
    )

    (warning,) = plan_deletion(document(), target=folder, settings=FREE).warnings

    assert (
        warning.what
        == f"files for the namespace ml are not managed and stay: {folder / 'namespaces.yaml'}"
    )


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


def test_a_file_that_cannot_be_read_is_reported_with_its_name(folder, profile):
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
    assert files(folder) == ["ml/0-profile-ml.yaml"]


@pytest.mark.parametrize("pmr", ["revoke", "change"])
def test_a_file_with_other_content_stays_and_is_reported(folder, profile, pmr):
    apply(folder, document(profile(ann="edit")))
    both = (
        folder / ANN
    ).read_text() + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    (folder / ANN).write_text(both)
    wanted = document(
        profile()
        if pmr == "revoke"
        else profile(contributors=[contributor("ann", until="2030-01-01")])
    )

    report = apply(folder, wanted)

    assert (folder / ANN).read_text() == both
    assert "has 2 objects. Give each a file of its own." in report.errors[0]


def test_a_file_in_the_way_is_reported_and_stays(folder, profile):
    (folder / "ml").mkdir(parents=True)
    (folder / "ml" / "0-profile-ml.yaml").write_text("kind: Other\n")

    report = apply(folder, document(profile()))

    assert "Move it away" in report.errors[0]
    assert (folder / "ml" / "0-profile-ml.yaml").read_text() == "kind: Other\n"


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


@pytest.mark.parametrize(
    "name", ["../../escaped", "/absolute/x", "user-..-clusterrole-edit/../../x"]
)
def test_a_name_in_a_file_never_leads_out_of_the_folder(folder, profile, tmp_path, name):
    apply(folder, document(profile()))
    body = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {
            "name": name,
            "namespace": "ml",
            "annotations": {"user": name, "role": "edit"},
        },
        "roleRef": {"kind": "ClusterRole", "name": "kubeflow-edit"},
    }
    (folder / "ml" / "evil.yaml").write_text(yaml.safe_dump(body))
    before = sorted(str(path) for path in tmp_path.rglob("*"))

    apply(folder, document(profile()))

    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["../../escaped", "{tmp}/escaped", "..", "Upper", "a_b", ""])
@pytest.mark.parametrize(("kind", "settings"), [("Profile", FREE), ("Namespace", ALONE)])
def test_what_kubernetes_could_not_call_so_is_passed_over(folder, tmp_path, kind, settings, name):
    owner = {"owner": {"kind": "User", "name": "o@x.com"}}
    planted(folder, kind, name.format(tmp=tmp_path), spec=owner)
    before = sorted(str(path) for path in tmp_path.rglob("*"))

    found = warnings(folder, settings)
    delete_stale_profiles(document(), target=folder, settings=settings, keep_data=True)

    assert codes(found) == ["unreadable"]
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_a_folder_keeps_no_data_of_a_profile_so_none_is_deleted_that_should(folder, profile):
    apply(folder, document(profile(ann="edit")))
    before = sorted(folder.rglob("*"))

    report = delete_stale_profiles(document(), target=folder, settings=FREE, keep_data=True)

    assert codes(report.plan.refused) == ["cannot-keep-data"]
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("space", ["../../escaped", "/absolute", "..", "Upper"])
def test_a_namespace_that_cannot_be_is_passed_over(folder, space):
    planted(folder, "LimitRange", "profiles-management", namespace=space)

    assert codes(warnings(folder)) == ["unreadable"]


def test_a_write_outside_of_the_folder_is_refused(folder, tmp_path):
    body = {"kind": "LimitRange", "metadata": {"name": "x", "namespace": "../../escaped"}}

    with pytest.raises(WriteError, match="outside"):
        Directory(folder).send(merge_patch.create(body), deadline=0)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("LimitRange", {"limits": 7}),
        ("LimitRange", {"limits": [1]}),
        ("LimitRange", {"limits": [{"type": "Pod", "max": "1"}]}),
        ("Profile", {"resourceQuotaSpec": {"hard": "abc"}}),
        ("Profile", {"resourceQuotaSpec": {"hard": {"cpu": [1]}}}),
        ("Profile", {"resourceQuotaSpec": {"scopes": [{"a": 1}]}}),
        ("Profile", {"resourceQuotaSpec": {"scopeSelector": [1]}}),
        (
            "Profile",
            {"resourceQuotaSpec": {"scopeSelector": {"matchExpressions": [{"values": 1}]}}},
        ),
    ],
)
def test_a_spec_of_the_wrong_shape_is_reported_and_stays(folder, profile, kind, spec):
    path = planted(
        folder,
        kind,
        "ml" if kind == "Profile" else "profiles-management",
        namespace="ml",
        spec=spec,
    )
    before = path.read_text()

    report = apply(folder, document(profile(cpu="1", fields=LIMITS)))

    assert codes(report.plan.warnings) == ["unreadable"]
    assert path.read_text() == before


DEEP = "[" * 200_000 + "]" * 200_000
BOMB = "- &a0 [z, z]\n" + "".join(
    f"- &a{one} [{', '.join([f'*a{one - 1}'] * 9)}]\n" for one in range(1, 20)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"status: {DEEP}", "nested deeper than 100 levels"),
        ("".join(f"{' ' * one}a:\n" for one in range(200)), "nested deeper than 100 levels"),
        ("- " * 200, "nested deeper than 100 levels"),
        (BOMB, "alias"),
        ("# " + "x" * (10 << 20), "larger than 10 MiB"),
    ],
)
def test_what_would_crash_a_reader_is_reported_and_not_loaded(folder, text, why):
    folder.mkdir()
    (folder / "odd.yaml").write_text(text)

    (warning,) = warnings(folder)

    assert warning.code == "unreadable"
    assert why in warning.what


@pytest.mark.parametrize(
    "status", ["99999999999999999999999999999", '"\\ud800"', "0001-01-01", ".inf", "{null: 1}"]
)
def test_odd_values_stop_nothing(folder, status):
    folder.mkdir()
    (folder / "odd.yaml").write_text(
        f"apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {{name: x}}\nstatus: {status}\n"
    )

    assert set(codes(warnings(folder))) <= {"unreadable"}


@pytest.mark.parametrize("plain", ["1e3", "7e123", "0098123", "y", "Off", "0o17", "1_000", ".5"])
def test_a_file_that_kubectl_reads_differently_is_reported(folder, profile, plain):
    apply(folder, document(profile(ann="edit")))
    path = folder / ANN
    path.write_text(path.read_text().replace("user: ann@example.com", f"user: {plain}"))

    (warning,) = warnings(folder)

    assert warning.code == "unreadable"


@pytest.mark.parametrize(
    "name", ["1e3", "0098123", "y", "0o17", "~", "null", "- a", "a: b", "#a", "CN=a, O=b"]
)
def test_what_a_reader_could_type_is_in_quotes(folder, profile, name):
    pmr = document(profile(contributors=[Contributor(name=name, kind="Group", role="edit")]))
    apply(folder, pmr)

    texts = [path.read_text() for path in folder.rglob("*rolebinding*.yaml")]

    assert all(f'name: "{name}"' in text for text in texts)
    assert not plan_profiles(pmr, target=folder).changes


def test_an_object_in_two_files_is_reported_with_both(folder, profile):
    pmr = document(profile(ann="edit"))
    apply(folder, pmr)
    (folder / "again.YAML").write_text((folder / ANN).read_text())

    (warning,) = plan_profiles(pmr, target=folder).warnings

    assert warning.code == "twice"
    assert ANN in warning.what
    assert "again.YAML" in warning.what
    assert warning.remedy == "Keep one of them."


def test_endings_in_capitals_count_too(folder, profile):
    pmr = document(profile(ann="edit"))
    apply(folder, pmr)
    (folder / ANN).rename(folder / "ANN.YML")

    assert not plan_profiles(pmr, target=folder).changes


@pytest.mark.parametrize(
    ("settings", "first"), [(FREE, "0-profile-ml.yaml"), (ALONE, "0-namespace-ml.yaml")]
)
def test_what_the_others_go_into_comes_first_by_name(folder, profile, settings, first):
    apply(folder, document(profile(ann="edit", cpu="1", fields=LIMITS)), settings)

    assert files(folder)[0] == f"ml/{first}"


def test_a_profile_in_a_file_of_the_name_of_before_is_kept_there(folder, profile):
    apply(folder, document(profile()))
    (folder / "ml" / "0-profile-ml.yaml").rename(folder / "ml" / "profile-ml.yaml")

    apply(folder, document(profile(cpu="1")))

    assert files(folder) == ["ml/profile-ml.yaml"]
    assert read(folder, "ml/profile-ml.yaml")["spec"]["resourceQuotaSpec"] == {
        "hard": {"limits.cpu": "1"}
    }


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
