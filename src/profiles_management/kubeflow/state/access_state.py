"""What people hold in a namespace: whose it is, whether it is right, and what takes it away."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from profiles_management.kubeflow.objects import builders, compare, merge_patch
from profiles_management.kubeflow.objects.builders import Grant
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Binding, Observed, Policy
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import Condition, FieldDiff, ObjectRef, Person, Write

ROLES = ("view", "edit", "admin")
_WEIGHT = {role: index for index, role in enumerate(ROLES)}


@dataclass(frozen=True, slots=True)
class ContributorState:
    """A profile's namespace as far as contributors are concerned.

    Attributes:
        expired: who is in the document although their time is up.
        owner: the owner of the document, who may have been a contributor.
        bound: what must hold before the owner's own contributor objects may go, None where it
            holds.
        ready: what must hold before anything can be put into the namespace.
        leaving: names of objects that are removed before anybody is renamed.
        beside: who has a role here that is not planned for, and which: their names count where
            others are named.
        now: when this is planned, for telling access whose time is up; None where it does not
            matter.
    """

    name: str
    bindings: Mapping[str, Binding]
    policies: Mapping[str, Policy]
    taken: frozenset[str]
    has_policies: bool
    expired: frozenset[Person] = frozenset()
    owner: Person | None = None
    bound: Condition | None = None
    ready: Condition | None = None
    leaving: frozenset[str] = frozenset()
    beside: tuple[tuple[Person, str], ...] = ()
    now: datetime | None = None


@dataclass(slots=True)
class PersonAccess:
    """What one person holds in a namespace."""

    bindings: list[Binding] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)

    @property
    def objects(self) -> list[Binding | Policy]:
        """All of it: the RoleBindings, then the AuthorizationPolicies."""
        return [*self.bindings, *self.policies]

    @property
    def role(self) -> str:
        """The strongest role that is bound, '' for none."""
        return strongest(binding.granted for binding in self.bindings)

    @property
    def ours(self) -> bool:
        """Whether any of it bears a mark of this software."""
        return any(one.mark for one in self.objects)

    def has_mark_of(self, instance: str) -> bool:
        """Return whether any of it has the mark of an instance."""
        return any(one.mark == instance for one in self.objects)

    @property
    def sources(self) -> set[str]:
        """The sources that any of it records."""
        return {one.source for one in self.objects}

    @property
    def source(self) -> str | None:
        """The source that gave it, '' where none is recorded; None where nothing of it has a mark."""
        marked = (one.source for one in self.objects if one.mark)
        return next(marked, None)

    @property
    def names(self) -> set[str]:
        """The names of all of it."""
        return {one.name for one in self.objects}


def room_of(name: str, observed: Observed, now: datetime | None = None) -> ContributorState:
    """Return a namespace as far as contributors are concerned."""
    return ContributorState(
        name,
        observed.bindings.get(name, {}),
        observed.policies.get(name, {}),
        observed.taken.get(name, frozenset()),
        "AuthorizationPolicy" in observed.holds,
        now=now,
    )


def only(room: ContributorState, kept: Iterable[Binding | Policy]) -> ContributorState:
    """Return a namespace with some of its RoleBindings and AuthorizationPolicies in it, and no others."""
    found = {(one.kind, one.name) for one in kept}
    return replace(
        room,
        bindings={name: one for name, one in room.bindings.items() if (one.kind, name) in found},
        policies={name: one for name, one in room.policies.items() if (one.kind, name) in found},
    )


def strongest(roles: Iterable[str]) -> str:
    """Return the role that allows the most, '' for none."""
    return max(roles, key=weight, default="")


def weight(role: str) -> int:
    """Return how much a role allows, for comparison; one that we do not know allows the most."""
    return _WEIGHT.get(role, len(_WEIGHT))


def binding_right(one: Binding, grant: Grant, settings: Settings) -> bool:
    """Return whether a RoleBinding is just what a grant asks for."""
    return (
        one.subjects is None
        and role_right(one, grant, settings)
        and _meta_right(one, grant, settings)
    )


def policy_right(one: Policy, grant: Grant, settings: Settings) -> bool:
    """Return whether an AuthorizationPolicy is just what a grant asks for."""
    return _meta_right(one, grant, settings) and not policy_diff(one, grant.person, settings)


def role_right(one: Binding, grant: Grant, settings: Settings) -> bool:
    """Return whether a RoleBinding binds to the ClusterRole of the role that is granted."""
    return one.cluster_role == settings.cluster_roles[grant.role]


def _meta_right(one: Binding | Policy, grant: Grant, settings: Settings) -> bool:
    return (
        one.person == grant.person
        and one.role == grant.role
        and one.mark == settings.instance
        and one.until == grant.until
        and one.source == grant.source
        and not one.deleting
    )


def policy_diff(one: Policy, person: Person, settings: Settings) -> tuple[FieldDiff, ...]:
    """Return how a policy differs from the one that lets a person in; equal text is not looked at further."""
    text = builders.policy_text(person, settings)
    return () if one.spec == text else compare.policy(one.spec, text)


def ref(room: ContributorState, one: Binding | Policy) -> ObjectRef:
    """Return which object it is."""
    return ObjectRef(one.kind, room.name, one.name)


def deletions(
    room: ContributorState,
    person: Person,
    gone: Iterable[Binding | Policy],
    wait: Condition | None = None,
) -> Iterator[Write]:
    """Yield the writes that remove objects of one person."""
    for one in gone:
        nothing = _emptying(one) if one.finalized and not is_spent(one) else None
        yield from merge_patch.removal(
            ref(room, one),
            nothing,
            one.version,
            wait,
            is_deleting=one.deleting,
            uid=one.uid,
            ends=person,
        )


def is_spent(one: Binding | Policy) -> bool:
    """Return whether an object is in deletion and gives nobody anything any more."""
    if not one.deleting:
        return False
    return one.subjects == () if isinstance(one, Binding) else not compare.parsed(one.spec)


def _emptying(one: Binding | Policy) -> dict[str, object]:
    """Return the patch that leaves an object in place and takes from it what it gives."""
    if isinstance(one, Binding):
        return {"subjects": []}
    return {"spec": merge_patch.replacing(compare.parsed(one.spec), {})}


def ended(
    held: PersonAccess, settings: Settings, now: datetime, *, is_listed: bool = False
) -> set[str]:
    """Return the names of what we gave somebody whose time is up.

    A RoleBinding says itself when it ends. A policy ends with the last RoleBinding, without which
    it says it itself.

    Args:
        is_listed: whether their time is up by the document.
    """
    bindings = [one for one in held.bindings if one.mark == settings.instance]
    over = {one.name for one in bindings if is_listed or has_come(one.until, now)}
    if len(over) < len(bindings):
        return over
    policies = (one for one in held.policies if one.mark == settings.instance)
    return over | {
        one.name for one in policies if bindings or is_listed or has_come(one.until, now)
    }


def is_lasting(held: PersonAccess, over: Collection[str]) -> bool:
    """Whether we gave somebody more than what has ended."""
    return any(one.mark and one.name not in over for one in held.objects)


def has_come(until: str, now: datetime) -> bool:
    """Return whether the end of an access has come; one that somebody broke ends nothing."""
    end = read_moment(until)
    return end is not None and end <= now
