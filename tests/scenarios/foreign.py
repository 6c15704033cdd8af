"""Objects of other programs and people, by default in the namespace `ml`."""

import re

from memory_api.controller import PRINCIPALS

RBAC = "rbac.authorization.k8s.io"


def person(name, kind="User"):
    """Build a subject."""
    return {"apiGroup": RBAC, "kind": kind, "name": name}


def account(name, namespace="ml"):
    """Build a ServiceAccount as a subject."""
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def binding(
    name, *subjects, role="kubeflow-edit", kind="ClusterRole", notes=None, space="ml", **metadata
):
    """Build a RoleBinding."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": space, "annotations": notes or {}, **metadata},
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
        "subjects": list(subjects),
    }


def policy(name, *rules, notes=None, space="ml", action=None, **metadata):
    """Build an AuthorizationPolicy."""
    spec = {"rules": list(rules)} | ({"action": action} if action else {})
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": space, "annotations": notes or {}, **metadata},
        "spec": spec,
    }


def rule(*values, key="request.headers[kubeflow-userid]", principals=PRINCIPALS):
    """Build a rule that requires a name in a header or a claim."""
    return {
        "from": [{"source": {"principals": list(principals)}}],
        "when": [{"key": key, "values": list(values)}],
    }


def kfam_notes(name, role):
    """Return the annotations that KFAM puts on a contributor's objects."""
    return {"user": name, "role": role}


def peer_pair(name, role, *, called=None, space="ml"):
    """Return a pair of github-profiles-automator, named after user and role without a prefix."""
    called = called or re.sub("[^a-zA-Z0-9]", "-", name) + f"-{role}"
    notes = kfam_notes(name, role)
    return (
        binding(called, person(name), role=f"kubeflow-{role}", notes=notes, space=space),
        policy(called, rule(name), notes=notes, space=space),
    )


def put(api, *objects):
    """Store objects without requests."""
    for body in objects:
        api.put(body)
