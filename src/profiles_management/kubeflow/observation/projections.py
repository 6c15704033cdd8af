"""The fields of each object of a list that planning reads. Pure."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from sys import intern
from typing import Any

from profiles_management.kubeflow.objects import naming, stored_json
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.recognition import (
    Recognition,
    bound_to,
    mark_of,
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

_WHOLE = attrgetter("kind", "name", "namespace", "api_group")
_PROFILE_GROUP = f"{naming.PROFILE_GROUP}/"


def profile(stored: slim_classes.Profile) -> ProfileSeen:
    """Return the fields of a Profile that planning reads."""
    metadata, spec = stored.metadata, stored.spec or slim_classes.ProfileSpec()
    notes, owner = metadata.notes, spec.owner
    return ProfileSeen(
        name=metadata.name,
        uid=metadata.uid,
        version=metadata.resource_version,
        owner=Person(owner.kind, owner.name) if owner else None,
        owner_namespace=owner.namespace if owner else "",
        quota=stored_json.kept(spec.resource_quota_spec),
        plugins=stored_json.kept(spec.plugins),
        mark=mark_of(metadata),
        source=intern(notes.get(naming.SOURCE, "")),
        sets=frozenset(filter(None, notes.get(naming.SETS, "").split(","))),
        touched=notes.get(naming.TOUCHED, ""),
        woken=notes.get(naming.WOKEN, ""),
        complete=naming.FINALIZER in (metadata.finalizers or ()),
        deleting=metadata.deletion_timestamp is not None,
    )


def namespace(stored: slim_classes.Namespace) -> NamespaceSeen:
    """Return the fields of a Namespace that planning reads."""
    metadata, notes = stored.metadata, stored.metadata.notes
    return NamespaceSeen(
        name=metadata.name,
        uid=metadata.uid,
        version=metadata.resource_version,
        owner=notes.get(naming.OWNER, ""),
        labels=metadata.labels or {},
        annotations=notes,
        owned_by=_owned_by(metadata.owners),
        mark=mark_of(metadata),
        source=intern(notes.get(naming.SOURCE, "")),
        deleting=metadata.deletion_timestamp is not None,
    )


def binding(
    stored: slim_classes.RoleBinding, person: Person, mark: str, recognition: Recognition
) -> Binding:
    """Return the fields of a contributor's RoleBinding that planning reads.

    Args:
        stored: the RoleBinding.
        person: its contributor, see Recognition.person_bound.
        mark: see mark_of.
    """
    metadata = stored.metadata
    notes = metadata.notes
    return Binding(
        name=metadata.name,
        version=metadata.resource_version,
        person=person,
        role=intern(notes.get("role", "")),
        cluster_role=intern(bound_to(stored.role_ref)),
        granted=recognition.role_of(stored.role_ref),
        subjects=_subjects(stored.subjects, person),
        mark=mark,
        until=notes.get(naming.UNTIL, ""),
        source=intern(notes.get(naming.SOURCE, "")),
        deleting=metadata.deletion_timestamp is not None,
        finalized=bool(metadata.finalizers),
        uid=metadata.uid,
    )


def policy(stored: slim_classes.AuthorizationPolicy, person: Person, mark: str) -> Policy:
    """Return the fields of a contributor's AuthorizationPolicy; see `binding`."""
    metadata = stored.metadata
    notes = metadata.notes
    return Policy(
        name=metadata.name,
        version=metadata.resource_version,
        person=person,
        role=intern(notes.get("role", "")),
        spec=stored_json.kept(stored.spec),
        mark=mark,
        until=notes.get(naming.UNTIL, ""),
        source=intern(notes.get(naming.SOURCE, "")),
        deleting=metadata.deletion_timestamp is not None,
        finalized=bool(metadata.finalizers),
        uid=metadata.uid,
    )


def owner_binding(stored: slim_classes.RoleBinding, recognition: Recognition) -> OwnerObject:
    """Return the fields of an owner's RoleBinding that planning reads."""
    return _owner_object(
        stored.metadata,
        cluster_role=intern(bound_to(stored.role_ref)),
        granted=recognition.role_of(stored.role_ref),
        subjects=tuple(map(_whole, stored.subjects or ())),
    )


def owner_policy(stored: slim_classes.AuthorizationPolicy) -> OwnerObject:
    """Return the fields of an owner's AuthorizationPolicy that planning reads."""
    return _owner_object(stored.metadata, spec=bytes(stored.spec))


def _owner_object(metadata: slim_classes.Metadata, **content: Any) -> OwnerObject:  # noqa: ANN401
    notes, owners = metadata.notes, metadata.owners
    return OwnerObject(
        version=metadata.resource_version,
        user=notes.get("user", ""),
        role=notes.get("role", ""),
        mark=mark_of(metadata),
        owned_by=_owned_by(owners),
        controlled_by=_controlled_by(owners),
        finalized=bool(metadata.finalizers),
        deleting=metadata.deletion_timestamp is not None,
        uid=metadata.uid,
        **content,
    )


def _owned_by(references: Iterable[slim_classes.OwnerReference]) -> str:
    """Return the name of the Profile that owns an object, '' for none."""
    return next((owner.name for owner in references if owner.kind == "Profile"), "")


def _controlled_by(references: Sequence[slim_classes.OwnerReference]) -> str:
    """Return the Profile whose controller updates an object, '' for none.

    The profile controller compares the group, the kind and the name of the only owner.
    """
    if len(references) != 1:
        return ""
    owner = references[0]
    if owner.kind != "Profile" or not owner.api_version.startswith(_PROFILE_GROUP):
        return ""
    return owner.name if owner.controller else ""


def _subjects(
    subjects: list[slim_classes.Subject] | None, person: Person
) -> tuple[tuple[str, str, str, str], ...] | None:
    """Return the subjects of a contributor's RoleBinding; None for exactly the person."""
    usual = slim_classes.Subject(person.kind, person.name, "", naming.RBAC_GROUP)
    if subjects == [usual]:
        return None
    return tuple(map(_WHOLE, unread_objects.some(subjects)))


def _whole(subject: slim_classes.Subject) -> tuple[str, str, str, str]:
    return intern(subject.kind), subject.name, subject.namespace, intern(subject.api_group)
