"""A stand-in for Kubeflow's profile controller, with its delays and the stages where it stops."""

from __future__ import annotations

import sys
from typing import Any

from . import quantities
from .kinds import PROFILE, RBAC, Object
from .objects import Happened
from .requests import Request
from .server import MemoryApi
from .status import Refusal

NAME = "profile-controller"
FINALIZER = "profile-finalizer"
USERID_HEADER = "kubeflow-userid"
CHARMED_PRINCIPALS = (
    "cluster.local/ns/kubeflow/sa/istio-ingressgateway-workload-service-account",
    "cluster.local/ns/kubeflow/sa/kfp-ui",
)
PRINCIPALS = (
    "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
    "cluster.local/ns/kubeflow/sa/ml-pipeline-ui",
)
NOTEBOOKS = "cluster.local/ns/kubeflow/sa/notebook-controller-service-account"
DEFAULT_LABELS = {
    "app.kubernetes.io/part-of": "kubeflow-profile",
    "katib.kubeflow.org/metrics-collector-injection": "enabled",
    "pipelines.kubeflow.org/enabled": "true",
    "serving.kubeflow.org/inferenceservice": "enabled",
}
QUOTA = "kf-resource-quota"
OWNER_BINDING = "namespaceAdmin"
OWNER_POLICY = "ns-owner-access-istio"
STAGES = ("namespace", "policy", "accounts", "binding", "quota", "finalizer")

# not ResourceQuota
_WATCHED = ("Namespace", "ServiceAccount", "RoleBinding", "AuthorizationPolicy")


class ProfileController:
    """Reconciles Profiles of an api, directly after each event, or later.

    Args:
        api: the server to live on.
        userid_header, userid_prefix, principals: as the real one takes them from its environment.
        delay: how many requests the server answers before a Profile that woke it is reconciled.
        manual: reconcile only in `run()`.

    Attributes:
        queue: the Profiles that wait, first come first, each with the request count at which it is
            due.
        errors: by Profile, why the last reconcile of it failed; it is tried again after later
            writes and in `run()`.
        writes: what it sent, "PUT RoleBinding ml/namespaceAdmin"; one that changes nothing counts
            too.
        stops_before: one of STAGES, before which it stops as if it had died there: that Profile
            waits for `run()`.
    """

    def __init__(
        self,
        api: MemoryApi,
        *,
        userid_header: str = USERID_HEADER,
        userid_prefix: str = "",
        principals: tuple[str, ...] = PRINCIPALS,
        default_labels: dict[str, str] | None = None,
        delay: int = 0,
        manual: bool = False,
    ) -> None:
        self._api = api
        self._header, self._prefix, self._principals = (
            userid_header,
            userid_prefix,
            list(principals),
        )
        self._labels = DEFAULT_LABELS if default_labels is None else default_labels
        self._delay, self._manual, self._requests = delay, manual, 0
        self.queue: dict[str, int] = {}
        self.errors: dict[str, str] = {}
        self.writes: list[str] = []
        self.stops_before = ""
        api.watch(self._saw)
        api.after.append(self._answered)

    # When it works

    def run(self, limit: int | None = None) -> int:
        """Reconcile waiting Profiles, at most `limit`, and failed ones; return how many."""
        names = list(dict.fromkeys([*self.queue, *self.errors]))[:limit]
        for name in names:
            self._reconcile(name)
        return len(names)

    def resync(self) -> None:
        """Reconcile every Profile, as the real one does when it starts."""
        for profile in self._api.objects("Profile"):
            self._reconcile(profile["metadata"]["name"])

    def _saw(self, event: Happened) -> None:
        for name in _profiles_of(event) if event.manager != NAME else ():
            self.queue.setdefault(name, self._requests + self._delay)
        self._work()

    def _answered(self, request: Request) -> None:
        self._requests += 1
        if request.writes and not self._manual:
            for name in list(self.errors):
                self._reconcile(name)
        self._work()

    def _work(self) -> None:
        due = (
            []
            if self._manual
            else [name for name, when in self.queue.items() if when <= self._requests]
        )
        for name in due:
            self._reconcile(name)

    def _reconcile(self, name: str) -> None:
        self.queue.pop(name, None)
        self.errors.pop(name, None)
        profile = self._api.get("Profile", None, name)
        if profile is None:
            return
        try:
            self._steps(profile, _Wanted(profile))
        except _Stopped:
            self.queue[name] = sys.maxsize
        except Refusal as refusal:
            self.errors[name] = refusal.message

    # What it does, in its order

    def _steps(self, profile: Object, wanted: _Wanted) -> None:
        self._reaches("namespace")
        if not self._namespace(wanted):
            return
        self._reaches("policy")
        policy = self._policy(wanted)
        self._spec_in_place(
            wanted.owned("AuthorizationPolicy", OWNER_POLICY, wanted.marks, spec=policy)
        )
        self._reaches("accounts")
        for account, role in (
            ("default-editor", "kubeflow-edit"),
            ("default-viewer", "kubeflow-view"),
        ):
            self._once(wanted.owned("ServiceAccount", account))
            subject = {"kind": "ServiceAccount", "name": account, "namespace": wanted.name}
            self._binding(wanted.owned("RoleBinding", account, **_grants(role, subject)))
        self._reaches("binding")
        grants = _grants("kubeflow-admin", wanted.owner)
        self._binding(wanted.owned("RoleBinding", OWNER_BINDING, wanted.marks, **grants))
        self._reaches("quota")
        self._quota(wanted)
        self._reaches("finalizer")
        self._finish(profile, wanted)

    def _reaches(self, stage: str) -> None:
        if stage == self.stops_before:
            raise _Stopped

    def _namespace(self, wanted: _Wanted) -> bool:
        """Create the namespace, or restore its labels; return False if it has another owner."""
        found = self._api.get("Namespace", None, wanted.name)
        if found is None:
            labels = {"istio-injection": "enabled", **self._labels}
            made = wanted.owned(
                "Namespace", wanted.name, {"owner": wanted.owner.get("name", "")}, labels=labels
            )
            self._send("POST", made)
            return True
        if found["metadata"].get("annotations", {}).get("owner") != wanted.owner.get("name", ""):
            return False
        labels = found["metadata"].get("labels", {})
        if self._labels.keys() - labels.keys():
            found["metadata"]["labels"] = {**self._labels, **labels}
            self._send("PUT", found)
        return True

    def _policy(self, wanted: _Wanted) -> Object:
        user = {
            "key": f"request.headers[{self._header}]",
            "values": [self._prefix + wanted.owner.get("name", "")],
        }
        kernels = {"methods": ["GET"], "paths": ["*/api/kernels"]}
        return {
            "rules": [
                {"from": [{"source": {"principals": self._principals}}], "when": [user]},
                {"when": [{"key": "source.namespace", "values": [wanted.name]}]},
                {"to": [{"operation": {"paths": ["/healthz", "/metrics", "/wait-for-drain"]}}]},
                {"from": [{"source": {"principals": [NOTEBOOKS]}}], "to": [{"operation": kernels}]},
            ]
        }

    def _quota(self, wanted: _Wanted) -> None:
        found = self._api.get("ResourceQuota", wanted.name, QUOTA)
        if wanted.quota.get("hard"):
            self._spec_in_place(wanted.owned("ResourceQuota", QUOTA, spec=wanted.quota))
        elif found:
            self._send("DELETE", found)

    def _finish(self, profile: Object, wanted: _Wanted) -> None:
        """Write the Profile as Go's struct, with the finalizer, or without it in deletion."""
        metadata = profile["metadata"]
        finalizers = [name for name in metadata.get("finalizers", []) if name != FINALIZER]
        leaving = "deletionTimestamp" in metadata
        metadata["finalizers"] = finalizers if leaving else [*finalizers, FINALIZER]
        self._change({**profile, "spec": wanted.spec})

    # How it writes

    def _once(self, wanted: Object) -> None:
        if self._found(wanted) is None:
            self._send("POST", wanted)

    def _spec_in_place(self, wanted: Object) -> None:
        found = self._found(wanted)
        if found is None:
            self._send("POST", wanted)
        elif found.get("spec") != wanted["spec"]:
            self._send("PUT", {**found, "spec": wanted["spec"]})

    def _binding(self, wanted: Object) -> None:
        """Correct subjects in place. Another roleRef is sent too, which the server refuses."""
        found = self._found(wanted)
        parts = {key: wanted[key] for key in ("roleRef", "subjects")}
        if found is None:
            self._send("POST", wanted)
        elif {key: found.get(key) for key in parts} != parts:
            self._send("PUT", {**found, **parts})

    def _change(self, obj: Object) -> None:
        if obj != self._found(obj):
            self._send("PUT", obj)

    def _found(self, obj: Object) -> Object | None:
        return self._api.get(obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"])

    def _send(self, method: str, obj: Object) -> None:
        kind, namespace, name = (
            obj["kind"],
            obj["metadata"].get("namespace"),
            obj["metadata"]["name"],
        )
        self.writes.append(f"{method} {kind} {f'{namespace}/' if namespace else ''}{name}")
        path = self._api.path(kind, namespace, None if method == "POST" else name)
        self._api.call(method, path, None if method == "DELETE" else obj, manager=NAME)


class _Stopped(Exception):
    """It stops in the middle of a Profile."""


class _Wanted:
    """A Profile read the way Go reads it."""

    def __init__(self, profile: Object) -> None:
        spec = profile.get("spec") or {}
        self.name: str = profile["metadata"]["name"]
        self.owner: dict[str, str] = spec.get("owner") or {"kind": "", "name": ""}
        self.quota = _canonical(spec.get("resourceQuotaSpec") or {})
        self.spec = {**spec, "owner": self.owner, "resourceQuotaSpec": self.quota}
        self.marks = {"user": self.owner.get("name", ""), "role": "admin"}
        self._uid, self._version = profile["metadata"]["uid"], profile["apiVersion"]

    def owned(
        self,
        kind: str,
        name: str,
        annotations: dict[str, str] | None = None,
        *,
        labels: dict[str, str] | None = None,
        **rest: Any,
    ) -> Object:
        """Return an object with a controller ownerReference to the Profile."""
        reference = {
            "apiVersion": self._version,
            "kind": PROFILE.name,
            "name": self.name,
            "uid": self._uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
        metadata: Object = {"name": name, "ownerReferences": [reference]}
        metadata |= {"annotations": annotations} if annotations else {}
        metadata |= {"labels": labels} if labels else {}
        metadata |= {"namespace": self.name} if kind != "Namespace" else {}
        return {"apiVersion": _VERSIONS[kind], "kind": kind, "metadata": metadata, **rest}


_VERSIONS = {
    "Namespace": "v1",
    "ServiceAccount": "v1",
    "ResourceQuota": "v1",
    "RoleBinding": f"{RBAC}/v1",
    "AuthorizationPolicy": "security.istio.io/v1",
}


def _grants(role: str, subject: dict[str, str]) -> Object:
    return {
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }


def _canonical(quota: Object) -> Object:
    hard = {name: quantities.canonical(amount) for name, amount in quota.get("hard", {}).items()}
    rest: dict[str, Any] = {
        key: quota[key] for key in ("scopes", "scopeSelector") if quota.get(key)
    }
    return rest | ({"hard": hard} if hard else {})


def _profiles_of(event: Happened) -> set[str]:
    """Return the names of the Profiles that an event wakes the controller for."""
    if event.kind.name == "Profile":
        return {event.key}
    if event.kind.name not in _WATCHED:
        return set()
    owners = (
        owner
        for obj in (event.old, event.new)
        if obj
        for owner in obj["metadata"].get("ownerReferences", ())
    )
    return {
        owner["name"] for owner in owners if owner["kind"] == "Profile" and owner.get("controller")
    }
