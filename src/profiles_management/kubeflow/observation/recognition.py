"""Recognition of contributors' RoleBindings and AuthorizationPolicies by their content. Pure.

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
        """Return admin, edit or view; `ClusterRole/NAME` or `Role/NAME` for other roles."""
        role = self._roles.get(reference.name)
        if role is not None and reference.kind == "ClusterRole":
            return role
        return intern(f"{reference.kind}/{reference.name}")

    def person_bound(self, binding: slim_classes.RoleBinding, mark: str) -> Person | None:
        """Return the contributor of a RoleBinding, None where it is not managed.

        A contributor's RoleBinding has KFAM's annotations, and binds exactly the user or group that
        they name to one of the three roles. If somebody changed it, its name still counts, as KFAM
        or we would give it; and our mark still counts if it lost its annotations.

        Args:
            binding: the RoleBinding.
            mark: see mark_of.
        """
        metadata = binding.metadata
        kind, named = naming.kind_in(metadata.name), annotated_name(metadata)
        if mark and kind and named is not None:  # nearly all
            return Person(kind, named)
        by_name = _by_name(metadata, kind, named)
        if by_name is not None:
            return by_name
        subject = sole_subject(binding.subjects)
        if subject is not None and subject.name == named and self._binds_role(binding, subject):
            return Person(subject.kind, subject.name)
        return _by_mark(metadata, kind, subject) if mark else None

    def _binds_role(self, binding: slim_classes.RoleBinding, subject: slim_classes.Subject) -> bool:
        """Return whether a RoleBinding binds a user or group to one of the three roles."""
        return subject.kind in _PEOPLE and self.role_of(binding.role_ref) in ROLES

    def person_let_in(self, policy: slim_classes.AuthorizationPolicy, mark: str) -> Person | None:
        """Return the contributor of an AuthorizationPolicy, None where it is not managed.

        A contributor's policy has KFAM's annotations, and either the name that KFAM or we would
        give, or it lets in exactly the person whom they name. If somebody changed it, our mark
        still counts.

        Args:
            policy: the AuthorizationPolicy.
            mark: see mark_of.
        """
        metadata = policy.metadata
        kind, named = naming.kind_in(metadata.name), annotated_name(metadata)
        if mark and kind and named is not None:  # nearly all
            return Person(kind, named)
        by_name = _by_name(metadata, kind, named)
        if by_name is not None:
            return by_name
        if named is not None:
            sole = policies.sole_person(bytes(policy.spec), self._settings)
            if sole is not None and sole.name == named:
                return sole
        return _by_mark(metadata, kind, None) if mark else None

    def people_bound(self, binding: slim_classes.RoleBinding) -> tuple[Person, ...]:
        """Return the people whom a RoleBinding binds; a ServiceAccount is named `NAMESPACE:NAME`.

        The two ServiceAccounts that the profile controller binds in every profile are left out.
        """
        namespace, name = binding.metadata.namespace, binding.metadata.name
        left_out: set[Person | None] = {None}
        if name in naming.ACCOUNTS:
            left_out.add(Person("ServiceAccount", f"{namespace}:{name}"))
        people = (_as_person(subject, namespace) for subject in binding.subjects or ())
        return tuple(person for person in people if person and person not in left_out)

    def people_let_in(self, policy: slim_classes.AuthorizationPolicy) -> tuple[Person, ...]:
        """Return the people whom a policy lets in by name, see policies.people_let_in."""
        return policies.people_let_in(bytes(policy.spec), self._settings)

    def people_of_owners_policy(self, spec: bytes) -> tuple[Person, ...]:
        """Return the people of an owner's policy, see policies.people_of_owners_policy."""
        return policies.people_of_owners_policy(spec, self._settings)

    def lets_in_only(self, owner: str, space: str, spec: bytes) -> bool:
        """Return whether an owner's policy lets in the user `owner` and nobody else.

        Nearly all policies differ only in the names of the owner and the namespace, so each form is
        evaluated once.
        """
        if "*" in owner or any(owner in gateway for gateway in self._settings.gateways):
            return self._lets_in_only(owner, spec)
        form = spec.replace(_sole_value(self._settings.userid_prefix + owner), b"owner")
        form = form.replace(_sole_value(space), b"namespace")
        if form not in self._owners_alone:
            self._owners_alone[form] = self._lets_in_only(owner, spec)
        return self._owners_alone[form]

    def _lets_in_only(self, owner: str, spec: bytes) -> bool:
        return self.people_of_owners_policy(spec) == (Person("User", owner),)


def _sole_value(text: str) -> bytes:
    """Return the values of a condition with one value, as JSON.

    Quotes inside a string are escaped in JSON, so the result occurs nowhere else.
    """
    return b'"values":[' + msgspec.json.encode(text) + b"]"


def annotated_name(metadata: slim_classes.Metadata) -> str | None:
    """Return the name in KFAM's annotations, None where one of the two is missing."""
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
    if reference.kind == "ClusterRole":
        return reference.name
    return f"{reference.kind}/{reference.name}"


def sole_subject(subjects: Sequence[slim_classes.Subject] | None) -> slim_classes.Subject | None:
    """Return the subject of a RoleBinding that has exactly one."""
    if subjects is None or len(subjects) != 1:
        return None
    return subjects[0]


def _by_name(metadata: slim_classes.Metadata, kind: str, named: str | None) -> Person | None:
    """Return the person of the annotations, if KFAM or we would give the object its name."""
    if not kind or named is None:
        return None
    person, role = Person(kind, named), (metadata.annotations or _NO_NOTES).get("role", "")
    if not naming.is_name_of(metadata.name, person, role):
        return None
    return person


def _by_mark(
    metadata: slim_classes.Metadata, kind: str, subject: slim_classes.Subject | None
) -> Person | None:
    """Return the contributor of an object with our mark, by its subject, name and annotations."""
    if subject is not None:
        return Person(kind or subject.kind, subject.name)
    notes = metadata.annotations or _NO_NOTES
    name = notes.get("user", notes.get("group", ""))
    if kind:
        return Person(kind, name)
    if not name:
        return None
    return Person("Group" if "group" in notes else "User", name)


def _as_person(subject: slim_classes.Subject, space: str) -> Person | None:
    if subject.kind == "ServiceAccount":
        return Person("ServiceAccount", f"{subject.namespace or space}:{subject.name}")
    if subject.kind not in _PEOPLE:
        return None
    return Person(subject.kind, subject.name)


def _strongest_last(cluster_roles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the role of each ClusterRole; of two roles the stronger is last."""
    return [(cluster_roles[role], role) for role in ROLES]
