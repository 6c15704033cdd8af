"""From one object of a list to the few fields of it that planning reads. Pure."""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any

from profiles_management.kubeflow.objects import naming, stored_json
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.recognition import (
    Recognition,
    bound_to,
    mark_of,
    sole_subject,
)
from profiles_management.kubeflow.state import unread_objects
from profiles_management.kubeflow.state.observed import (
    Binding,
    NamespaceSeen,
    OwnerObject,
    Policy,
    ProfileSeen,
)
from profiles_management.reconcile.plan import Person

_PROFILE_GROUP = "kubeflow.org/"
_NO_NOTES: Mapping[str, str] = {}


def profile(one: slim_classes.Profile) -> ProfileSeen:
    """Return what planning reads of a Profile."""
    spec, notes = one.spec or slim_classes.ProfileSpec(), one.metadata.annotations or _NO_NOTES
    owner = spec.owner
    return ProfileSeen(
        name=one.metadata.name,
        uid=one.metadata.uid,
        version=one.metadata.resource_version,
        owner=Person(owner.kind, owner.name) if owner else None,
        owner_namespace=owner.namespace if owner else "",
        quota=stored_json.kept(spec.resource_quota_spec),
        plugins=stored_json.kept(spec.plugins),
        mark=mark_of(one.metadata),
        source=intern(notes.get(naming.SOURCE, "")),
        sets=frozenset(filter(None, notes.get(naming.SETS, "").split(","))),
        touched=notes.get(naming.TOUCHED, ""),
        woken=notes.get(naming.WOKEN, ""),
        complete=naming.FINALIZER in (one.metadata.finalizers or ()),
        deleting=one.metadata.deletion_timestamp is not None,
    )


def namespace(one: slim_classes.Namespace) -> NamespaceSeen:
    """Return what planning reads of a Namespace."""
    notes = one.metadata.annotations or {}
    return NamespaceSeen(
        name=one.metadata.name,
        uid=one.metadata.uid,
        version=one.metadata.resource_version,
        owner=notes.get(naming.OWNER, ""),
        labels=one.metadata.labels or {},
        annotations=notes,
        owned_by=_owned_by(one.metadata.owner_references),
        mark=mark_of(one.metadata),
        source=intern(notes.get(naming.SOURCE, "")),
        deleting=one.metadata.deletion_timestamp is not None,
    )


def binding(
    one: slim_classes.RoleBinding, person: Person, mark: str, recognition: Recognition
) -> Binding:
    """Return what planning reads of a RoleBinding that is a contributor's.

    Args:
        person: whose it is, see Recognition.person_bound.
        mark: see mark_of.
    """
    metadata = one.metadata
    notes = metadata.annotations or _NO_NOTES
    return Binding(
        name=metadata.name,
        version=metadata.resource_version,
        person=person,
        role=intern(notes.get("role", "")),
        cluster_role=intern(bound_to(one.role_ref)),
        granted=recognition.role_of(one.role_ref),
        subjects=_subjects(one.subjects, person),
        mark=mark,
        until=notes.get(naming.UNTIL, ""),
        source=intern(notes.get(naming.SOURCE, "")),
        deleting=metadata.deletion_timestamp is not None,
        finalized=bool(metadata.finalizers),
        uid=metadata.uid,
    )


def policy(one: slim_classes.AuthorizationPolicy, person: Person, mark: str) -> Policy:
    """Return what planning reads of an AuthorizationPolicy that is a contributor's; see `binding`."""
    metadata = one.metadata
    notes = metadata.annotations or _NO_NOTES
    return Policy(
        name=metadata.name,
        version=metadata.resource_version,
        person=person,
        role=intern(notes.get("role", "")),
        spec=stored_json.kept(one.spec),
        mark=mark,
        until=notes.get(naming.UNTIL, ""),
        source=intern(notes.get(naming.SOURCE, "")),
        deleting=metadata.deletion_timestamp is not None,
        finalized=bool(metadata.finalizers),
        uid=metadata.uid,
    )


def owner_binding(one: slim_classes.RoleBinding, recognition: Recognition) -> OwnerObject:
    """Return what planning reads of the RoleBinding of an owner."""
    return _owner_object(
        one.metadata,
        cluster_role=intern(bound_to(one.role_ref)),
        granted=recognition.role_of(one.role_ref),
        subjects=tuple(map(_whole, one.subjects or ())),
    )


def owner_policy(one: slim_classes.AuthorizationPolicy) -> OwnerObject:
    """Return what planning reads of the AuthorizationPolicy of an owner."""
    return _owner_object(one.metadata, spec=bytes(one.spec))


def _owner_object(metadata: slim_classes.Metadata, **content: Any) -> OwnerObject:  # noqa: ANN401 - fields of OwnerObject
    notes, owners = metadata.annotations or _NO_NOTES, metadata.owner_references or ()
    return OwnerObject(
        version=metadata.resource_version,
        user=notes.get("user", ""),
        role=notes.get("role", ""),
        mark=mark_of(metadata),
        owned_by=_owned_by(owners),
        controlled_by=_owned_by(owners)
        if len(owners) == 1 and _is_profile_controller(owners[0])
        else "",
        finalized=bool(metadata.finalizers),
        deleting=metadata.deletion_timestamp is not None,
        uid=metadata.uid,
        **content,
    )


def _owned_by(references: Iterable[slim_classes.OwnerReference] | None) -> str:
    return next(
        (reference.name for reference in references or () if reference.kind == "Profile"), ""
    )


def _is_profile_controller(owner: slim_classes.OwnerReference) -> bool:
    """Whether the profile controller, which looks at group, kind and name, takes an object for its own."""
    return (
        owner.controller
        and owner.kind == "Profile"
        and owner.api_version.startswith(_PROFILE_GROUP)
    )


def _subjects(
    found: list[slim_classes.Subject] | None, person: Person
) -> tuple[tuple[str, str, str, str], ...] | None:
    """Return the subjects of a contributor's RoleBinding, None where they are as they should be."""
    subject = sole_subject(found)
    if (
        subject is not None
        and subject.name == person.name
        and subject.kind == person.kind
        and subject.api_group == naming.RBAC_GROUP
        and not subject.namespace
    ):
        return None
    return tuple(
        (one.kind, one.name, one.namespace, one.api_group) for one in unread_objects.some(found)
    )


def _whole(subject: slim_classes.Subject) -> tuple[str, str, str, str]:
    return intern(subject.kind), subject.name, subject.namespace, intern(subject.api_group)
