"""What the engine may do: the proven table, as rules of a ClusterRole, and accounts that hold just that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from integration.cluster.server import Server

NAMESPACE = "kubeflow"
_RBAC = "rbac.authorization.k8s.io"
_ROLES = f"/apis/{_RBAC}/v1/clusterroles"
_BINDINGS = f"/apis/{_RBAC}/v1/clusterrolebindings"
_HOURS = 4


class Permission(NamedTuple):
    """One verb on one resource; with names, on those objects alone."""

    group: str
    resource: str
    verb: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"

    def rule(self) -> dict[str, Any]:
        """Return it as a rule of a ClusterRole."""
        named = {"resourceNames": list(self.names)} if self.names else {}
        return {"apiGroups": [self.group], "resources": [self.resource], "verbs": [self.verb], **named}


def _verbs(group: str, resource: str, verbs: str, *names: str) -> list[Permission]:
    return [Permission(group, resource, verb, names) for verb in verbs.split()]


_KUBEFLOW_ROLES = ("kubeflow-admin", "kubeflow-edit", "kubeflow-view")
_BUILT_IN_ROLES = ("admin", "edit", "view")
_CONTRIBUTORS = (
    *_verbs("", "limitranges", "list create patch delete"),
    *_verbs(_RBAC, "rolebindings", "list create patch delete"),
    *_verbs("security.istio.io", "authorizationpolicies", "list create patch delete"),
)

ENGINE = (
    *_verbs("kubeflow.org", "profiles", "list create patch delete"),
    *_verbs("", "namespaces", "list patch"),
    *_verbs("", "resourcequotas", "list"),
    *_CONTRIBUTORS,
    *_verbs(_RBAC, "clusterroles", "bind get", *_KUBEFLOW_ROLES),
)
DELETE = tuple(_verbs("", "namespaces", "delete"))  # in standalone mode, to delete what is stale with its data
STANDALONE = (
    *_verbs("", "namespaces", "list create patch"),
    *_verbs("", "resourcequotas", "list create patch delete"),
    *_CONTRIBUTORS,
    *_verbs(_RBAC, "clusterroles", "bind get", *_BUILT_IN_ROLES),
)


def account(server: Server, name: str, permissions: Iterable[Permission]) -> str:
    """Make a ServiceAccount that may do this and nothing else; return a token of it."""
    server.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": NAMESPACE}})
    head = {"apiVersion": f"{_RBAC}/v1", "metadata": {"name": name}}
    rules = [permission.rule() for permission in permissions]
    server.call("POST", _ROLES, {**head, "kind": "ClusterRole", "rules": rules})
    server.call(
        "POST",
        _BINDINGS,
        {
            **head,
            "kind": "ClusterRoleBinding",
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}],
        },
    )
    path = f"{server.path('ServiceAccount', NAMESPACE, name)}/token"
    asked = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": _HOURS * 3600},
    }
    return server.call("POST", path, asked)["status"]["token"]


def forget(server: Server, name: str) -> None:
    """Remove such an account."""
    server.call("DELETE", f"{_BINDINGS}/{name}")
    server.call("DELETE", f"{_ROLES}/{name}")
    server.delete("ServiceAccount", NAMESPACE, name)
