"""Collects the objects of lists, recognizes them, and keeps only the fields for planning."""

from collections.abc import Iterable, Mapping
from typing import Any

from profiles_management.kubeflow.objects import naming, policies, stored_json
from profiles_management.kubeflow.observation import foreign_access, projections, slim_classes
from profiles_management.kubeflow.observation.foreign_access import DeclaredOwner
from profiles_management.kubeflow.observation.propagation import is_propagated
from profiles_management.kubeflow.observation.recognition import Recognition, mark_of
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import unread_objects
from profiles_management.kubeflow.state.observed import (
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
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import ObjectRef, Person


class Observer:
    """Takes objects in any order, each kind from any thread, and returns them as an Observed."""

    def __init__(self, settings: Settings) -> None:
        self._recognition = Recognition(settings)
        self._people: dict[Person, Person] = {}  # each person is one object in memory
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
        """Keep the fields of each object that planning reads; the rest can be freed at once."""
        for stored in objects:
            _TAKE[type(stored)](self, stored)

    def observed(
        self,
        holds: Iterable[str],
        missing_roles: Iterable[str] = (),
        unreadable: Iterable[Problem] = (),
    ) -> Observed:
        """Return the objects; `holds` names the kinds that the target can hold."""
        self._add_others_of_owners()
        return Observed(
            profiles=self.profiles,
            namespaces=self.namespaces,
            bindings=self.bindings,
            policies=self.policies,
            taken={space: frozenset(names) for space, names in self._taken.items()},
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
        for space, unread in problems.items():
            self.unread.setdefault(space, []).extend(unread)

    def join(self, other: "Observer") -> None:
        """Add the objects of another observer, which has other kinds."""
        for name, theirs in vars(other).items():
            mine = getattr(self, name)
            if name == "_recognition":
                continue
            if name == "_taken":
                for space, taken in theirs.items():
                    mine.setdefault(space, set()).update(taken)
            elif name == "unread":
                self.add_unread(theirs)
            else:
                mine.update(theirs)

    def has(self, target: ObjectRef) -> bool:
        """Return whether an object exists; of a namespace's objects only those that are kept."""
        if target.kind == "AuthorizationPolicy" and target.name == naming.OWNER_POLICY:
            return target.parent in self.owner_policies
        if target.kind == "RoleBinding" and target.name == naming.OWNER_BINDING:
            return target.parent in self.owner_bindings
        places: Mapping[str, Mapping[str, Any]] = {
            "Profile": self.profiles,
            "Namespace": self.namespaces,
            "RoleBinding": self.bindings.get(target.parent, {}),
            "AuthorizationPolicy": self.policies.get(target.parent, {}),
            "ResourceQuota": {naming.QUOTA: None} if target.parent in self.quotas else {},
        }
        return target.name in places[target.kind]

    def profile(self, stored: slim_classes.Profile) -> None:
        """Keep a Profile."""
        self.profiles[stored.metadata.name] = projections.profile(stored)

    def namespace(self, stored: slim_classes.Namespace) -> None:
        """Keep a Namespace."""
        self.namespaces[stored.metadata.name] = projections.namespace(stored)

    def role_binding(self, binding: slim_classes.RoleBinding) -> None:
        """Keep a RoleBinding of an owner or a contributor, or one that gives other access."""
        metadata = binding.metadata
        if metadata.name == naming.OWNER_BINDING:
            self.owner_bindings[metadata.namespace] = projections.owner_binding(
                binding, self._recognition
            )
            return
        mark = mark_of(metadata)
        person = self._recognition.person_bound(binding, mark)
        if person is None or is_propagated(metadata):
            self._add_foreign(metadata, foreign_access.binding(binding, self._recognition))
            return
        person = self._people.setdefault(person, person)
        kept = projections.binding(binding, person, mark, self._recognition)
        self.bindings.setdefault(metadata.namespace, {})[metadata.name] = kept

    def policy(self, policy: slim_classes.AuthorizationPolicy) -> None:
        """Keep an AuthorizationPolicy of an owner or a contributor, or one that lets people in."""
        metadata = policy.metadata
        if metadata.name in naming.CLOSING:
            self._closing_policy(policy)
        if metadata.name == naming.OWNER_POLICY:
            self.owner_policies[metadata.namespace] = projections.owner_policy(policy)
            return
        mark = mark_of(metadata)
        person = self._recognition.person_let_in(policy, mark)
        if person is None or is_propagated(metadata):
            self._add_foreign(metadata, foreign_access.policy(policy, self._recognition))
            return
        person = self._people.setdefault(person, person)
        kept = projections.policy(policy, person, mark)
        self.policies.setdefault(metadata.namespace, {})[metadata.name] = kept

    def quota(self, quota: slim_classes.ResourceQuota) -> None:
        """Keep a ResourceQuota with Kubeflow's name."""
        metadata = quota.metadata
        if metadata.name == naming.QUOTA:
            self.quotas[metadata.namespace] = QuotaSeen(
                metadata.resource_version, stored_json.kept(quota.spec), _own_mark(metadata)
            )

    def limit_range(self, limits: slim_classes.LimitRange) -> None:
        """Keep a LimitRange."""
        metadata, spec = limits.metadata, stored_json.kept(limits.spec)
        self.limit_ranges.setdefault(metadata.namespace, []).append((metadata.name, spec))
        if metadata.name == naming.LIMITS:
            self.limits[metadata.namespace] = LimitsSeen(
                metadata.resource_version, spec, _own_mark(metadata)
            )

    def _add_others_of_owners(self) -> None:
        """Record the other people of owners' objects, after every kind was read."""
        for space, binding in self.owner_bindings.items():
            other = foreign_access.owners_binding(space, binding, self._owner(space, binding))
            self._keep_foreign(other, space)
        for space, policy in self.owner_policies.items():
            owner = self._owner(space, policy)
            self._keep_foreign(
                foreign_access.owners_policy(space, policy, owner, self._recognition), space
            )

    def _owner(self, space: str, owned: OwnerObject) -> DeclaredOwner:
        return foreign_access.declared_owner(
            self.profiles.get(space), self.namespaces.get(space), owned
        )

    def _add_foreign(
        self, metadata: slim_classes.Metadata, giving: ForeignBinding | ForeignPolicy | None
    ) -> None:
        """Record an unmanaged object, and its name if KFAM could give it to a contributor's."""
        if naming.kind_in(metadata.name):
            self._taken.setdefault(metadata.namespace, set()).add(metadata.name)
        self._keep_foreign(giving, metadata.namespace)

    def _keep_foreign(self, giving: ForeignBinding | ForeignPolicy | None, space: str) -> None:
        if giving is None:
            return
        giving, problems = unread_objects.limited(giving, space)
        if problems:
            self.add_unread({space: problems})
        if isinstance(giving, ForeignBinding):
            self.foreign.setdefault(space, []).append(giving)
        else:
            self.foreign_policies.setdefault(space, []).append(giving)

    def _closing_policy(self, policy: slim_classes.AuthorizationPolicy) -> None:
        """Record a policy that closes a namespace; a changed one only occupies its name."""
        space, name = policy.metadata.namespace, policy.metadata.name
        if policies.is_closed(bytes(policy.spec)):
            self._closed.add(space)
        else:
            self._taken.setdefault(space, set()).add(name)


_TAKE: Mapping[type[Any], Any] = {
    slim_classes.Profile: Observer.profile,
    slim_classes.Namespace: Observer.namespace,
    slim_classes.RoleBinding: Observer.role_binding,
    slim_classes.AuthorizationPolicy: Observer.policy,
    slim_classes.ResourceQuota: Observer.quota,
    slim_classes.LimitRange: Observer.limit_range,
}


def _own_mark(metadata: slim_classes.Metadata) -> str:
    """Return our mark on an object; a copy has the mark of its original, which does not count."""
    if is_propagated(metadata):
        return ""
    return mark_of(metadata)
