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

_PEOPLE = ("User", "Group")
_PROGRAM = "ServiceAccount"


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
        person = _by_name(metadata, mark)
        if person is not None:  # nearly all
            return person
        subject = sole_subject(binding.subjects)
        if self.role_of(binding.role_ref) in ROLES:
            person = _annotated_person(metadata, subject)
        if person is None and mark:
            return _by_mark(metadata, subject)
        return person

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
        person = _by_name(metadata, mark)
        if person is not None:  # nearly all
            return person
        if annotated_name(metadata) is not None:
            sole = policies.sole_person(bytes(policy.spec), self._settings)
            person = _annotated_person(metadata, sole)
        if person is None and mark:
            return _by_mark(metadata)
        return person

    def people_bound(self, binding: slim_classes.RoleBinding) -> tuple[Person, ...]:
        """Return the people whom a RoleBinding binds; a ServiceAccount is named `NAMESPACE:NAME`.

        The two ServiceAccounts that the profile controller binds in every profile are left out.
        """
        namespace, name = binding.metadata.namespace, binding.metadata.name
        people = [_as_person(subject, namespace) for subject in binding.subjects or ()]
        controllers = Person(_PROGRAM, f"{namespace}:{name}")
        if name in naming.ACCOUNTS:
            people = [person for person in people if person != controllers]
        return tuple(filter(None, people))

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


def _by_name(metadata: slim_classes.Metadata, mark: str) -> Person | None:
    """Return the person of the annotations, if the object's name is that of a contributor's.

    Without our mark, the name must be exactly the one that KFAM or we would give.
    """
    kind, name = naming.kind_in(metadata.name), annotated_name(metadata)
    if not kind or name is None:
        return None
    person = Person(kind, name)
    if mark or naming.is_name_of(metadata.name, person, metadata.notes["role"]):
        return person
    return None


def _annotated_person(
    metadata: slim_classes.Metadata, candidate: slim_classes.Subject | Person | None
) -> Person | None:
    """Return a user or group as a person, if the annotations have its name."""
    if candidate is None or candidate.name != annotated_name(metadata):
        return None
    return _user_or_group(candidate)


def _by_mark(
    metadata: slim_classes.Metadata, subject: slim_classes.Subject | None = None
) -> Person | None:
    """Return the contributor of an object with our mark, by its subject, name and annotations."""
    kind = naming.kind_in(metadata.name)
    if subject is not None:
        return Person(kind or subject.kind, subject.name)
    notes = metadata.notes
    name = notes.get("user", notes.get("group", ""))
    if kind:
        return Person(kind, name)
    if not name:
        return None
    return Person("Group" if "group" in notes else "User", name)


def _as_person(subject: slim_classes.Subject, space: str) -> Person | None:
    """Return a subject of a RoleBinding in a namespace as a person; None for another kind."""
    if subject.kind == _PROGRAM:
        return Person(_PROGRAM, f"{subject.namespace or space}:{subject.name}")
    return _user_or_group(subject)


def _user_or_group(candidate: slim_classes.Subject | Person) -> Person | None:
    if candidate.kind not in _PEOPLE:
        return None
    return Person(candidate.kind, candidate.name)


def _strongest_last(cluster_roles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the role of each ClusterRole; of two roles the stronger is last."""
    return [(cluster_roles[role], role) for role in ROLES]
