"""What the engine must be allowed to do, as a ClusterRole: each verb of it is used, and nothing else is."""

from collections.abc import Collection, Iterator
from typing import Any

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.settings import Settings

Rule = dict[str, Any]

_RBAC = "rbac.authorization.k8s.io"
_OPTIONAL = {
    ("delete", "namespaces"): "--with-delete",
    ("delete", "profiles"): "--with-delete",
    ("create", "events"): "--with-events",
    ("list", "clusterrolebindings"): "--with-cluster-wide",
}
_COUNTED = ("pods", "serviceaccounts")  # what a namespace holds that a document adopts
_CONTENT = (
    ("", "limitranges"),
    (_RBAC, "rolebindings"),
    ("security.istio.io", "authorizationpolicies"),
)


def command(verb: str, resource: str, options: Collection[str] = ()) -> str:
    """Return the command that prints a ClusterRole with a permission.

    Args:
        verb, resource: the permission, such as `list` and `profiles`.
        options: of `rbac`, whatever is missing: `--standalone`, `--plan-only`.
    """
    optional = _OPTIONAL.get((verb, resource))
    return " ".join(["profiles-management rbac", *options, *([optional] if optional else [])])


def cluster_role(
    settings: Settings,
    *,
    plan_only: bool = False,
    with_delete: bool = False,
    with_events: bool = False,
    with_cluster_wide: bool = False,
) -> dict[str, Any]:
    """Return the ClusterRole that the engine needs.

    Args:
        settings: whether there is Kubeflow, and which ClusterRoles contributors are bound to.
        plan_only: only what planning, listing and exporting read.
        with_delete: deleting stale profiles too.
        with_events: telling as Kubernetes Events what was done; they are made, and never read or
            changed.
        with_cluster_wide: listing ClusterRoleBindings, for `access --cluster-wide`.
    """
    rules = [
        *_anchors(settings, plan_only=plan_only, with_delete=with_delete),
        *_content(plan_only=plan_only),
    ]
    rules += [_rule("", resource, ["list"]) for resource in _COUNTED]
    rules.append(_roles(settings, plan_only=plan_only))
    if with_events and not plan_only:
        rules.append(_rule("", "events", ["create"]))
    if with_cluster_wide:
        rules.append(_rule(_RBAC, "clusterrolebindings", ["list"]))
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": f"{naming.MANAGER}-plan" if plan_only else naming.MANAGER},
        "rules": rules,
    }


def _anchors(settings: Settings, *, plan_only: bool, with_delete: bool) -> Iterator[Rule]:
    """What bears the marks, and the quota, which with Kubeflow stands in the Profile.

    With Kubeflow a namespace goes with its Profile; without it, it is the namespace that is
    deleted.
    """
    delete = ["delete"] if with_delete else []
    if settings.standalone:
        yield _rule(
            "", "namespaces", ["list"] if plan_only else ["list", "create", "patch", *delete]
        )
        yield _rule(
            "", "resourcequotas", ["list"] if plan_only else ["list", "create", "patch", "delete"]
        )
        if settings.allow_kubeflow:
            yield _rule("kubeflow.org", "profiles", ["list"])
    else:
        yield _rule(
            "kubeflow.org",
            "profiles",
            ["list"] if plan_only else ["list", "create", "patch", *delete],
        )
        yield _rule("", "namespaces", ["list"] if plan_only else ["list", "patch"])
        yield _rule("", "resourcequotas", ["list"])


def _content(*, plan_only: bool) -> Iterator[Rule]:
    verbs = ["list"] if plan_only else ["list", "create", "patch", "delete"]
    return (_rule(group, resource, list(verbs)) for group, resource in _CONTENT)


def _roles(settings: Settings, *, plan_only: bool) -> Rule:
    """Binding a role that one does not hold oneself needs `bind`; `get` tells whether the role exists."""
    rule = _rule(_RBAC, "clusterroles", ["get"] if plan_only else ["get", "bind"])
    return {**rule, "resourceNames": sorted(set(settings.cluster_roles.values()))}


def _rule(group: str, resource: str, verbs: list[str]) -> Rule:
    return {"apiGroups": [group], "resources": [resource], "verbs": verbs}
