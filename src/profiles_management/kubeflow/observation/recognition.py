"""Whose a RoleBinding or AuthorizationPolicy is, by what it says: a contributor's, or somebody's by another way. Pure.

KFAM and the dashboard count a RoleBinding as a contributor's by its annotations `user` and `role`,
whatever its name. Source: kubeflow/dashboard, access-management/kfam/bindings.go (List).
"""

from collections.abc import Mapping, Sequence
from sys import intern

import msgspec

from profiles_management.kubeflow.objects import naming, policies
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.settings import KUBEFLOW_ROLES, Settings
from profiles_management.kubeflow.state.access_state import ROLES
from profiles_management.reconcile.plan import Person

_NO_NOTES: Mapping[str, str] = {}
_PEOPLE = ("User", "Group")


class Recognition:
    """Recognizes objects under some settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._owners_alone: dict[bytes, bool] = {}
        self._roles = dict(_strongest_last(KUBEFLOW_ROLES)) | dict(
            _strongest_last(settings.cluster_roles)
        )

    def role_of(self, reference: slim_classes.RoleReference) -> str:
        """Return admin, edit or view for their ClusterRoles, `ClusterRole/NAME` or `Role/NAME` for others."""
        role = self._roles.get(reference.name) if reference.kind == "ClusterRole" else None
        return role or intern(f"{reference.kind}/{reference.name}")

    def person_bound(self, binding: slim_classes.RoleBinding, mark: str) -> Person | None:
        """Return whose contributor's RoleBinding it is, None where it is not managed.

        That is one with KFAM's annotations that binds exactly the user or group that they name to
        one of the three roles. One under the name that KFAM or we would give is its contributor's
        too although somebody edited it, and one with our mark although it lost its annotations.

        Args:
            mark: see mark_of.
        """
        metadata = binding.metadata
        kind, named = naming.kind_in(metadata.name), annotated_name(metadata)
        if mark and kind and named is not None:  # nearly all
            return Person(kind, named)
        subject = sole_subject(binding.subjects)
        by_content = None
        if subject is not None and subject.name == named and subject.kind in _PEOPLE:
            by_content = Person(subject.kind, subject.name)
        if self.role_of(binding.role_ref) not in ROLES:
            by_content = None
        return (
            _by_name(metadata, kind, named)
            or by_content
            or (_by_mark(metadata, kind, subject) if mark else None)
        )

    def person_let_in(self, policy: slim_classes.AuthorizationPolicy, mark: str) -> Person | None:
        """Return whose contributor's AuthorizationPolicy it is, None where it is not managed.

        That is one with KFAM's annotations under the name that KFAM or we would give, or one that
        lets in exactly whom they name; and one with our mark although somebody edited it.

        Args:
            mark: see mark_of.
        """
        metadata = policy.metadata
        kind, named = naming.kind_in(metadata.name), annotated_name(metadata)
        if mark and kind and named is not None:  # nearly all
            return Person(kind, named)
        person = _by_name(metadata, kind, named)
        if person is None and named is not None:
            sole = policies.sole_person(bytes(policy.spec), self._settings)
            person = sole if sole is not None and sole.name == named else None
        return person or (_by_mark(metadata, kind, None) if mark else None)

    def people_bound(self, binding: slim_classes.RoleBinding) -> tuple[Person, ...]:
        """Return whom a RoleBinding binds; a ServiceAccount is named `NAMESPACE:NAME`.

        The profile controller's own two accounts, which it binds in every profile, are left out.
        """
        space, name = binding.metadata.namespace, binding.metadata.name
        own = Person("ServiceAccount", f"{space}:{name}") if name in naming.ACCOUNTS else None
        people = (_as_person(subject, space) for subject in binding.subjects or ())
        return tuple(person for person in people if person is not None and person != own)

    def people_let_in(self, policy: slim_classes.AuthorizationPolicy) -> tuple[Person, ...]:
        """Return the people whom a policy lets in by name, see policies.people_let_in."""
        return policies.people_let_in(bytes(policy.spec), self._settings)

    def people_of_owners_policy(self, spec: bytes) -> tuple[Person, ...]:
        """Return whom an owner's policy lets in, see policies.people_of_owners_policy."""
        return policies.people_of_owners_policy(spec, self._settings)

    def lets_in_only(self, owner: str, space: str, spec: bytes) -> bool:
        """Return whether an owner's policy lets in the user `owner` and nobody else.

        Nearly all are alike but for the names of their owner and namespace, so each kind is read
        once.
        """
        if "*" in owner or any(owner in gateway for gateway in self._settings.gateways):
            return self.people_of_owners_policy(spec) == (Person("User", owner),)
        shape = spec.replace(_sole_value(self._settings.userid_prefix + owner), b"owner")
        shape = shape.replace(_sole_value(space), b"namespace")
        if shape not in self._owners_alone:
            self._owners_alone[shape] = self.people_of_owners_policy(spec) == (
                Person("User", owner),
            )
        return self._owners_alone[shape]


def _sole_value(text: str) -> bytes:
    """Return a condition's values as JSON where there is one; quotes inside a string are escaped, so nothing else."""
    return b'"values":[' + msgspec.json.encode(text) + b"]"


def annotated_name(metadata: slim_classes.Metadata) -> str | None:
    """Return whom KFAM's annotations name, None where one of the two is missing."""
    notes = metadata.annotations
    if notes is None or "role" not in notes:
        return None
    return notes.get("user", notes.get("group"))


def mark_of(metadata: slim_classes.Metadata) -> str:
    """Return the instance whose mark an object has, '' for none."""
    labels = metadata.labels
    if not labels or labels.get(naming.MANAGED_BY) != naming.MANAGER:
        return ""
    return intern(labels.get(naming.INSTANCE, ""))


def bound_to(reference: slim_classes.RoleReference) -> str:
    """Return the name of a ClusterRole, or `Role/NAME`."""
    return (
        reference.name if reference.kind == "ClusterRole" else f"{reference.kind}/{reference.name}"
    )


def sole_subject(subjects: Sequence[slim_classes.Subject] | None) -> slim_classes.Subject | None:
    """Return the subject of a RoleBinding that has exactly one."""
    return subjects[0] if subjects is not None and len(subjects) == 1 else None


def _by_name(metadata: slim_classes.Metadata, kind: str, named: str | None) -> Person | None:
    """Return whom the annotations name, where the object's name is the one that KFAM or we would give for them."""
    if not kind or named is None:
        return None
    person, role = Person(kind, named), (metadata.annotations or _NO_NOTES).get("role", "")
    return person if naming.is_name_of(metadata.name, person, role) else None


def _by_mark(
    metadata: slim_classes.Metadata, kind: str, subject: slim_classes.Subject | None
) -> Person | None:
    """Return whose object with our mark it is, as far as what is left of it tells."""
    if subject is not None:
        return Person(kind or subject.kind, subject.name)
    notes = metadata.annotations or _NO_NOTES
    left = notes.get("user", notes.get("group", ""))
    if kind:
        return Person(kind, left)
    if not left:
        return None
    return Person("Group" if "group" in notes else "User", left)


def _as_person(subject: slim_classes.Subject, space: str) -> Person | None:
    if subject.kind == "ServiceAccount":
        return Person("ServiceAccount", f"{subject.namespace or space}:{subject.name}")
    return Person(subject.kind, subject.name) if subject.kind in _PEOPLE else None


def _strongest_last(cluster_roles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the role of each ClusterRole; where two roles share one, the stronger comes last and counts."""
    return [(cluster_roles[role], role) for role in ROLES]
