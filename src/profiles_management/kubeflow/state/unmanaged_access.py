"""Access by objects that are not managed: who has it by which object. Pure."""

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import NamedTuple

from profiles_management.kubeflow.objects import document_people, policy_rules
from profiles_management.kubeflow.state.observed import ForeignBinding, ForeignPolicy, Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile.plan import Person

_EVERYBODY = ("authenticated", "unauthenticated", "serviceaccounts")
_GROUPS_OF_EVERYBODY = frozenset(Person("Group", f"system:{name}") for name in _EVERYBODY)
_EVERYBODYS_NAMES = (*_EVERYBODY, "anonymous")

Foreign = ForeignBinding | ForeignPolicy


class UnmanagedAccess(NamedTuple):
    """What one person has by one object that is not managed.

    Attributes:
        person: a person, a group, or for a policy that names nobody `Person("User", "*")`.
        role: admin, edit, view, `ClusterRole/NAME` or `Role/NAME`; '' by an AuthorizationPolicy.
    """

    person: Person
    kind: str
    name: str
    role: str
    propagated: bool


def exists(name: str, observed: Observed) -> bool:
    """Return whether anything in a namespace gives access without being managed."""
    return name in observed.foreign or name in observed.foreign_policies


def foreign_objects(name: str, observed: Observed) -> Iterator[Foreign]:
    """Yield the objects in a namespace that give access and are not managed, RoleBindings first."""
    yield from observed.foreign.get(name, ())
    yield from observed.foreign_policies.get(name, ())


def accesses(objects: Iterable[Foreign]) -> list[UnmanagedAccess]:
    """Return the access that objects give, sorted.

    A RoleBinding and a policy of one name are a pair: the policy gives nothing beyond the role.
    """
    every = set(chain.from_iterable(map(_accesses_by, objects)))
    bound = {(access.person, access.name) for access in every if access.role}
    return sorted(
        access for access in every if access.role or (access.person, access.name) not in bound
    )


def _accesses_by(item: Foreign) -> Iterator[UnmanagedAccess]:
    for person in item.people:
        yield UnmanagedAccess(_as_user(person), item.kind, item.name, item.role, item.propagated)


def _as_user(person: Person) -> Person:
    """Return a subject as a document names it: a ServiceAccount has a name as a user."""
    if person.kind != "ServiceAccount":
        return person
    return Person("User", f"system:serviceaccount:{person.name}")


def from_outside(name: str, objects: Iterable[Foreign]) -> list[UnmanagedAccess]:
    """Return the access that objects give to others than what runs in the namespace itself."""
    own = f"system:serviceaccount:{name}:"
    return [access for access in accesses(objects) if not access.person.name.startswith(own)]


def of_people(
    objects: Iterable[Foreign], near: Collection[Person], document: Collection[Person]
) -> list[UnmanagedAccess]:
    """Return the access that objects give to some people, or to everybody, sorted.

    Args:
        near: people who are also compared with names that stand for any text at their beginning or
            end.
        document: further people.
    """
    result: set[UnmanagedAccess] = set()
    named = {*near, *document, *_GROUPS_OF_EVERYBODY}
    for access in accesses(objects):
        if access.person in named or access.person.name == policy_rules.ANYBODY:
            result.add(access)
        elif access.kind == "AuthorizationPolicy":
            people = filter(partial(_fits, pattern=access.person), near)
            result.update(access._replace(person=person) for person in people)
    return sorted(result)


def _fits(person: Person, pattern: Person) -> bool:
    return person.kind == pattern.kind and policy_rules.matches(pattern.name, person.name)


def people_of_copies(name: str, observed: Observed) -> set[Person]:
    """Return the users and groups who have access by objects that a controller copies.

    Those stay also where foreign access is revoked. Anybody who may edit an object can make it look
    like a copy.
    """
    people: set[Person] = set()
    for item in foreign_objects(name, observed):
        if item.propagated:
            people.update(filter(is_person, item.people))
    return people


def is_person(person: Person) -> bool:
    """Return whether a subject is a user or a group, or includes everybody; others are programs."""
    if person.kind == "ServiceAccount":
        return False
    prefix, _, rest = person.name.partition(":")
    return prefix != "system" or rest in _EVERYBODYS_NAMES


def people_of(pmr: ProfilesManagementRepresentation) -> frozenset[Person]:
    """Return everybody whom a document names, in any profile, or as an addition to one."""
    profiles = map(document_people.people_of, pmr.in_order())
    additions = map(document_people.contributors, pmr.additions.values())
    return frozenset(chain(*profiles, *additions))
