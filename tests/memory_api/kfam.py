"""A stand-in for KFAM, the dashboard's backend: adds, lists and removes contributors."""

from __future__ import annotations

import re
from typing import NamedTuple

from .controller import PRINCIPALS, USERID_HEADER
from .kinds import RBAC, Object
from .server import MemoryApi
from .status import Refusal

ROLES = {"admin": "kubeflow-admin", "edit": "kubeflow-edit", "view": "kubeflow-view"}
_SHOWN = {role: name for name, role in ROLES.items()}


class Binding(NamedTuple):
    """One line of the dashboard's list."""

    namespace: str
    user: str
    role: str
    kind: str = "User"


class KfamError(Exception):
    """KFAM's answer is no: `code` is 401 or 403."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def binding_name(user: str, role: str, kind: str = "User") -> str:
    """Return the name of a contributor's RoleBinding and policy; people may share a name."""
    joined = "-".join((kind, user, "ClusterRole", role))
    lowered = "".join(letter.lower()[:1] for letter in joined)  # Go lowers letter by letter
    return re.sub("[^a-zA-Z0-9]+", "-", lowered)


class Kfam:
    """KFAM on a MemoryApi: requests are validated, but neither logged nor subject to faults."""

    def __init__(
        self,
        api: MemoryApi,
        *,
        userid_header: str = USERID_HEADER,
        userid_prefix: str = "",
        principals: tuple[str, ...] = PRINCIPALS,
    ) -> None:
        self._api = api
        self._header, self._prefix, self._principals = (
            userid_header,
            userid_prefix,
            list(principals),
        )

    def add(
        self, namespace: str, user: str, role: str, *, kind: str = "User", by: str | None = None
    ) -> None:
        """Add a contributor. `by` is the user who requests it; None is an administrator.

        Raises:
            KfamError: 403, if `by` is not the owner or one of the two objects could not be made.
                The RoleBinding is made first and stays.
        """
        self._permit(namespace, by)
        name, marks = binding_name(user, role, kind), {"user": user, "role": role}
        metadata = {"name": name, "namespace": namespace, "annotations": marks}
        self._create("RoleBinding", metadata, _grants(user, role, kind))
        self._create("AuthorizationPolicy", metadata, {"spec": self._policy(user)})

    def list(
        self, namespace: str | None = None, user: str | None = None, role: str | None = None
    ) -> list[Binding]:
        """Return contributors: filtered by annotations, shown by roleRef and subject.

        Raises:
            KfamError: 401, if a RoleBinding that passes the filters has not exactly one subject.
        """
        profiles = {profile["metadata"]["name"] for profile in self._api.objects("Profile")}
        found = [
            each
            for each in self._api.objects("RoleBinding", namespace)
            if each["metadata"]["namespace"] in profiles and _passes(each, user, role)
        ]
        return [_shown(each) for each in found]

    def delete(
        self, namespace: str, user: str, role: str, *, kind: str = "User", by: str | None = None
    ) -> None:
        """Remove the objects with the name of this user and role, whose user may be another one.

        Raises:
            KfamError: 403, if `by` is not the owner or one of the two objects is missing; then
                neither is removed.
        """
        self._permit(namespace, by)
        name = binding_name(user, role, kind)
        pair = ("RoleBinding", "AuthorizationPolicy")
        if not all(self._api.get(each, namespace, name) for each in pair):
            raise KfamError(403, f"{name} not found")
        for each in pair:
            self._api.call("DELETE", self._api.path(each, namespace, name), manager="kfam")

    def _permit(self, namespace: str, by: str | None) -> None:
        if by is None:
            return
        profile = self._api.get("Profile", None, namespace) or {}
        if by != profile.get("spec", {}).get("owner", {}).get("name"):
            raise KfamError(403, f"{by} may not change who contributes to {namespace}")

    def _create(self, kind: str, metadata: Object, rest: Object) -> None:
        version = f"{RBAC}/v1" if kind == "RoleBinding" else "security.istio.io/v1beta1"
        obj = {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}
        path = self._api.path(kind, metadata["namespace"], version=version.rpartition("/")[2])
        try:
            self._api.call("POST", path, obj, manager="kfam")
        except Refusal as refusal:
            raise KfamError(403, refusal.message) from refusal

    def _policy(self, user: str) -> Object:
        header = {"key": f"request.headers[{self._header}]", "values": [self._prefix + user]}
        return {
            "rules": [{"from": [{"source": {"principals": self._principals}}], "when": [header]}]
        }


def _grants(user: str, role: str, kind: str) -> Object:
    subject = {"apiGroup": RBAC, "kind": kind, "name": user}
    return {
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": ROLES[role]},
        "subjects": [subject],
    }


def _passes(binding: Object, user: str | None, role: str | None) -> bool:
    marks = binding["metadata"].get("annotations", {})
    if not {"user", "role"} <= marks.keys():
        return False
    return user in (None, marks["user"]) and role in (None, marks["role"])


def _shown(binding: Object) -> Binding:
    subjects = binding.get("subjects", [])
    if len(subjects) != 1:
        raise KfamError(
            401, f"binding subject length not equal to 1, actual length: {len(subjects)}"
        )
    shown = _SHOWN.get(binding["roleRef"]["name"], "")
    return Binding(
        binding["metadata"]["namespace"], subjects[0]["name"], shown, subjects[0]["kind"]
    )
