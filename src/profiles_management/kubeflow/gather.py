"""From slim objects to a picture: what is ours to look at is kept in few fields, everything else is dropped at once."""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any

from profiles_management.kubeflow import foreign, names, policies, slim, stored, unread
from profiles_management.kubeflow.foreign import DeclaredOwner
from profiles_management.kubeflow.observed import (
    Binding,
    ForeignBinding,
    ForeignPolicy,
    LimitsSeen,
    NamespaceSeen,
    Observed,
    OwnerObject,
    Policy,
    ProfileSeen,
    QuotaSeen,
)
from profiles_management.kubeflow.propagation import is_propagated
from profiles_management.kubeflow.recognition import Recognition, bound_to, mark_of, sole_subject
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import ObjectRef, Person


class Gathering:
    """Takes objects in any order, kind by kind from any thread, and makes an Observed of them."""

    def __init__(self, settings: Settings) -> None:
        self._recognition = Recognition(settings)
        self._people: dict[Person, Person] = {}
        self._taken: dict[str, set[str]] = {}
        self._closed: set[str] = set()
        self.profiles: dict[str, ProfileSeen] = {}
        self.namespaces: dict[str, NamespaceSeen] = {}
        self.bindings: dict[str, dict[str, Binding]] = {}
        self.policies: dict[str, dict[str, Policy]] = {}
        self.foreign: dict[str, list[ForeignBinding]] = {}
        self.foreign_policies: dict[str, list[ForeignPolicy]] = {}
        self.owner_bindings: dict[str, OwnerObject] = {}
        self.owner_policies: dict[str, OwnerObject] = {}
        self.quotas: dict[str, QuotaSeen] = {}
        self.limits: dict[str, LimitsSeen] = {}
        self.limit_ranges: dict[str, list[tuple[str, bytes]]] = {}
        self.unread: dict[str, list[Problem]] = {}

    def add(self, objects: Iterable[Any]) -> None:
        """Keep what planning reads of each object; the rest is dropped as the iterable goes on."""
        for one in objects:
            _TAKE[type(one).__name__](self, one)

    def observed(
        self, holds: Iterable[str], missing_roles: Iterable[str] = (), unreadable: Iterable[Problem] = ()
    ) -> Observed:
        """Return the picture; `holds` names the kinds that the target can hold."""
        self._add_others_of_owners()
        return Observed(
            profiles=self.profiles,
            namespaces=self.namespaces,
            bindings=self.bindings,
            policies=self.policies,
            taken={space: frozenset(found) for space, found in self._taken.items()},
            foreign=self.foreign,
            foreign_policies=self.foreign_policies,
            owner_bindings=self.owner_bindings,
            owner_policies=self.owner_policies,
            quotas=self.quotas,
            limits=self.limits,
            holds=frozenset(holds),
            closed=frozenset(self._closed),
            missing_roles=tuple(missing_roles),
            unreadable=tuple(unreadable),
            unread=self.unread,
            limit_ranges=self.limit_ranges,
        )

    def add_unread(self, problems: Mapping[str, Iterable[Problem]]) -> None:
        """Keep problems with objects, by namespace or name."""
        for space, found in problems.items():
            self.unread.setdefault(space, []).extend(found)

    def join(self, other: "Gathering") -> None:
        """Take over what another one gathered of other kinds."""
        for name, found in vars(other).items():
            mine = getattr(self, name)
            if name == "_recognition":
                continue
            if name == "_taken":
                for space, taken in found.items():
                    mine.setdefault(space, set()).update(taken)
            elif name == "unread":
                self.add_unread(found)
            else:
                mine.update(found)

    def has(self, target: ObjectRef) -> bool:
        """Return whether an object is there; of a namespace's objects, one of the kinds and names that are kept."""
        if target.kind == "AuthorizationPolicy" and target.name == names.OWNER_POLICY:
            return target.namespace in self.owner_policies
        if target.kind == "RoleBinding" and target.name == names.OWNER_BINDING:
            return target.namespace in self.owner_bindings
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
            quota=stored.kept(spec.resource_quota_spec),
            plugins=stored.kept(spec.plugins),
            mark=mark_of(one.metadata),
            source=intern(notes.get(names.SOURCE, "")),
            sets=frozenset(filter(None, notes.get(names.SETS, "").split(","))),
            touched=notes.get(names.TOUCHED, ""),
            woken=notes.get(names.WOKEN, ""),
            complete=names.FINALIZER in (one.metadata.finalizers or ()),
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
            mark=mark_of(one.metadata),
            source=intern(notes.get(names.SOURCE, "")),
            deleting=one.metadata.deletion_timestamp is not None,
        )

    def role_binding(self, binding: slim.RoleBinding) -> None:
        """Keep a RoleBinding that is an owner's or a contributor's, or that gives people access in another way."""
        metadata = binding.metadata
        if metadata.name == names.OWNER_BINDING:
            subjects = tuple(map(_whole, binding.subjects or ()))
            self.owner_bindings[metadata.namespace] = _owner_object(
                metadata,
                cluster_role=intern(bound_to(binding.role_ref)),
                granted=self._recognition.role_of(binding.role_ref),
                subjects=subjects,
            )
            return
        if is_propagated(metadata):
            self._foreign_binding(binding, propagated=True)
            return
        mark = mark_of(metadata)
        person = self._recognition.person_bound(binding, mark)
        if person is None:
            self._foreign_binding(binding)
            return
        notes = metadata.annotations or _NO_NOTES
        person = self._people.setdefault(person, person)
        self.bindings.setdefault(metadata.namespace, {})[metadata.name] = Binding(
            name=metadata.name,
            version=metadata.resource_version,
            person=person,
            role=intern(notes.get("role", "")),
            cluster_role=intern(bound_to(binding.role_ref)),
            granted=self._recognition.role_of(binding.role_ref),
            subjects=_subjects(binding.subjects, person),
            mark=mark,
            until=notes.get(names.UNTIL, ""),
            source=intern(notes.get(names.SOURCE, "")),
            deleting=metadata.deletion_timestamp is not None,
            finalized=bool(metadata.finalizers),
            uid=metadata.uid,
        )

    def policy(self, policy: slim.AuthorizationPolicy) -> None:
        """Keep an AuthorizationPolicy that is an owner's or a contributor's, or that lets people in in another way."""
        metadata = policy.metadata
        if metadata.name in names.CLOSING:
            self._closing_policy(policy)
        if metadata.name == names.OWNER_POLICY:
            self.owner_policies[metadata.namespace] = _owner_object(metadata, spec=bytes(policy.spec))
            return
        if is_propagated(metadata):
            self._foreign_policy(policy, propagated=True)
            return
        mark = mark_of(metadata)
        person = self._recognition.person_let_in(policy, mark)
        if person is None:
            self._foreign_policy(policy)
            return
        notes = metadata.annotations or _NO_NOTES
        self.policies.setdefault(metadata.namespace, {})[metadata.name] = Policy(
            name=metadata.name,
            version=metadata.resource_version,
            person=self._people.setdefault(person, person),
            role=intern(notes.get("role", "")),
            spec=stored.kept(policy.spec),
            mark=mark,
            until=notes.get(names.UNTIL, ""),
            source=intern(notes.get(names.SOURCE, "")),
            deleting=metadata.deletion_timestamp is not None,
            finalized=bool(metadata.finalizers),
            uid=metadata.uid,
        )

    def quota(self, quota: slim.ResourceQuota) -> None:
        """Keep a ResourceQuota of Kubeflow's name."""
        metadata = quota.metadata
        if metadata.name == names.QUOTA:
            self.quotas[metadata.namespace] = QuotaSeen(
                metadata.resource_version, stored.kept(quota.spec), _own_mark(metadata)
            )

    def limit_range(self, limits: slim.LimitRange) -> None:
        """Keep a LimitRange."""
        metadata, spec = limits.metadata, stored.kept(limits.spec)
        self.limit_ranges.setdefault(metadata.namespace, []).append((metadata.name, spec))
        if metadata.name == names.LIMITS:
            self.limits[metadata.namespace] = LimitsSeen(metadata.resource_version, spec, _own_mark(metadata))

    def _add_others_of_owners(self) -> None:
        """Record whom owners' objects give access besides the owner; the owner is known once every kind was read."""
        for space, binding in self.owner_bindings.items():
            other = foreign.owners_binding(space, binding, self._owner(space, binding))
            self._keep_foreign(other, space)
        for space, policy in self.owner_policies.items():
            owner = self._owner(space, policy)
            self._keep_foreign(foreign.owners_policy(space, policy, owner, self._recognition), space)

    def _owner(self, space: str, owned: OwnerObject) -> DeclaredOwner:
        return foreign.declared_owner(self.profiles.get(space), self.namespaces.get(space), owned)

    def _foreign_binding(self, binding: slim.RoleBinding, *, propagated: bool = False) -> None:
        self._take_name(binding.metadata)
        self._keep_foreign(
            foreign.binding(binding, self._recognition, propagated=propagated), binding.metadata.namespace
        )

    def _foreign_policy(self, policy: slim.AuthorizationPolicy, *, propagated: bool = False) -> None:
        self._take_name(policy.metadata)
        found = foreign.policy(policy, self._recognition, propagated=propagated)
        self._keep_foreign(found, policy.metadata.namespace)

    def _keep_foreign(self, giving: ForeignBinding | ForeignPolicy | None, space: str) -> None:
        if giving is None:
            return
        giving, problems = unread.limited(giving, space)
        if problems:
            self.add_unread({space: problems})
        if isinstance(giving, ForeignBinding):
            self.foreign.setdefault(space, []).append(giving)
        else:
            self.foreign_policies.setdefault(space, []).append(giving)

    def _closing_policy(self, policy: slim.AuthorizationPolicy) -> None:
        """Record a policy that closes a namespace; one that somebody changed does not, and has its name."""
        space, name = policy.metadata.namespace, policy.metadata.name
        if policies.is_closed(bytes(policy.spec)):
            self._closed.add(space)
        else:
            self._taken.setdefault(space, set()).add(name)

    def _take_name(self, metadata: slim.Metadata) -> None:
        """Record a name that KFAM could give a contributor's object and that an object has which is not managed."""
        if names.kind_in(metadata.name):
            self._taken.setdefault(metadata.namespace, set()).add(metadata.name)


_PROFILE_GROUP = "kubeflow.org/"
_NO_NOTES: Mapping[str, str] = {}

_TAKE: Mapping[str, Any] = {
    "Profile": Gathering.profile,
    "Namespace": Gathering.namespace,
    "RoleBinding": Gathering.role_binding,
    "AuthorizationPolicy": Gathering.policy,
    "ResourceQuota": Gathering.quota,
    "LimitRange": Gathering.limit_range,
}


def _own_mark(metadata: slim.Metadata) -> str:
    """Return our mark on an object that is not a copy: a copy has that of what it was copied from."""
    return "" if is_propagated(metadata) else mark_of(metadata)


def _owned_by(references: Iterable[slim.OwnerReference] | None) -> str:
    return next((one.name for one in references or () if one.kind == "Profile"), "")


def _is_profile_controller(owner: slim.OwnerReference) -> bool:
    """Whether the profile controller, which looks at group, kind and name, takes an object for its own."""
    return owner.controller and owner.kind == "Profile" and owner.api_version.startswith(_PROFILE_GROUP)


def _subjects(found: list[slim.Subject] | None, person: Person) -> tuple[tuple[str, str, str, str], ...] | None:
    subject = sole_subject(found)
    if (
        subject is not None
        and subject.name == person.name
        and subject.kind == person.kind
        and subject.api_group == names.RBAC_GROUP
        and not subject.namespace
    ):
        return None
    return tuple((one.kind, one.name, one.namespace, one.api_group) for one in unread.some(found))


def _whole(subject: slim.Subject) -> tuple[str, str, str, str]:
    return intern(subject.kind), subject.name, subject.namespace, intern(subject.api_group)


def _owner_object(metadata: slim.Metadata, **content: Any) -> OwnerObject:  # noqa: ANN401 - fields of OwnerObject
    notes, owners = metadata.annotations or _NO_NOTES, metadata.owner_references or ()
    return OwnerObject(
        version=metadata.resource_version,
        user=notes.get("user", ""),
        role=notes.get("role", ""),
        mark=mark_of(metadata),
        owned_by=_owned_by(owners),
        controlled_by=_owned_by(owners) if len(owners) == 1 and _is_profile_controller(owners[0]) else "",
        finalized=bool(metadata.finalizers),
        deleting=metadata.deletion_timestamp is not None,
        uid=metadata.uid,
        **content,
    )
