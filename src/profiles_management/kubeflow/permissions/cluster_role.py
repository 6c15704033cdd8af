"""The ClusterRole with exactly the permissions that the engine uses."""

from collections.abc import Collection, Iterator
from typing import Any

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.settings import Settings

Rule = dict[str, Any]

_OPTIONAL = {
    ("delete", "namespaces"): "--with-delete",
    ("delete", "profiles"): "--with-delete",
    ("create", "events"): "--with-events",
    ("list", "clusterrolebindings"): "--with-cluster-wide",
}
_COUNTED = ("pods", "serviceaccounts")  # in a namespace that a document adopts
_CONTENT = (
    ("", "limitranges"),
    (naming.RBAC_GROUP, "rolebindings"),
    (naming.POLICY_GROUP, "authorizationpolicies"),
)


def command(verb: str, resource: str, options: Collection[str] = ()) -> str:
    """Return the command that prints a ClusterRole with a permission.

    Args:
        verb: the verb of the permission, such as `list`.
        resource: its resource, such as `profiles`.
        options: options of `rbac` for this target: `--standalone`, `--plan-only`.
    """
    words = ["profiles-management rbac", *options]
    if (verb, resource) in _OPTIONAL:
        words.append(_OPTIONAL[verb, resource])
    return " ".join(words)


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
        settings: the mode, and the ClusterRoles of contributors.
        plan_only: only the permissions for planning, listing and exporting.
        with_delete: also the permission to delete stale profiles.
        with_events: also the permission to create Kubernetes Events.
        with_cluster_wide: also the permission to list ClusterRoleBindings, for `access
            --cluster-wide`.
    """
    rules = [
        *_marked(settings, plan_only=plan_only, with_delete=with_delete),
        *_content(plan_only=plan_only),
    ]
    rules += [_rule("", resource, ["list"]) for resource in _COUNTED]
    rules.append(_roles(settings, plan_only=plan_only))
    if with_events and not plan_only:
        rules.append(_rule("", "events", ["create"]))
    if with_cluster_wide:
        rules.append(_rule(naming.RBAC_GROUP, "clusterrolebindings", ["list"]))
    return {
        "apiVersion": f"{naming.RBAC_GROUP}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": f"{naming.MANAGER}-plan" if plan_only else naming.MANAGER},
        "rules": rules,
    }


def _marked(settings: Settings, *, plan_only: bool, with_delete: bool) -> Iterator[Rule]:
    """Yield the rules for the marked objects, and for quotas, which in Kubeflow are in the Profile.

    With Kubeflow, a namespace is deleted with its Profile; in standalone mode it is deleted itself.
    """
    delete = ["delete"] if with_delete else []
    if not settings.standalone:
        profiles = _verbs("create", "patch", *delete, plan_only=plan_only)
        yield _rule(naming.PROFILE_GROUP, "profiles", profiles)
        yield _rule("", "namespaces", _verbs("patch", plan_only=plan_only))
        yield _rule("", "resourcequotas", ["list"])
        return
    namespaces = _verbs("create", "patch", *delete, plan_only=plan_only)
    yield _rule("", "namespaces", namespaces)
    yield _rule("", "resourcequotas", _verbs("create", "patch", "delete", plan_only=plan_only))
    if settings.allow_kubeflow:
        yield _rule(naming.PROFILE_GROUP, "profiles", ["list"])


def _content(*, plan_only: bool) -> Iterator[Rule]:
    for group, resource in _CONTENT:
        yield _rule(group, resource, _verbs("create", "patch", "delete", plan_only=plan_only))


def _roles(settings: Settings, *, plan_only: bool) -> Rule:
    """Return the rule for ClusterRoles: `get` to check that they exist, `bind` to bind them.

    Kubernetes requires `bind` for a role whose permissions the account does not have itself.
    """
    rule = _rule(naming.RBAC_GROUP, "clusterroles", ["get"] if plan_only else ["get", "bind"])
    return {**rule, "resourceNames": sorted(set(settings.cluster_roles.values()))}


def _verbs(*writing: str, plan_only: bool) -> list[str]:
    """Return `list`, and the verbs for writing unless the account only plans."""
    if plan_only:
        return ["list"]
    return ["list", *writing]


def _rule(group: str, resource: str, verbs: list[str]) -> Rule:
    return {"apiGroups": [group], "resources": [resource], "verbs": verbs}
