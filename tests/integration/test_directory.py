"""A folder of manifests, applied with kubectl, produces what the document describes."""

import pytest

from integration.cluster.waiting import wait_for
from integration.people import OLGA, person
from profiles_management import create_or_update_profiles
from profiles_management.pmr.classes import ProfilesManagementRepresentation


@pytest.fixture
def write(engine, tmp_path):
    """Write a document as manifests; return the folder."""

    def write(*profiles):
        document = ProfilesManagementRepresentation(list(profiles))
        report = create_or_update_profiles(document, target=tmp_path, settings=engine.settings)
        assert report.exit_code == 0, report.errors
        return tmp_path

    return write


@pytest.fixture
def apply(kubectl, server):
    """Apply a folder with kubectl, again once the controller has created the namespaces."""

    def apply(folder, *namespaces):
        kubectl("apply", "-R", "-f", str(folder), check=False)
        for name in namespaces:
            wait_for(
                "the profile",
                lambda name=name: "finalizers" in server.get("Profile", None, name)["metadata"],
            )
        return kubectl("apply", "-R", "-f", str(folder))

    return apply


def test_what_kubectl_applied_is_an_empty_plan(engine, profile, write, apply, roles):
    limits = {"limits": [{"type": "Container", "default": {"cpu": "1000m"}}]}
    red = profile("-red", ann="admin", bob="edit", cpu="1000m", more={"limitRange": limits})
    blue = profile("-blue", cleo="view")

    apply(write(red, blue), red.name, blue.name)

    engine.wait_until_it_matches(red, blue)
    roles(red.name, olga="admin", ann="admin", bob="edit")
    roles(blue.name, cleo="view")


def test_a_changed_folder_changes_the_cluster(engine, profile, write, apply, roles, name):
    apply(write(profile(ann="view", cpu="1")), name)

    after = profile(ann="view", bob="edit", cpu="2")
    apply(write(after), name)

    engine.wait_until_it_matches(after)
    roles(name, bob="edit")


def test_a_standalone_folder_needs_no_kubeflow(engine, profile, kubectl, tmp_path, may, name):
    ml = profile(ann="edit", cpu="1")
    document = ProfilesManagementRepresentation([ml])
    create_or_update_profiles(
        document, target=tmp_path, settings=engine.settings_with(standalone=True)
    )

    # the namespace may be created after its content
    kubectl("apply", "-R", "-f", str(tmp_path), check=False)
    kubectl("apply", "-R", "-f", str(tmp_path))

    wait_for("ann's access", lambda: may(person("ann"), "create", "pods", name))
    wait_for(
        "olga's access", lambda: may(OLGA, "create", "rolebindings.rbac.authorization.k8s.io", name)
    )
