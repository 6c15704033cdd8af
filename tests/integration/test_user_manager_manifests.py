"""The manifests of the User Manager and of the command, against a real API server."""

import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import World

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS, COMMAND = DEPLOY / "user-manager", DEPLOY / "profiles-management"
RESTRICTED = "pod-security.kubernetes.io/warn=restricted"


def kubectl(cluster: World, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [cluster.kubectl, "--kubeconfig", str(cluster.kubeconfig), *arguments]
    return subprocess.run(  # noqa: S603
        command, input=text, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def namespace(cluster: World):
    kubectl(cluster, "create", "namespace", "user-manager")
    kubectl(cluster, "label", "namespace", "user-manager", RESTRICTED)
    yield
    kubectl(cluster, "delete", "namespace", "user-manager", "--wait=false")


@pytest.mark.parametrize(
    ("overlay", "kinds"),
    [
        (
            "postgresql",
            {
                "configmap",
                "deployment.apps",
                "job.batch",
                "networkpolicy.networking.k8s.io",
                "poddisruptionbudget.policy",
                "service",
                "serviceaccount",
            },
        ),
        (
            "sqlite",
            {
                "configmap",
                "deployment.apps",
                "networkpolicy.networking.k8s.io",
                "persistentvolumeclaim",
                "service",
                "serviceaccount",
            },
        ),
    ],
)
def test_the_api_server_accepts_an_overlay_without_a_warning(
    cluster: World, namespace: None, overlay: str, kinds: set[str]
) -> None:
    folder = str(MANIFESTS / "overlays" / overlay)
    applied = kubectl(cluster, "apply", "--dry-run=server", "-k", folder)
    assert (applied.returncode, applied.stderr) == (0, "")
    assert {line.partition("/")[0] for line in applied.stdout.splitlines()} == kinds


@pytest.fixture
def namespace_of_command(cluster: World):
    manifest = str(COMMAND / "namespace.yaml")
    kubectl(cluster, "create", "-f", manifest)
    yield
    kubectl(cluster, "delete", "-f", manifest, "--wait=false")


def test_the_api_server_accepts_the_cron_job_of_the_command_without_a_warning(
    cluster: World, namespace_of_command: None
) -> None:
    arguments = ["apply", "--server-side", "--dry-run=server", "-k", str(COMMAND)]

    applied = kubectl(cluster, *arguments)

    assert (applied.returncode, applied.stderr) == (0, "")
    assert [line.partition("/")[0] for line in applied.stdout.splitlines()] == [
        "namespace",
        "serviceaccount",
        "clusterrole.rbac.authorization.k8s.io",
        "clusterrolebinding.rbac.authorization.k8s.io",
        "configmap",
        "configmap",
        "cronjob.batch",
    ]


def test_the_policy_of_the_mesh_is_accepted(cluster: World, namespace: None) -> None:
    policy = MANIFESTS / "components/mesh/authorizationpolicy.yaml"
    applied = kubectl(
        cluster, "apply", "--dry-run=server", "--namespace", "user-manager", "-f", str(policy)
    )
    assert (applied.returncode, applied.stderr) == (0, "")


def test_the_component_of_the_mesh_and_the_gateway_can_be_built(
    cluster: World, tmp_path: Path
) -> None:
    copied = tmp_path / "user-manager"
    shutil.copytree(MANIFESTS, copied)
    overlay = copied / "overlays/postgresql/kustomization.yaml"
    overlay.write_text(overlay.read_text() + "components:\n- ../../components/mesh\n")
    built = kubectl(cluster, "kustomize", str(overlay.parent))
    assert built.returncode == 0, built.stderr
    assert "kind: VirtualService" in built.stdout
    gateway = kubectl(cluster, "kustomize", str(copied / "gateway"))
    assert "remove: kubeflow-userid" in gateway.stdout
