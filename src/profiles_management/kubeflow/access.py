"""Who may do what where: everybody with a role in a profile, as the cluster has it."""

from collections.abc import Iterator
from dataclasses import dataclass

from profiles_management.kubeflow.held import Held
from profiles_management.kubeflow.observed import Binding, Observed
from profiles_management.kubeflow.people import held_in
from profiles_management.kubeflow.plan import room_of
from profiles_management.kubeflow.settings import Settings
from profiles_management.reconcile.plan import Person


@dataclass(frozen=True, slots=True, order=True)
class AccessEntry:
    """One role of one person in one profile.

    Attributes:
        role: admin, edit or view; the name of a ClusterRole of another kind; '' for one who passes the mesh alone.
        until: when it ends, '' for never.
        owner: whether they have it as the owner.
        managed: whether a document says so; False for a RoleBinding that somebody made for another purpose.
    """

    profile: str
    person: Person
    role: str
    until: str = ""
    owner: bool = False
    managed: bool = True


def entries(observed: Observed, settings: Settings) -> tuple[AccessEntry, ...]:
    """Return who has which role where, and until when, sorted by profile and person."""
    roles = {cluster_role: role for role, cluster_role in settings.cluster_roles.items()}
    found: list[AccessEntry] = []
    for name in observed.namespaces if settings.standalone else observed.profiles:
        found += _owner(name, observed)
        for person, held in held_in(room_of(name, observed)).items():
            found += _contributor(name, person, held, roles)
        found += _foreign(name, observed, roles)
    return tuple(sorted(found))


def _owner(name: str, observed: Observed) -> Iterator[AccessEntry]:
    seen, bound = observed.profiles.get(name), observed.owner_bindings.get(name)
    person = (
        bound.subject if bound is not None and bound.subject is not None else seen.owner if seen is not None else None
    )
    if person is not None:
        yield AccessEntry(name, person, "admin", owner=True)


def _contributor(name: str, person: Person, held: Held, roles: dict[str, str]) -> Iterator[AccessEntry]:
    for binding in held.bindings:
        role = roles.get(binding.cluster_role, binding.cluster_role)
        for subject in _subjects(binding):
            yield AccessEntry(name, subject, role, binding.until)
    if not held.bindings and person.name:
        yield AccessEntry(name, person, "", held.policies[0].until)


def _foreign(name: str, observed: Observed, roles: dict[str, str]) -> Iterator[AccessEntry]:
    for one in observed.foreign.get(name, ()):
        for person in one.people:
            yield AccessEntry(name, person, roles.get(one.cluster_role, one.cluster_role), managed=False)


def _subjects(binding: Binding) -> list[Person]:
    if binding.subjects is None:
        return [binding.person]
    return [Person(kind, name) for kind, name, _, _ in binding.subjects]
