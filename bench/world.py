"""The measured document, and the cluster that matches it.

Nobody is in two profiles, so no result for one name can be reused: the worst case.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memory_api import MemoryApi, ProfileController
from profiles_management import create_or_update_profiles, plan_profiles
from profiles_management.pmr import documents
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile.plan import Write

KINDS = ("Profile", "Namespace", "RoleBinding", "AuthorizationPolicy", "ResourceQuota")
_ROLES = ("edit", "view")
_NUMBER = "nnnnn"


def document(profiles: int, contributors: int, changed: int = 0) -> str:
    """Return a document in YAML: profiles with a quota and separate contributors.

    Args:
        changed: number of profiles in which the first contributor has another role.
    """
    pattern, other = _profile(contributors), _profile(contributors, first=1)
    each = ((other if number < changed else pattern, number) for number in range(profiles))
    return "profiles:\n" + "".join(text.replace(_NUMBER, f"{number:05}") for text, number in each)


def objects(profiles: int, contributors: int) -> Iterator[dict[str, Any]]:
    """Yield the objects after the document was applied: one applied profile and its copies."""
    applied = json.dumps(_applied(contributors))
    for number in range(profiles):
        yield from json.loads(applied.replace(_NUMBER, f"{number:05}"))


def grants(profiles: int, contributors: int) -> Iterator[tuple[str, str]]:
    """Yield path and JSON of each POST of a first apply, for existing Profiles."""
    posts = _posts(contributors)
    for number in range(profiles):
        for path, body in posts:
            yield path.replace(_NUMBER, f"{number:05}"), body.replace(_NUMBER, f"{number:05}")


def manifests(profiles: int, contributors: int) -> Iterator[str]:
    """Yield the objects of the document as YAML, as a folder contains them."""
    with tempfile.TemporaryDirectory() as folder:
        assert create_or_update_profiles(_pmr(contributors), target=Path(folder)).errors == ()
        texts = [file.read_text() for file in sorted(Path(folder).rglob("*.yaml"))]
    for number in range(profiles):
        for text in texts:
            yield text.replace(_NUMBER, f"{number:05}")


def roles() -> list[dict[str, Any]]:
    """Return Kubeflow's ClusterRoles."""
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    return [
        {**head, "metadata": {"name": f"kubeflow-{role}"}} for role in ("admin", "edit", "view")
    ]


def _profile(contributors: int, first: int = 0) -> str:
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
    roles_of = (_ROLES[(one + (first if one == 0 else 0)) % 2] for one in range(contributors))
    return head + "".join(people.format(_NUMBER, one, role) for one, role in enumerate(roles_of))


def _pmr(contributors: int) -> ProfilesManagementRepresentation:
    return documents.loads("profiles:\n" + _profile(contributors))


def _cluster(contributors: int) -> MemoryApi:
    api = MemoryApi(objects=roles())
    ProfileController(api)
    assert create_or_update_profiles(_pmr(contributors), target=api.client()).errors == ()
    return api


def _applied(contributors: int) -> list[dict[str, Any]]:
    api = _cluster(contributors)
    return [_fresh(one) for kind in KINDS for one in api.objects(kind)]


def _posts(contributors: int) -> list[tuple[str, str]]:
    api = _cluster(0)
    plan = plan_profiles(_pmr(contributors), target=api.client())
    sent: Iterator[Write] = (write for change in plan.changes for write in change.writes)
    return [
        (api.path(write.target.kind, write.target.parent), write.body.decode()) for write in sent
    ]


def _fresh(one: dict[str, Any]) -> dict[str, Any]:
    for key in ("uid", "resourceVersion"):
        one["metadata"].pop(key, None)
    return one
