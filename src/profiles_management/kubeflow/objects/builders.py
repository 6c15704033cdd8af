"""The Kubernetes objects of a profile, exactly as Kubeflow's own components write them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.document_people import Grant, owner_of
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.classes import Owner, Profile
from profiles_management.reconcile.plan import Person

API_VERSIONS: Mapping[str, str] = {
    "Profile": f"{naming.PROFILE_GROUP}/v1",
    "Namespace": "v1",
    "ResourceQuota": "v1",
    "LimitRange": "v1",
    "RoleBinding": f"{naming.RBAC_GROUP}/v1",
    "AuthorizationPolicy": f"{naming.POLICY_GROUP}/v1",
    "Event": "v1",
}

Body = dict[str, Any]

_GO_ESCAPES = {"<": b"\\u003c", ">": b"\\u003e", "&": b"\\u0026"}


Maker = Callable[[Grant, str, str, Settings], Body]


def marks(settings: Settings) -> dict[str, str]:
    """Return the labels of every object that this software creates."""
    return {naming.MANAGED_BY: naming.MANAGER, naming.INSTANCE: settings.instance}


def subject(person: Person, namespace: str = "") -> Body:
    """Return an RBAC subject.

    A ServiceAccount has no apiGroup. The others need it, or the controller writes them each time.
    """
    if person.kind == "ServiceAccount":
        return {"kind": person.kind, "name": person.name, "namespace": namespace}
    return {"apiGroup": naming.RBAC_GROUP, "kind": person.kind, "name": person.name}


def owner_spec(owner: Owner) -> Body:
    """Return `spec.owner` of a Profile."""
    body: Body = {"kind": owner.kind.value, "name": owner.name}
    if owner.kind.value != "ServiceAccount":
        body["apiGroup"] = naming.RBAC_GROUP
    if owner.namespace:
        body["namespace"] = owner.namespace
    return body


def named(kind: str, name: str, namespace: str = "", **more: Any) -> Body:  # noqa: ANN401
    """Return the fields that every object has; empty metadata is left out."""
    metadata = {"namespace": namespace, **more}
    kept = {key: value for key, value in metadata.items() if value}
    return {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind,
        "metadata": {"name": name, **kept},
    }


def annotations(grant: Grant) -> dict[str, str]:
    """Return a contributor's annotations: KFAM's, and the end and the source of the access."""
    key = "group" if grant.person.kind == "Group" else "user"
    marks = {key: grant.person.name, "role": grant.role}
    if grant.until:
        marks[naming.UNTIL] = grant.until
    if grant.source:
        marks[naming.SOURCE] = grant.source
    return marks


def role_ref(role: str, settings: Settings) -> Body:
    """Return the reference to a role's ClusterRole."""
    return {
        "apiGroup": naming.RBAC_GROUP,
        "kind": "ClusterRole",
        "name": settings.cluster_roles[role],
    }


def binding(grant: Grant, namespace: str, name: str, settings: Settings) -> Body:
    """Return a contributor's RoleBinding. Source: kfam/bindings.go (Create)."""
    head = named(
        "RoleBinding", name, namespace, annotations=annotations(grant), labels=marks(settings)
    )
    return {**head, "roleRef": role_ref(grant.role, settings), "subjects": [subject(grant.person)]}


def policy(grant: Grant, namespace: str, name: str, settings: Settings) -> Body:
    """Return a contributor's AuthorizationPolicy. Source: kfam/bindings.go (Create)."""
    head = named(
        "AuthorizationPolicy",
        name,
        namespace,
        annotations=annotations(grant),
        labels=marks(settings),
    )
    return {**head, "spec": policy_spec(grant.person, settings)}


def policy_spec(person: Person, settings: Settings) -> Body:
    """Return the spec that lets a person's requests pass; in an ambient mesh, at the waypoint."""
    spec: Body = {"rules": [_entry_rule(person, settings)]}
    if settings.waypoint:
        spec["targetRefs"] = [_waypoint(settings.waypoint)]
    return spec


def policy_text(person: Person, settings: Settings) -> bytes:
    """Return that spec as an API server writes it: keys sorted, no blanks, Go's escapes."""
    before, after = _policy_frame(person.kind, settings)
    return before + _go_string(_header_value(person, settings)) + after


def lets_in(spec: bytes, owner: Person, settings: Settings) -> bool:
    """Return whether an owner's policy, given as JSON, has the owner and the user-id header."""
    value = settings.userid_prefix + owner.name
    spelled = (
        _go_string(value),
        json.dumps(value).encode(),
        json.dumps(value, ensure_ascii=False).encode(),
    )
    if f"request.headers[{settings.userid_header}]".encode() not in spec:
        return False
    return any(spelling in spec for spelling in spelled)


@lru_cache(maxsize=8)
def _policy_frame_of(
    kind: str,
    header: str,
    claim: str,
    waypoint: str,
    principals: tuple[str, ...],
    additional_principals: tuple[str, ...],
) -> tuple[bytes, bytes]:
    bare = Settings(
        userid_header=header,
        groups_claim=claim,
        waypoint=waypoint,
        principals=principals,
        additional_principals=additional_principals,
        userid_prefix="",
    )
    text = msgspec.json.encode(policy_spec(Person(kind, "\0"), bare), order="sorted")
    before, _, after = text.partition(b'"\\u0000"')
    return before, after


def _policy_frame(kind: str, settings: Settings) -> tuple[bytes, bytes]:
    return _policy_frame_of(
        kind,
        settings.userid_header,
        settings.groups_claim,
        settings.waypoint,
        settings.principals,
        settings.additional_principals,
    )


def _go_string(text: str) -> bytes:
    """Return a text as Go's encoder writes it, which escapes what HTML would read as markup."""
    encoded = msgspec.json.encode(text)
    for character, escaped in _GO_ESCAPES.items():
        if character in text:
            encoded = encoded.replace(character.encode(), escaped)
    return encoded


def _header_value(person: Person, settings: Settings) -> str:
    if person.kind == "Group":
        return person.name
    return settings.userid_prefix + person.name


def _entry_rule(person: Person, settings: Settings) -> Body:
    key = f"request.headers[{settings.userid_header}]"
    if person.kind == "Group":
        key = f"request.auth.claims[{settings.groups_claim}]"
    return {
        "from": [{"source": {"principals": list(settings.gateways)}}],
        "when": [{"key": key, "values": [_header_value(person, settings)]}],
    }


def _waypoint(name: str) -> Body:
    return {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name}


def profile_body(
    profile: Profile, quota: Body | None, notes: Mapping[str, str], settings: Settings
) -> Body:
    """Return a new Profile.

    Args:
        profile: the profile of the document.
        quota: the spec of its quota, None for no quota.
        notes: its annotations, which record where its fields came from.
        settings: for the labels.
    """
    spec: Body = {"owner": owner_spec(profile.owner)}
    if quota:
        spec["resourceQuotaSpec"] = quota
    if profile.plugins:
        spec["plugins"] = [plugin.to_spec() for plugin in profile.plugins]
    return {
        **named("Profile", profile.name, labels=marks(settings), annotations=notes),
        "spec": spec,
    }


@dataclass(frozen=True, slots=True)
class Owned:
    """The owner's objects in a standalone namespace, which Kubeflow's controller would create."""

    binding: Body
    policy: Body


def owned(profile: Profile, settings: Settings) -> Owned:
    """Return the owner's RoleBinding and AuthorizationPolicy in standalone mode."""
    owner = owner_of(profile)
    who = {"user": owner.name, "role": "admin"}
    head = {"labels": marks(settings), "annotations": who}
    space = profile.owner.namespace or profile.name
    bound = named("RoleBinding", naming.OWNER_BINDING, profile.name, **head)
    rules = [
        _entry_rule(Person("User", owner.name), settings),
        {"when": [{"key": "source.namespace", "values": [profile.name]}]},
        {"to": [{"operation": {"paths": ["/healthz", "/metrics", "/wait-for-drain"]}}]},
    ]
    return Owned(
        binding={
            **bound,
            "roleRef": role_ref("admin", settings),
            "subjects": [subject(owner, space)],
        },
        policy={
            **named("AuthorizationPolicy", naming.OWNER_POLICY, profile.name, **head),
            "spec": {"rules": rules},
        },
    )


def controlled_by(profile: str, uid: str) -> Body:
    """Return the ownerReference by which the profile controller sees changes of an object.

    It has no blockOwnerDeletion, because some clusters then require the permission to update
    finalizers of Profiles.
    """
    return {
        "apiVersion": API_VERSIONS["Profile"],
        "kind": "Profile",
        "name": profile,
        "uid": uid,
        "controller": True,
    }


def closed(namespace: str, name: str, settings: Settings) -> Body:
    """Return a policy that lets nobody in. Without any policy, Istio lets everybody in.

    Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
    (allow-nothing).
    """
    return {**named("AuthorizationPolicy", name, namespace, labels=marks(settings)), "spec": {}}
