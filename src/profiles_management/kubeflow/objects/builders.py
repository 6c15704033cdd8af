"""What one profile becomes in a cluster: the objects, word for word as Kubeflow's own components write them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.classes import Owner, Profile
from profiles_management.pmr.origins import NO_ORIGINS, Origins
from profiles_management.reconcile.plan import Person

API_VERSIONS: Mapping[str, str] = {
    "Profile": "kubeflow.org/v1",
    "Namespace": "v1",
    "ResourceQuota": "v1",
    "LimitRange": "v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "AuthorizationPolicy": "security.istio.io/v1",
    "Event": "v1",
}

Body = dict[str, Any]


class Grant(NamedTuple):
    """One contributor as a document wants it: who, which role, until when ('' for no end), and which source says so."""

    person: Person
    role: str
    until: str
    source: str = ""


Maker = Callable[[Grant, str, str, Settings], Body]


def grants(profile: Profile, now: datetime, origins: Origins = NO_ORIGINS) -> Iterator[Grant]:
    """Yield who contributes to a profile at `now`; whose time is up is as if they were not there."""
    own, added = origins.profiles.get(profile.name, ""), origins.contributors
    for one in profile.contributors:
        if one.until is None or one.until > now:
            until = "" if one.until is None else timestamp(one.until)
            source = added.get((profile.name, one.kind, one.name), own) if added else own
            yield Grant(Person(one.kind.value, one.name), one.role.value, until, source)


def contributors(profile: Profile) -> set[Person]:
    """Return everybody whom a profile lists, whether or not their time is up."""
    return {Person(one.kind.value, one.name) for one in profile.contributors}


def expired(profile: Profile, now: datetime) -> frozenset[Person]:
    """Return the contributors whose time is up by a document."""
    return frozenset(contributors(profile) - {grant.person for grant in grants(profile, now)})


def people_of(profile: Profile) -> set[Person]:
    """Return everybody whom a profile names: its owner, and whom it lists."""
    return {owner_of(profile), *contributors(profile)}


def timestamp(moment: datetime) -> str:
    """Return a moment the way it stands in annotations: `2027-01-01T00:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def owner_of(profile: Profile) -> Person:
    """Return a profile's owner as a person; a ServiceAccount of another namespace bears it in its name."""
    return person_of(profile.owner)


def person_of(owner: Owner) -> Person:
    """Return an owner as a person."""
    return Person(owner.kind.value, owner.name)


def marks(settings: Settings) -> dict[str, str]:
    """Return the labels that everything we make carries."""
    return {naming.MANAGED_BY: naming.MANAGER, naming.INSTANCE: settings.instance}


def subject(person: Person, namespace: str = "") -> Body:
    """Return an RBAC subject; a ServiceAccount takes no apiGroup, the others do or the controller writes for ever."""
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


def named(kind: str, name: str, namespace: str = "", **metadata: Any) -> Body:  # noqa: ANN401 - metadata is any JSON
    """Return the head of an object; metadata that is empty is left out."""
    place = {"namespace": namespace} if namespace else {}
    kept = {key: value for key, value in metadata.items() if value}
    return {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind,
        "metadata": {"name": name, **place, **kept},
    }


def annotations(grant: Grant) -> dict[str, str]:
    """Return a contributor's annotations: KFAM's, and where there are any, the end of the access and its source."""
    key = "group" if grant.person.kind == "Group" else "user"
    said = {
        key: grant.person.name,
        "role": grant.role,
        naming.UNTIL: grant.until,
        naming.SOURCE: grant.source,
    }
    return {
        name: value
        for name, value in said.items()
        if value or name not in (naming.UNTIL, naming.SOURCE)
    }


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
    """Return the spec that lets a person's requests pass; in an ambient mesh it is bound to the waypoint."""
    bound = {"targetRefs": [_waypoint(settings.waypoint)]} if settings.waypoint else {}
    return {"rules": [_entry_rule(person, settings)], **bound}


def policy_text(person: Person, settings: Settings) -> bytes:
    """Return that spec as an API server writes it: keys sorted, no blanks, Go's escapes."""
    before, after = _policy_frame(person.kind, settings)
    return before + _go_string(_header_value(person, settings)) + after


def lets_in(spec: bytes, owner: Person, settings: Settings) -> bool:
    """Return whether an owner's policy, given as JSON, names the owner and the header that tells who somebody is."""
    value = settings.userid_prefix + owner.name
    spelled = (
        _go_string(value),
        json.dumps(value).encode(),
        json.dumps(value, ensure_ascii=False).encode(),
    )
    return f"request.headers[{settings.userid_header}]".encode() in spec and any(
        one in spec for one in spelled
    )


@lru_cache(maxsize=8)
def _policy_frame_of(key: tuple[str, str, str, str, tuple[str, ...]]) -> tuple[bytes, bytes]:
    kind, header, claim, waypoint, gateways = key
    bare = Settings(
        userid_header=header,
        groups_claim=claim,
        waypoint=waypoint,
        principals=gateways,
        userid_prefix="",
    )
    text = msgspec.json.encode(policy_spec(Person(kind, "\0"), bare), order="sorted")
    before, _, after = text.partition(b'"\\u0000"')
    return before, after


def _policy_frame(kind: str, settings: Settings) -> tuple[bytes, bytes]:
    return _policy_frame_of(
        (kind, settings.userid_header, settings.groups_claim, settings.waypoint, settings.gateways)
    )


def _go_string(text: str) -> bytes:
    encoded = msgspec.json.encode(text)
    if b"<" in encoded or b">" in encoded or b"&" in encoded:
        encoded = (
            encoded.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
        )
    return encoded


def _header_value(person: Person, settings: Settings) -> str:
    return person.name if person.kind == "Group" else settings.userid_prefix + person.name


def _entry_rule(person: Person, settings: Settings) -> Body:
    claim = person.kind == "Group"
    key = (
        f"request.auth.claims[{settings.groups_claim}]"
        if claim
        else f"request.headers[{settings.userid_header}]"
    )
    return {
        "from": [{"source": {"principals": list(settings.gateways)}}],
        "when": [{"key": key, "values": [_header_value(person, settings)]}],
    }


def _waypoint(name: str) -> Body:
    return {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name}


def profile_body(
    profile: Profile, quota: Body | None, notes: Mapping[str, str], settings: Settings
) -> Body:
    """Return a new Profile; `notes` are the annotations in which we record what came from where."""
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
    """A standalone namespace's own objects, those that Kubeflow's controller would make."""

    binding: Body
    policy: Body


def owned(profile: Profile, settings: Settings) -> Owned:
    """Return the owner's RoleBinding and AuthorizationPolicy of a profile without a profile controller."""
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

    Without blockOwnerDeletion, which some clusters allow only to those who may update finalizers of
    Profiles.
    """
    return {
        "apiVersion": API_VERSIONS["Profile"],
        "kind": "Profile",
        "name": profile,
        "uid": uid,
        "controller": True,
    }


def closed(namespace: str, name: str, settings: Settings) -> Body:
    """Return a policy that lets nobody in: without any policy, Istio lets everybody in.

    Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/
    (allow-nothing).
    """
    return {**named("AuthorizationPolicy", name, namespace, labels=marks(settings)), "spec": {}}
