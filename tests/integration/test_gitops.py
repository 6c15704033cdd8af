"""The steps of Flux in docs/how-to/gitops.md: a dry run of all objects, then an apply."""

import re
from pathlib import Path

import pytest
import yaml

from integration.cluster.waiting import wait_for
from profiles_management import create_or_update_profiles
from profiles_management.pmr.classes import ProfilesManagementRepresentation

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "gitops.md"
SHOWN = re.compile(r"^```yaml flux\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def manifests(engine, profile, tmp_path):
    """A folder of a new profile with a contributor and a LimitRange."""
    limits = {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}
    document = ProfilesManagementRepresentation([profile(ann="edit", more={"limitRange": limits})])
    create_or_update_profiles(document, target=tmp_path, settings=engine.settings)
    return tmp_path


@pytest.fixture
def built(manifests, kubectl):
    """Build the folder as Flux does, with the patches of a Kustomization; return the file."""

    def built(patches):
        files = sorted(str(file.relative_to(manifests)) for file in manifests.rglob("*-*.yaml"))
        kustomization = {"resources": files, "patches": patches}
        (manifests / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
        file = manifests.parent / f"{len(patches)}-built.yaml"
        file.write_text(kubectl("kustomize", str(manifests)))
        (manifests / "kustomization.yaml").unlink()
        return str(file)

    return built


def test_flux_never_gets_past_its_dry_run_with_one_kustomization(built, kubectl):
    dry = kubectl("apply", "--server-side", "--dry-run=server", "-f", built([]), check=False)

    assert "profile.kubeflow.org" in dry
    assert "rolebinding" not in dry


def test_flux_applies_the_profiles_first_with_the_two_kustomizations_that_are_shown(
    engine, profile, built, kubectl, server, roles, name
):
    _, profiles, contents = yaml.safe_load_all(SHOWN.search(PAGE.read_text())[1])
    assert contents["spec"]["dependsOn"] == [{"name": profiles["metadata"]["name"]}]

    kubectl("apply", "--server-side", "-f", built(profiles["spec"]["patches"]))
    wait_for("the namespace", lambda: server.get("Namespace", None, name))
    second = built(contents["spec"]["patches"])
    kubectl("apply", "--server-side", "--dry-run=server", "-f", second)
    applied = kubectl("apply", "--server-side", "-f", second)

    assert "profile.kubeflow.org" not in applied
    assert "limitrange" in applied
    roles(name, ann="edit")
