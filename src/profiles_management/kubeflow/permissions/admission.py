"""Policies that keep our own account within its task, enforced by the API server. Pure.

RBAC alone cannot: an account that may create RoleBindings in all namespaces and bind three
ClusterRoles may bind itself in all namespaces. Each policy is about one kind, and only about the
requests of our account.

Source: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from typing import Any

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.permissions import cel
from profiles_management.kubeflow.permissions.confinement import Account, Confined, Rule, confined
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr import object_names

API_VERSION = "admissionregistration.k8s.io/v1"  # since Kubernetes 1.30

Body = dict[str, Any]


def policies(account: Account, settings: Settings, *, with_delete: bool = False) -> Body:
    """Return the policies, each with its binding, as a List for `kubectl apply`.

    Args:
        account: the account whose requests the policies check; other requests are not affected.
        settings: the settings of the runs: mode, roles, instance, protected namespaces, allowed
            keys.
        with_delete: whether the account may delete stale profiles.
    """
    items: list[Body] = []
    for kind in confined(account, settings, with_delete=with_delete):
        policy = _policy(kind, account)
        items += [policy, _binding(policy["metadata"]["name"])]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _policy(confined_kind: Confined, account: Account) -> Body:
    matched = {
        "apiGroups": [confined_kind.group],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": [confined_kind.resource],
    }
    by_us = f"request.userInfo.username == {cel.text(account.user)}"
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": _name(confined_kind, account)},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [matched]},
            "matchConditions": [{"name": "our-account", "expression": by_us}],
            "variables": [
                {"name": name, "expression": expression}
                for name, expression in confined_kind.variables.items()
            ],
            "validations": [_validation(rule) for rule in confined_kind.rules],
        },
    }


def _name(confined_kind: Confined, account: Account) -> str:
    """Return the name of a policy, cut and hashed if the name of the account is too long."""
    whole = f"{confined_kind.resource}.{account.name}.{account.namespace}.{naming.DOMAIN}"
    if len(whole) <= object_names.LONGEST:
        return whole
    end = f"-{object_names.digest(whole)[: object_names.DIGITS]}.{naming.DOMAIN}"
    return whole[: object_names.LONGEST - len(end)].rstrip("-.") + end


def _validation(rule: Rule) -> Body:
    return {
        "expression": rule.holds,
        "message": f"{naming.MANAGER} {rule.message}",
        "reason": "Forbidden",
    }


def _binding(policy: str) -> Body:
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": policy},
        "spec": {"policyName": policy, "validationActions": ["Deny"]},
    }
