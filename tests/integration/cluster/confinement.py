"""The policies of `profiles-management rbac --admission-policy`, enforced for one account."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from lightkube import Client

from integration.cluster.permissions import NAMESPACE, Permission
from integration.cluster.server import Server
from integration.cluster.waiting import wait_for
from profiles_management import Settings
from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.naming import ADOPTABLE
from profiles_management.kubeflow.permissions import admission
from profiles_management.kubeflow.permissions.confinement import Account

ADOPTABLE_LABEL = {ADOPTABLE: "true"}
_API = "/apis/admissionregistration.k8s.io/v1"
_PATHS = {
    "ValidatingAdmissionPolicy": f"{_API}/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": f"{_API}/validatingadmissionpolicybindings",
}
_ANCHORS = (("kubeflow.org", "profiles"), ("", "namespaces"))


def known(server: Server) -> bool:
    """Return whether the API server supports these policies: v1 since Kubernetes 1.30."""
    return any(one["kind"] in _PATHS for one in server.call("GET", _API)["resources"])


def policies(account: str, settings: Settings, held: Iterable[Permission]) -> dict[str, Any]:
    """Return the printed policies for an account with these permissions."""
    deletes = {(one.group, one.resource) for one in held if one.verb == "delete"}
    with_delete = not deletes.isdisjoint(_ANCHORS)
    return admission.policies(Account(NAMESPACE, account), settings, with_delete=with_delete)


def of_any(printed: dict[str, Any], instance: str, expression: str) -> dict[str, Any]:
    """Make policies of one instance allow every instance that matches: tests share accounts."""
    named, text = f".orValue('') in ['{instance}']", json.dumps(printed)
    assert named in text
    return json.loads(text.replace(named, f".orValue('').matches('^({expression})$')"))


@contextlib.contextmanager
def confined(server: Server, client: Client, printed: dict[str, Any]) -> Iterator[None]:
    """Apply policies and wait until the API server enforces them for the account of `client`."""
    for one in printed["items"]:
        server.call("POST", _PATHS[one["kind"]], one)
    try:
        wait_for("the policies to be enforced", lambda: _is_enforced(client))
        yield
    finally:
        for one in printed["items"]:
            server.call("DELETE", f"{_PATHS[one['kind']]}/{one['metadata']['name']}")


# Each is refused by the permissions of an account that may not, and by the policies: nobody writes
# to kube-*.
_PROBES = (
    (
        "/apis/kubeflow.org/v1/profiles",
        {"kind": "Profile", "apiVersion": "kubeflow.org/v1", "metadata": {"name": "kube-probe"}},
    ),
    (
        "/api/v1/namespaces/kube-system/resourcequotas",
        {"kind": "ResourceQuota", "apiVersion": "v1", "metadata": {"name": naming.QUOTA}},
    ),
    (
        "/api/v1/namespaces/kube-system/limitranges",
        {"kind": "LimitRange", "apiVersion": "v1", "metadata": {"name": naming.LIMITS}},
    ),
)


def _is_enforced(client: Client) -> bool:
    """Return whether the last policies, and so all of them, are enforced. Writes nothing."""
    answers = [
        client._client._client.post(f"{path}?dryRun=All", json=body) for path, body in _PROBES
    ]
    return {answer.status_code for answer in answers} == {403}
