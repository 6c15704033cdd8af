"""What the engine must be allowed to do, as a ClusterRole: each verb of it is used, and nothing else is."""

from collections.abc import Iterator
from typing import Any, Literal

from profiles_management.kubeflow import names
from profiles_management.kubeflow.settings import Settings

Extent = Literal["plan", "apply", "delete"]
Rule = dict[str, Any]

_ALL = ("list", "create", "patch", "delete")


def cluster_role(settings: Settings, extent: Extent = "apply", name: str = names.MANAGER) -> dict[str, Any]:
    """Return the ClusterRole that the engine needs.

    Args:
        settings: whether there is Kubeflow, and which ClusterRoles contributors are bound to.
        extent: `plan` reads only; `apply` does everything but deleting namespaces; `delete` does that too, for
            stale profiles whose namespace was adopted.
        name: of the ClusterRole.
    """
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": list(_rules(settings, extent)),
    }


def _rules(settings: Settings, extent: Extent) -> Iterator[Rule]:
    writing = extent != "plan"
    if not settings.standalone:
        yield _rule("kubeflow.org", "profiles", _ALL if writing else ("list",))
    yield _rule("", "namespaces", _on_namespaces(settings, extent))
    yield _rule("", "resourcequotas", _ALL if writing and settings.standalone else ("list",))
    yield _rule("", "limitranges", _ALL if writing else ("list",))
    yield _rule("rbac.authorization.k8s.io", "rolebindings", _ALL if writing else ("list",))
    yield _rule("security.istio.io", "authorizationpolicies", _ALL if writing else ("list",))
    roles = sorted(set(settings.cluster_roles.values()))
    verbs = ("get", "bind") if writing else ("get",)
    yield {**_rule("rbac.authorization.k8s.io", "clusterroles", verbs), "resourceNames": roles}


def _on_namespaces(settings: Settings, extent: Extent) -> tuple[str, ...]:
    if extent == "plan":
        return ("list",)
    create = ("create",) if settings.standalone else ()
    delete = ("delete",) if extent == "delete" else ()
    return ("list", *create, "patch", *delete)


def _rule(group: str, resource: str, verbs: tuple[str, ...]) -> Rule:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}
