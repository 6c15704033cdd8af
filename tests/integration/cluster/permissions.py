"""What the engine may do: the verbs of the printed ClusterRole, and accounts with exactly these."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, NamedTuple

from integration.cluster.server import Server
from integration.cluster.waiting import wait_for
from profiles_management import UPSTREAM, Settings
from profiles_management.kubeflow.permissions.cluster_role import cluster_role

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
        return {
            "apiGroups": [self.group],
            "resources": [self.resource],
            "verbs": [self.verb],
            **named,
        }


def granted(settings: Settings = UPSTREAM, **extent: bool) -> tuple[Permission, ...]:
    """Return the verbs that `profiles-management rbac` prints; `extent` are its options."""
    return tuple(
        Permission(group, resource, verb, tuple(rule.get("resourceNames", ())))
        for rule in cluster_role(settings, **extent)["rules"]
        for group, resource, verb in product(rule["apiGroups"], rule["resources"], rule["verbs"])
    )


def account(server: Server, name: str, permissions: Iterable[Permission]) -> str:
    """Create a ServiceAccount with exactly these permissions; return its token."""
    permissions = tuple(permissions)
    server.create(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": NAMESPACE},
        }
    )
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
    if permissions:  # the API server reads a role and its binding together, but late
        wait_for(f"the permissions of {name}", lambda: is_allowed(server, name, permissions[0]))
    path = f"{server.path('ServiceAccount', NAMESPACE, name)}/token"
    asked = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": _HOURS * 3600},
    }
    return server.call("POST", path, asked)["status"]["token"]


def is_allowed(server: Server, name: str, permission: Permission) -> bool:
    """Return whether the API server allows an account this, for the first name if it has names."""
    attributes = {
        "group": permission.group,
        "resource": permission.resource,
        "verb": permission.verb,
    }
    named = {"name": permission.names[0]} if permission.names else {}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": f"system:serviceaccount:{NAMESPACE}:{name}",
            "resourceAttributes": {**attributes, **named},
        },
    }
    answer = server.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])


def forget(server: Server, name: str) -> None:
    """Remove such an account."""
    server.call("DELETE", f"{_BINDINGS}/{name}")
    server.call("DELETE", f"{_ROLES}/{name}")
    server.delete("ServiceAccount", NAMESPACE, name)
