"""The CRDs and ClusterRoles of Kubeflow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import yaml

from integration.cluster.build import ISTIO_CRDS
from integration.cluster.control_plane import ControlPlane
from integration.cluster.server import Server
from integration.cluster.waiting import wait_for
from memory_api.status import Refusal

PROFILE_CRD = Path(__file__).parent / "crds" / "profile.yaml"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def install(plane: ControlPlane) -> None:
    """Create the CRDs and the ClusterRoles, and wait until the CRDs are established."""
    with contextlib.closing(Server(plane.kubeconfig)) as server:
        istio = (
            one
            for one in _read(plane.programs / ISTIO_CRDS)
            if one["spec"]["group"] == "security.istio.io"
        )
        crds = [*_read(PROFILE_CRD), *istio]
        for one in crds:
            server.call("POST", _CRDS, one)
        for role in cluster_roles():
            server.call("POST", _ROLES, role)
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kubeflow"}})
        for one in crds:
            wait_for(f"the CRD {one['metadata']['name']}", lambda one=one: _serves(server, one))


def wait_for_roles(plane: ControlPlane) -> None:
    """Wait until the controller manager has gathered the rules of the three roles."""
    with contextlib.closing(Server(plane.kubeconfig)) as server:
        for role in ("admin", "edit", "view"):
            wait_for(
                f"the rules of kubeflow-{role}",
                lambda role=role: _rules(server, f"kubeflow-{role}"),
            )


def cluster_roles() -> Iterable[dict]:
    """Yield the three ClusterRoles, which aggregate rules by label, as Kubeflow does.

    Source: kubeflow/manifests, common/kubeflow-roles.
    """
    yield _gathering("kubeflow-admin", "admin", also=())
    yield _gathering("kubeflow-edit", "edit", also=("admin",))
    yield _gathering("kubeflow-view", "view", also=("admin", "edit"))
    everything = ["get", "list", "watch", "create", "delete", "deletecollection", "patch", "update"]
    yield _rules_for("kubeflow-kubernetes-admin", "admin", "", ["serviceaccounts"], ["impersonate"])
    yield _rules_for(
        "kubeflow-kubernetes-edit", "edit", "", ["pods", "secrets", "configmaps"], everything
    )
    yield _rules_for(
        "kubeflow-kubernetes-view", "view", "", ["pods", "configmaps"], ["get", "list", "watch"]
    )


def _label(role: str) -> str:
    return f"rbac.authorization.kubeflow.org/aggregate-to-kubeflow-{role}"


def _gathering(name: str, role: str, also: Iterable[str]) -> dict:
    labels = {_label(one): "true" for one in also}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": labels},
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {_label(role): "true"}}]},
        "rules": [],
    }


def _rules_for(name: str, role: str, group: str, resources: list[str], verbs: list[str]) -> dict:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {_label(role): "true"}},
        "rules": [{"apiGroups": [group], "resources": resources, "verbs": verbs}],
    }


def _read(path: Path) -> list[dict]:
    with path.open() as file:
        return [one for one in yaml.load_all(file, Loader=_LOADER) if one]


def _serves(server: Server, crd: dict) -> bool:
    names, versions = (
        crd["spec"]["names"],
        [one["name"] for one in crd["spec"]["versions"] if one["served"]],
    )
    try:
        for version in versions:
            server.call("GET", f"/apis/{crd['spec']['group']}/{version}/{names['plural']}")
    except Refusal:
        return False
    return True


def _rules(server: Server, name: str) -> list:
    return server.call("GET", f"{_ROLES}/{name}").get("rules") or []
