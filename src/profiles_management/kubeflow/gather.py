"""From slim objects to a picture: what is ours to look at is kept in few fields, everything else is dropped at once."""

from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import Any

from profiles_management.kubeflow import names, slim
from profiles_management.kubeflow.observed import (
    Binding,
    ForeignBinding,
    LimitsSeen,
    NamespaceSeen,
    Observed,
    OwnerObject,
    Policy,
    ProfileSeen,
    QuotaSeen,
)
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import ObjectRef, Person


class Gathering:
    """Takes objects in any order, kind by kind from any thread, and makes an Observed of them."""

    def __init__(self) -> None:
        self._people: dict[Person, Person] = {}
        self._taken: dict[str, set[str]] = {}
        self._closed: set[str] = set()
        self.profiles: dict[str, ProfileSeen] = {}
        self.namespaces: dict[str, NamespaceSeen] = {}
        self.bindings: dict[str, dict[str, Binding]] = {}
        self.policies: dict[str, dict[str, Policy]] = {}
        self.foreign: dict[str, list[ForeignBinding]] = {}
        self.owner_bindings: dict[str, OwnerObject] = {}
        self.owner_policies: dict[str, OwnerObject] = {}
        self.quotas: dict[str, QuotaSeen] = {}
        self.limits: dict[str, LimitsSeen] = {}
        self.limit_ranges: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}

    def add(self, objects: Iterable[Any]) -> None:
        """Keep what planning reads of each object; the rest is dropped as the iterable goes on."""
        for one in objects:
            _TAKE[type(one).__name__](self, one)

    def observed(
        self, holds: Iterable[str], missing_roles: Iterable[str] = (), unreadable: Iterable[Problem] = ()
    ) -> Observed:
        """Return the picture; `holds` names the kinds that the target can hold."""
        return Observed(
            profiles=self.profiles,
            namespaces=self.namespaces,
            bindings=self.bindings,
            policies=self.policies,
            taken={space: frozenset(found) for space, found in self._taken.items()},
            foreign=self.foreign,
            owner_bindings=self.owner_bindings,
            owner_policies=self.owner_policies,
            quotas=self.quotas,
            limits=self.limits,
            holds=frozenset(holds),
            closed=frozenset(self._closed),
            missing_roles=tuple(missing_roles),
            unreadable=tuple(unreadable),
            limit_ranges=self.limit_ranges,
        )

    def join(self, other: "Gathering") -> None:
        """Take over what another one gathered of other kinds."""
        for name, found in vars(other).items():
            mine = getattr(self, name)
            if name == "_taken":
                for space, taken in found.items():
                    mine.setdefault(space, set()).update(taken)
            else:
                mine.update(found)

    def has(self, target: ObjectRef) -> bool:
        """Return whether an object is there; of a namespace's objects, one of the kinds and names that are kept."""
        places: Mapping[str, Mapping[str, Any]] = {
            "Profile": self.profiles,
            "Namespace": self.namespaces,
            "RoleBinding": self.bindings.get(target.namespace, {}),
            "AuthorizationPolicy": self.policies.get(target.namespace, {}),
            "ResourceQuota": {names.QUOTA: None} if target.namespace in self.quotas else {},
        }
        return target.name in places[target.kind]

    def profile(self, one: slim.Profile) -> None:
        """Keep a Profile."""
        spec, notes = one.spec or slim.ProfileSpec(), one.metadata.annotations or {}
        owner = spec.owner
        self.profiles[one.metadata.name] = ProfileSeen(
            name=one.metadata.name,
            uid=one.metadata.uid,
            version=one.metadata.resource_version,
            owner=Person(owner.kind, owner.name) if owner else None,
            owner_namespace=owner.namespace if owner else "",
            quota=spec.resource_quota_spec or {},
            plugins=tuple(spec.plugins or ()),
            mark=_mark(one.metadata.labels),
            source=intern(notes.get(names.SOURCE, "")),
            sets=frozenset(filter(None, notes.get(names.SETS, "").split(","))),
            deleting=one.metadata.deletion_timestamp is not None,
        )

    def namespace(self, one: slim.Namespace) -> None:
        """Keep a Namespace."""
        notes = one.metadata.annotations or {}
        self.namespaces[one.metadata.name] = NamespaceSeen(
            name=one.metadata.name,
            uid=one.metadata.uid,
            version=one.metadata.resource_version,
            owner=notes.get(names.OWNER, ""),
            labels=one.metadata.labels or {},
            annotations=notes,
            owned_by=_owned_by(one.metadata.owner_references),
            mark=_mark(one.metadata.labels),
            source=intern(notes.get(names.SOURCE, "")),
            deleting=one.metadata.deletion_timestamp is not None,
        )

    def role_binding(self, one: slim.RoleBinding) -> None:
        """Keep a RoleBinding that is an owner's or a contributor's, or whose name could be one's."""
        metadata = one.metadata
        if metadata.name == names.OWNER_BINDING:
            self.owner_bindings[metadata.namespace] = _owner_object(metadata, one.role_ref.name, one.subjects, b"")
            return
        person = self._person(metadata, one.subjects)
        if person is None:
            self._foreign(one)
            return
        notes = metadata.annotations or _NO_NOTES
        self.bindings.setdefault(metadata.namespace, {})[metadata.name] = Binding(
            name=metadata.name,
            version=metadata.resource_version,
            person=person,
            role=intern(notes.role or ""),
            cluster_role=intern(_bound_to(one.role_ref)),
            subjects=_subjects(one.subjects, person),
            mark=_contributor_mark(metadata.labels),
            until=notes.until,
            source=intern(notes.source),
            deleting=metadata.deletion_timestamp is not None,
            finalized=bool(metadata.finalizers),
        )

    def policy(self, one: slim.AuthorizationPolicy) -> None:
        """Keep an AuthorizationPolicy that is an owner's or a contributor's, or whose name could be one's."""
        metadata = one.metadata
        if metadata.name == names.OWNER_POLICY:
            self.owner_policies[metadata.namespace] = _owner_object(metadata, "", None, bytes(one.spec))
            return
        if metadata.name == names.CLOSED:
            self._closed.add(metadata.namespace)
        person = self._person(metadata)
        if person is None:
            return
        notes = metadata.annotations or _NO_NOTES
        self.policies.setdefault(metadata.namespace, {})[metadata.name] = Policy(
            name=metadata.name,
            version=metadata.resource_version,
            person=person,
            role=intern(notes.role or ""),
            spec=bytes(one.spec),
            mark=_contributor_mark(metadata.labels),
            until=notes.until,
            source=intern(notes.source),
            deleting=metadata.deletion_timestamp is not None,
            finalized=bool(metadata.finalizers),
        )

    def quota(self, one: slim.ResourceQuota) -> None:
        """Keep a ResourceQuota of Kubeflow's name."""
        if one.metadata.name == names.QUOTA:
            mark = _contributor_mark(one.metadata.labels)
            self.quotas[one.metadata.namespace] = QuotaSeen(one.metadata.resource_version, one.spec or {}, mark)

    def limit_range(self, one: slim.LimitRange) -> None:
        """Keep a LimitRange."""
        spec, space = one.spec or {}, one.metadata.namespace
        self.limit_ranges.setdefault(space, []).append((one.metadata.name, spec))
        if one.metadata.name == names.LIMITS:
            self.limits[space] = LimitsSeen(one.metadata.resource_version, spec, _contributor_mark(one.metadata.labels))

    def _foreign(self, one: slim.RoleBinding) -> None:
        people = tuple(Person(who.kind, who.name) for who in one.subjects or () if who.kind in ("User", "Group"))
        if people:
            found = ForeignBinding(one.metadata.name, intern(_bound_to(one.role_ref)), people)
            self.foreign.setdefault(one.metadata.namespace, []).append(found)

    def _person(self, metadata: slim.Metadata, subjects: Sequence[slim.Subject] | None = None) -> Person | None:
        """Whose object it is by its annotations; one without them may stand in the way of a name.

        One that bears our mark and lost them is ours still: its only subject tells whose, or what is left of them.
        """
        kind, notes = names.kind_in(metadata.name), metadata.annotations
        if not kind:
            return None
        said = None if notes is None else notes.group if notes.user is None else notes.user
        name = None if notes is None or notes.role is None else said
        if name is None and not _contributor_mark(metadata.labels):
            self._taken.setdefault(metadata.namespace, set()).add(metadata.name)
            return None
        if name is None:
            name = subjects[0].name if subjects is not None and len(subjects) == 1 else said or ""
        person = Person(kind, name)
        return self._people.setdefault(person, person)


_NO_NOTES = slim.Annotations()

_TAKE: Mapping[str, Any] = {
    "Profile": Gathering.profile,
    "Namespace": Gathering.namespace,
    "RoleBinding": Gathering.role_binding,
    "AuthorizationPolicy": Gathering.policy,
    "ResourceQuota": Gathering.quota,
    "LimitRange": Gathering.limit_range,
}


def _mark(labels: Mapping[str, str] | None) -> str:
    if not labels or labels.get(names.MANAGED_BY) != names.MANAGER:
        return ""
    return labels.get(names.INSTANCE, "")


def _contributor_mark(labels: slim.Labels | None) -> str:
    return intern(labels.instance) if labels is not None and labels.manager == names.MANAGER else ""


def _owned_by(references: Iterable[slim.OwnerReference] | None) -> str:
    return next((one.name for one in references or () if one.kind == "Profile"), "")


def _bound_to(role: slim.RoleReference) -> str:
    return role.name if role.kind == "ClusterRole" else f"{role.kind}/{role.name}"


def _subjects(found: list[slim.Subject] | None, person: Person) -> tuple[tuple[str, str, str, str], ...] | None:
    if found is not None and len(found) == 1:
        one = found[0]
        if (
            one.name == person.name
            and one.kind == person.kind
            and one.api_group == names.RBAC_GROUP
            and not one.namespace
        ):
            return None
    return tuple((one.kind, one.name, one.namespace, one.api_group) for one in found or ())


def _owner_object(
    metadata: slim.Metadata, cluster_role: str, subjects: list[slim.Subject] | None, spec: bytes
) -> OwnerObject:
    single = subjects[0] if subjects is not None and len(subjects) == 1 else None
    return OwnerObject(
        version=metadata.resource_version,
        user=(metadata.annotations.user if metadata.annotations else None) or "",
        subject=Person(single.kind, single.name) if single else None,
        namespace=single.namespace if single else "",
        cluster_role=cluster_role,
        spec=spec,
        mark=_contributor_mark(metadata.labels),
        owned_by=_owned_by(metadata.owner_references),
    )
