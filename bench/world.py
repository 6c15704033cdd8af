"""The document that is measured, and the cluster that matches it.

Nobody is in two profiles: no name that is worked out or kept once serves twice, which is the worst case.
"""

import json
from collections.abc import Iterator
from typing import Any

from memory_api import MemoryApi, ProfileController
from profiles_management import create_or_update_profiles
from profiles_management.pmr import documents

KINDS = ("Profile", "Namespace", "RoleBinding", "AuthorizationPolicy", "ResourceQuota")
_ROLES = ("edit", "view")
_NUMBER = "nnnnn"


def document(profiles: int, contributors: int) -> str:
    """Return a document in YAML: so many profiles, each with a quota and so many contributors of its own."""
    pattern = _profile(contributors)
    return "profiles:\n" + "".join(pattern.replace(_NUMBER, f"{number:05}") for number in range(profiles))


def objects(profiles: int, contributors: int) -> Iterator[dict[str, Any]]:
    """Yield what a cluster holds once the document was applied: one profile, applied for real, and its copies."""
    applied = json.dumps(_applied(contributors))
    for number in range(profiles):
        yield from json.loads(applied.replace(_NUMBER, f"{number:05}"))


def roles() -> list[dict[str, Any]]:
    """Return Kubeflow's ClusterRoles."""
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    return [{**head, "metadata": {"name": f"kubeflow-{role}"}} for role in ("admin", "edit", "view")]


def _profile(contributors: int) -> str:
    head = f"""\
- name: team-{_NUMBER}
  owner:
    kind: User
    name: owner-{_NUMBER}@example.com
  resources:
    hard:
      limits.cpu: "4"
      limits.memory: 16Gi
  contributors:{"" if contributors else " []"}
"""
    people = "  - name: user-{}-{}@example.com\n    role: {}\n"
    return head + "".join(people.format(_NUMBER, one, _ROLES[one % 2]) for one in range(contributors))


def _applied(contributors: int) -> list[dict[str, Any]]:
    api = MemoryApi(objects=roles())
    ProfileController(api)
    pmr = documents.loads("profiles:\n" + _profile(contributors))
    assert create_or_update_profiles(pmr, target=api.client()).errors == ()
    return [_fresh(one) for kind in KINDS for one in api.objects(kind)]


def _fresh(one: dict[str, Any]) -> dict[str, Any]:
    for key in ("uid", "resourceVersion"):
        one["metadata"].pop(key, None)
    return one
