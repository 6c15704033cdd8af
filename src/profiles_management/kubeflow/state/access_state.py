"""The contributors of a namespace: their RoleBindings and policies, and who has access by them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from profiles_management.kubeflow.objects import compare, naming
from profiles_management.kubeflow.state.observed import Binding, Observed, Policy
from profiles_management.reconcile.plan import Condition, Person

ROLES = ("view", "edit", "admin")
"""The roles of contributors, the one that allows the least first."""

_WEIGHT = {role: index for index, role in enumerate(ROLES)}
_NO_NAMES: Mapping[str, Person] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ContributorState:
    """The contributors' objects in the namespace of one profile, and what decides about them.

    Attributes:
        taken: names that no contributor's object can get.
        expired: contributors of the document whose `until` has passed.
        owner: the owner of the document, who may have been a contributor.
        owner_bound: what must hold before the owner's own contributor objects are deleted, None
            where it holds.
        ready: what must hold before anything can be created in the namespace.
        leaving: names of objects that are deleted before anybody is renamed.
        unplanned: people with a role here that is not planned, with the role: their names count
            where other objects are named.
        now: when this is planned, with a zone; None where no `until` is looked at.
    """

    name: str
    bindings: Mapping[str, Binding]
    policies: Mapping[str, Policy]
    taken: frozenset[str]
    has_policies: bool
    expired: frozenset[Person] = frozenset()
    owner: Person | None = None
    owner_bound: Condition | None = None
    ready: Condition | None = None
    leaving: frozenset[str] = frozenset()
    unplanned: tuple[tuple[Person, str], ...] = ()
    now: datetime | None = None

    def objects(self) -> Iterator[Binding | Policy]:
        """Yield the RoleBindings, then the AuthorizationPolicies."""
        yield from self.bindings.values()
        yield from self.policies.values()


@dataclass(slots=True)
class PersonAccess:
    """The contributor's objects of one person in one namespace."""

    bindings: list[Binding] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)

    @property
    def objects(self) -> list[Binding | Policy]:
        """The RoleBindings, then the AuthorizationPolicies."""
        return [*self.bindings, *self.policies]

    @property
    def role(self) -> str:
        """The strongest role that is bound, '' for none."""
        return strongest(binding.granted for binding in self.bindings)

    @property
    def is_managed(self) -> bool:
        """Whether any object has the mark of an instance, this one or another."""
        return any(self.marks)

    @property
    def marks(self) -> set[str]:
        """The instances whose mark an object has, '' for an object without one."""
        return {item.mark for item in self.objects}

    @property
    def sources(self) -> set[str]:
        """The sources that the objects record."""
        return {item.source for item in self.objects}

    @property
    def source(self) -> str | None:
        """The source of the first object with a mark, '' where it records none.

        None without a mark.
        """
        marked = (item.source for item in self.objects if item.mark)
        return next(marked, None)

    @property
    def names(self) -> set[str]:
        """The names of the objects."""
        return {item.name for item in self.objects}


def contributor_state(
    name: str, observed: Observed, now: datetime | None = None
) -> ContributorState:
    """Return the contributors' objects in a namespace."""
    return ContributorState(
        name,
        observed.bindings.get(name, {}),
        observed.policies.get(name, {}),
        observed.taken.get(name, frozenset()),
        "AuthorizationPolicy" in observed.holds,
        now=now,
    )


def with_only(state: ContributorState, kept: Iterable[Binding | Policy]) -> ContributorState:
    """Return a namespace with some of its contributors' objects, as if there were no others."""
    bindings: dict[str, Binding] = {}
    policies: dict[str, Policy] = {}
    for item in kept:
        if isinstance(item, Binding):
            bindings[item.name] = item
        else:
            policies[item.name] = item
    return replace(state, bindings=bindings, policies=policies)


def access_by_person(
    state: ContributorState, named_for: Mapping[str, Person] = _NO_NAMES
) -> dict[Person, PersonAccess]:
    """Return who contributes to a namespace, with their objects in the order of their names.

    Args:
        named_for: the person whom the document gives a name to. This decides for an object with our
            mark whose annotations somebody changed. Otherwise a RoleBinding belongs to the person
            whom it binds, and a policy to the person of the RoleBinding with the same name.
    """
    people: dict[Person, PersonAccess] = {}
    bound_by_name: dict[str, Person] = {}
    for name, binding in sorted(state.bindings.items()):
        person = holder_of(binding, named_for)
        bound_by_name[name] = person
        people.setdefault(person, PersonAccess()).bindings.append(binding)
    named_for = {**bound_by_name, **named_for}
    for _, policy in sorted(state.policies.items()):
        person = holder_of(policy, named_for)
        people.setdefault(person, PersonAccess()).policies.append(policy)
    return people


def holder_of(item: Binding | Policy, named_for: Mapping[str, Person] = _NO_NAMES) -> Person:
    """Return whose contributor's object it is.

    The annotations say so. They are not believed where an object with our mark has the name of
    another person: then it was made for that person, and somebody changed its annotations.
    """
    if not item.mark or naming.is_name_of(item.name, item.person, item.role):
        return item.person
    return named_for.get(item.name) or _bound_person_of_name(item) or item.person


def bound_people(binding: Binding) -> tuple[Person, ...]:
    """Return everybody whom a RoleBinding binds."""
    if binding.subjects is None:
        return (binding.person,)
    return tuple(Person(kind, name) for kind, name, _, _ in binding.subjects)


def _bound_person_of_name(item: Binding | Policy) -> Person | None:
    """Return the only subject of a RoleBinding that is named after that person."""
    if not isinstance(item, Binding) or item.subjects is None or len(item.subjects) != 1:
        return None
    person = bound_people(item)[0]
    for role in ROLES:
        if naming.is_name_of(item.name, person, role):
            return person
    return None


def is_spent(item: Binding | Policy) -> bool:
    """Return whether an object is being deleted and gives nobody access any more."""
    if not item.deleting:
        return False
    if isinstance(item, Binding):
        return item.subjects == ()
    return not compare.parsed(item.spec)


def strongest(roles: Iterable[str]) -> str:
    """Return the role that allows the most, '' for none."""
    return max(roles, key=weight, default="")


def weight(role: str) -> int:
    """Return how much a role allows, for comparison; an unknown role allows the most."""
    return _WEIGHT.get(role, len(_WEIGHT))
