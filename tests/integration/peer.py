"""The objects that github-profiles-automator creates, by its own rules.

Source: canonical/github-profiles-automator, src/profiles_management/helpers/{k8s,kfam,profiles}.py.
"""

from __future__ import annotations

import re
from typing import Any

from integration.cluster.server import Server
from integration.cluster.waiting import wait_for
from profiles_management.kubeflow.settings import UPSTREAM_GATEWAY, UPSTREAM_PIPELINES_UI

_MANAGER = "profiles-automator-lightkube"
_RBAC = "rbac.authorization.k8s.io"
_LONGEST = 63


def name_of(user: str, role: str) -> str:
    """Return the name of a contributor's RoleBinding and AuthorizationPolicy."""
    return re.sub("[^a-z0-9-]", "-", f"{user}-{role}".lower()).strip("-")[:_LONGEST]


class Peer:
    """Creates profiles and contributors with server-side apply, as its charm does."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def make(self, profile: dict[str, Any]) -> None:
        """Create one profile of a document: a pair for each contributor and role."""
        name = profile["name"]
        quota = profile.get("resources") or {}
        spec = {"owner": profile["owner"], "resourceQuotaSpec": quota}
        head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}}
        self._apply({**head, "spec": spec})
        wait_for(f"the namespace {name}", lambda: self._server.get("Namespace", None, name))
        for person in profile.get("contributors") or ():
            self._apply(_binding(name, person["name"], person["role"]))
            self._apply(_policy(name, person["name"], person["role"]))

    def _apply(self, body: dict[str, Any]) -> None:
        metadata = body["metadata"]
        version = body["apiVersion"].rpartition("/")[2]
        space, name = metadata.get("namespace"), metadata["name"]
        path = self._server.path(body["kind"], space, name, version=version)
        content = "application/apply-patch+yaml"
        self._server.call("PATCH", path, body, content_type=content, manager=_MANAGER)


def _metadata(space: str, user: str, role: str) -> dict[str, Any]:
    notes = {"user": user, "role": role}
    return {"name": name_of(user, role), "namespace": space, "annotations": notes}


def _binding(space: str, user: str, role: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": _metadata(space, user, role),
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": f"kubeflow-{role}"},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": user}],
    }


def _policy(space: str, user: str, role: str) -> dict[str, Any]:
    principals = [UPSTREAM_PIPELINES_UI, UPSTREAM_GATEWAY]
    header = {"key": "request.headers[kubeflow-userid]", "values": [user]}
    return {
        "apiVersion": "security.istio.io/v1beta1",
        "kind": "AuthorizationPolicy",
        "metadata": _metadata(space, user, role),
        "spec": {"rules": [{"from": [{"source": {"principals": principals}}], "when": [header]}]},
    }
