"""The state of a target as values: the few fields of each object that planning reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import msgspec

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import ObjectRef, Person

# the code of what says that ClusterRoles could not be looked for
UNSEEN_ROLES = "unseen-cluster-roles"


class ContributorObject(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the two objects of a contributor have in common.

    Attributes:
        role: what the annotation says.
        mark: the instance whose mark it has, '' for none.
        source: the source that it came from, '' for none.
        finalized: whether somebody can keep it in deletion, where it still gives what it gave.
        uid: its identity: another object of its name has another.
    """

    name: str
    version: str
    person: Person
    role: str
    mark: str
    until: str
    source: str
    deleting: bool
    finalized: bool = False
    uid: str = ""


class Binding(ContributorObject, frozen=True, gc=False, kw_only=True):
    """A contributor's RoleBinding.

    Attributes:
        cluster_role: what it binds to; this counts, not the annotation.
        granted: the role that this ClusterRole stands for; `ClusterRole/NAME` or `Role/NAME` where
            it is none.
        subjects: (kind, name, namespace, apiGroup) of each; None where there is exactly one,
            `person` by RBAC's group.
    """

    kind: ClassVar[str] = "RoleBinding"
    cluster_role: str
    granted: str
    subjects: tuple[tuple[str, str, str, str], ...] | None


class Policy(ContributorObject, frozen=True, gc=False, kw_only=True):
    """A contributor's AuthorizationPolicy; `spec` is its JSON as the server sent it."""

    kind: ClassVar[str] = "AuthorizationPolicy"
    spec: bytes


class ForeignObject(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An unmanaged object that gives access, or an owner's object that lets in others.

    Attributes:
        people: who has access by it; a policy's names may begin or end with `*`, which stands for
            any text.
        annotated: whether it has KFAM's annotations.
        propagated: whether another controller copies it into the namespace.
        deleting: whether it is being deleted.
        finalized: whether it has finalizers, which can keep it in deletion.
        uid: its identity: another object of its name has another.
    """

    kind: ClassVar[str]
    name: str
    version: str
    people: tuple[Person, ...]
    annotated: bool = False
    propagated: bool = False
    deleting: bool = False
    finalized: bool = False
    uid: str = ""


class ForeignBinding(ForeignObject, frozen=True, gc=False, kw_only=True):
    """A RoleBinding that is not managed.

    `role` is admin, edit or view, else `ClusterRole/NAME` or `Role/NAME`.
    """

    kind: ClassVar[str] = "RoleBinding"
    role: str


class ForeignPolicy(ForeignObject, frozen=True, gc=False, kw_only=True):
    """An AuthorizationPolicy that is not managed and lets people in.

    `spec` is its JSON, '' for an owner's.
    """

    kind: ClassVar[str] = "AuthorizationPolicy"
    role: ClassVar[str] = ""
    spec: bytes = b""


class OwnerObject(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The RoleBinding or AuthorizationPolicy of an owner.

    Attributes:
        user, role: what the annotations say, which the profile controller never corrects.
        cluster_role: of a RoleBinding, the name of its ClusterRole, or `Role/NAME`.
        granted: the role that this stands for, as in a Binding.
        subjects: of a RoleBinding, (kind, name, namespace, apiGroup) of everybody who is bound.
        spec: of a policy, its JSON.
        owned_by: the Profile that an ownerReference names.
        controlled_by: the Profile that the only ownerReference names as the controller, '' without
            one. The profile controller sets this reference, and sees changes of an object only by
            it. A wrong uid in it does no harm: Kubernetes deletes such an object, and the
            controller makes it again.
        finalized: whether it has finalizers, which can keep it in deletion.
        deleting: whether it is being deleted.
        uid: its identity: another object of its name has another.
    """

    version: str
    user: str
    role: str
    mark: str
    owned_by: str
    controlled_by: str
    finalized: bool
    deleting: bool
    uid: str
    cluster_role: str = ""
    granted: str = ""
    subjects: tuple[tuple[str, str, str, str], ...] = ()
    spec: bytes = b""

    @property
    def subject(self) -> Person | None:
        """Who is bound: None for a policy, and where there is not exactly one subject."""
        return Person(*self.subjects[0][:2]) if len(self.subjects) == 1 else None

    @property
    def owner(self) -> Person:
        """The person whom it gives access, if that is one person."""
        return self.subject or Person("User", self.user)

    @property
    def namespace(self) -> str:
        """Where the only subject lives; '' for all but a ServiceAccount."""
        return self.subjects[0][2] if len(self.subjects) == 1 else ""

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom a RoleBinding binds."""
        return tuple(Person(kind, name) for kind, name, *_ in self.subjects)

    def people_in(self, space: str) -> tuple[Person, ...]:
        """Return everybody whom a RoleBinding of a namespace binds.

        A ServiceAccount is named `NAMESPACE:NAME`.
        """
        return tuple(
            Person(kind, f"{namespace or space}:{name}" if kind == "ServiceAccount" else name)
            for kind, name, namespace, _ in self.subjects
        )


class MarkedObject(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The object with the marks of a profile: the Profile, or in standalone mode the Namespace."""

    name: str
    version: str
    mark: str
    source: str
    deleting: bool
    uid: str = ""


class ProfileSeen(MarkedObject, frozen=True, gc=False, kw_only=True):
    """A Profile.

    Attributes:
        quota, plugins: JSON, as stored_json.kept returns it.
        sets: the fields of its spec that a document set (see naming.SETS).
        touched: what the profile controller was last woken for (see naming.TOUCHED).
        woken: since when it was to make the owner's objects again (see naming.WOKEN).
        complete: whether the profile controller has made everything once: it adds its finalizer
            last.
    """

    owner: Person | None
    owner_namespace: str
    quota: bytes
    plugins: bytes
    sets: frozenset[str]
    touched: str
    woken: str
    complete: bool


class NamespaceSeen(MarkedObject, frozen=True, gc=False, kw_only=True):
    """A Namespace.

    `owned_by` is the Profile that its ownerReference names, `owner` its annotation.
    """

    owner: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owned_by: str


class QuotaSeen(msgspec.Struct, frozen=True, gc=False):
    """A namespace's ResourceQuota of Kubeflow's name; `spec` is JSON (see stored_json.kept)."""

    version: str
    spec: bytes
    mark: str


class LimitsSeen(msgspec.Struct, frozen=True, gc=False):
    """A namespace's LimitRange of our name; `spec` is JSON (see stored_json.kept)."""

    version: str
    spec: bytes
    mark: str


@dataclass(frozen=True, slots=True)
class Contents:
    """How much runs in a namespace.

    Attributes:
        pods, accounts: how many there are; None where that could not be read.
        why: why not.
    """

    pods: int | None = None
    accounts: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """A frozen picture of a target.

    Attributes:
        bindings, policies: contributors' objects by namespace, then name.
        taken: by namespace, names that could be a contributor's but belong to somebody else's
            object.
        foreign, foreign_policies: by namespace, what gives people access and is not managed.
        owner_bindings, owner_policies, quotas, limits: by namespace.
        holds: the kinds that the target can hold; a folder of manifests for Kubeflow holds no
            Namespace.
        missing_roles: ClusterRoles that contributors are bound to and that do not exist.
        closed: namespaces that hold our policy that lets nobody in.
        unreadable: what could not be read and was passed over.
        unread: by namespace, and for a Profile or Namespace by its name, objects that are not
            looked at as a whole.
        files: for a folder, by namespace, the file of each object in it and of the Namespace,
            whatever its kind.
        limit_ranges: for an export, by namespace, every LimitRange as (name, spec as stored.kept
            returns it).
        own_namespace: the namespace of our own ServiceAccount, '' where that is not known.
        contents: what is in namespaces that the document adopts.
        profile_marks: in standalone mode, the instance whose mark each Profile of Kubeflow has,
            '' for none.
        is_text: whether the target is a folder, where an amount in another spelling is rewritten.
    """

    profiles: Mapping[str, ProfileSeen] = field(default_factory=dict)
    namespaces: Mapping[str, NamespaceSeen] = field(default_factory=dict)
    bindings: Mapping[str, Mapping[str, Binding]] = field(default_factory=dict)
    policies: Mapping[str, Mapping[str, Policy]] = field(default_factory=dict)
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    foreign: Mapping[str, Sequence[ForeignBinding]] = field(default_factory=dict)
    foreign_policies: Mapping[str, Sequence[ForeignPolicy]] = field(default_factory=dict)
    owner_bindings: Mapping[str, OwnerObject] = field(default_factory=dict)
    owner_policies: Mapping[str, OwnerObject] = field(default_factory=dict)
    quotas: Mapping[str, QuotaSeen] = field(default_factory=dict)
    limits: Mapping[str, LimitsSeen] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()
    missing_roles: tuple[str, ...] = ()
    unreadable: tuple[Problem, ...] = ()
    unread: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    limit_ranges: Mapping[str, Sequence[tuple[str, bytes]]] = field(default_factory=dict)
    files: Mapping[str, Mapping[ObjectRef, str]] = field(default_factory=dict)
    is_text: bool = False
    own_namespace: str = ""
    contents: Mapping[str, Contents] = field(default_factory=dict)
    profile_marks: Mapping[str, str] = field(default_factory=dict)

    def declared_owner(self, name: str) -> Person | None:
        """Return the owner whom a Profile names, None without the Profile or its owner."""
        profile = self.profiles.get(name)
        return None if profile is None else profile.owner
