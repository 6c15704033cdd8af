"""Who contributes: from the people that a document names to changes of their RoleBindings and AuthorizationPolicies."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.builders import Grant
from profiles_management.kubeflow.objects.policies import people_let_in
from profiles_management.kubeflow.planning.contributor import ContributorChange
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ROLES,
    ContributorState,
    PersonAccess,
    binding_right,
    deletions,
    ended,
    is_lasting,
    is_spent,
    policy_right,
    ref,
    role_right,
    strongest,
)
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.user_names import same_user
from profiles_management.reconcile.plan import Action, Change, FieldDiff, Person, Phase, Reason

Names = dict[tuple[Person, str], str]

_NO_LOSS = (Reason.EXPIRED, Reason.BECAME_OWNER)


@dataclass(frozen=True, slots=True)
class People:
    """The changes of one profile's contributors.

    Attributes:
        before: how many had a role that the document can take, by the source of it; None for one
            without our mark.
        sources: the same source for everybody who has a role.
        granting: the source that says what somebody is to have.
    """

    changes: tuple[Change, ...] = ()
    before: Mapping[str | None, int] = field(default_factory=dict)
    sources: Mapping[Person, str | None] = field(default_factory=dict)
    granting: Mapping[Person, str] = field(default_factory=dict)

    @property
    def lost(self) -> tuple[Person, ...]:
        """Whom these changes leave with no role; for those whose time is up that is no loss."""
        gone = (
            change.person
            for change in self.changes
            if not change.after and change.reason not in _NO_LOSS
        )
        return tuple(person for person in gone if person is not None and person in self.sources)

    @property
    def revoked(self) -> tuple[Person, ...]:
        """Whose access ends with these changes."""
        ended = (
            change
            for change in self.changes
            if not change.after and change.reason is not Reason.BECAME_OWNER
        )
        return tuple(change.person for change in ended if change.person is not None)


def plan(wanted: Sequence[Grant], room: ContributorState, settings: Settings) -> People:
    """Return what makes the contributors of a namespace those of the document."""
    if _all_right(wanted, room, settings):
        return People(before=Counter(grant.source for grant in wanted))
    held = held_in(room)
    grants = {grant.person: grant for grant in wanted}
    kept = set(_kept(held, grants, room, settings))
    named = _named(wanted, room, _taken(room, held, kept), held, settings)
    held = held_in(
        room, {named[key]: key[0] for key in ((grant.person, grant.role) for grant in wanted)}
    )
    gone = sorted(held.keys() - grants.keys() - kept)
    revocations = (_revoke(person, held[person], room, settings) for person in gone)
    changes = [*chain.from_iterable(revocations)]
    room = replace(room, leaving=_leaving(changes, held))
    for grant in wanted:
        name = named[grant.person, grant.role]
        changes += ContributorChange(
            room, settings, grant, name, held.get(grant.person, PersonAccess())
        ).changes()
    sources = {
        person: one.source for person, one in held.items() if one.bindings and person not in kept
    }
    granting = {grant.person: grant.source for grant in wanted}
    return People(
        tuple(changes), before=Counter(sources.values()), sources=sources, granting=granting
    )


def _leaving(changes: Iterable[Change], held: Mapping[Person, PersonAccess]) -> frozenset[str]:
    """Return the names of the objects that go before anybody is renamed."""
    revoked = (change.person for change in changes if change.phase is Phase.REVOKE)
    return frozenset(
        chain.from_iterable(held[person].names for person in revoked if person is not None)
    )


def spelled_otherwise(
    name: str, revoked: Iterable[Person], wanted: Iterable[Person]
) -> Iterator[Problem]:
    """Yield who is revoked although the document has the same name in another letter case or Unicode form."""
    spellings = {(person.kind, same_user(person.name)): person for person in wanted}
    for person in revoked:
        other = spellings.get((person.kind, same_user(person.name)))
        if other is None or other == person:
            continue
        is_case = other.name.casefold() == person.name.casefold()
        code, how = ("letter-case", "letter case") if is_case else ("unicode-form", "Unicode form")
        lost, kept = (str(person), str(other)) if is_case else (_in_ascii(person), _in_ascii(other))
        what = f"{lost} loses access, and {kept} in the document differs in {how} alone"
        yield refusal(name, code, what, "Write the name as the identity provider gives it.")


def _in_ascii(person: Person) -> str:
    r"""Return a name whose characters can be told apart, such as `jos\xe9@example.com`."""
    return str(person).encode("unicode_escape").decode()


def _keys(wanted: Iterable[Grant], room: ContributorState) -> Iterator[tuple[Person, str]]:
    return chain(((grant.person, grant.role) for grant in wanted), room.beside)


def held_in(
    room: ContributorState, homes: Mapping[str, Person] = MappingProxyType({})
) -> dict[Person, PersonAccess]:
    """Return who contributes to a namespace, whatever the names of their objects.

    Args:
        homes: whose a name is by the document; for what we made and somebody annotated otherwise
            since. Otherwise a RoleBinding is that of whom it binds, and a policy that of the
            RoleBinding of the same name.
    """
    found: dict[Person, PersonAccess] = {}
    for _, binding in sorted(room.bindings.items()):
        found.setdefault(whose(binding, homes), PersonAccess()).bindings.append(binding)
    beside = {one.name: person for person, held in found.items() for one in held.bindings}
    for _, policy in sorted(room.policies.items()):
        found.setdefault(whose(policy, {**beside, **homes}), PersonAccess()).policies.append(policy)
    return found


def whose(one: Binding | Policy, homes: Mapping[str, Person] = MappingProxyType({})) -> Person:
    """Return whose an object is: one with our mark under another's name was made for whom the document names."""
    if not one.mark or naming.is_name_of(one.name, one.person, one.role):
        return one.person
    return homes.get(one.name) or _bound(one) or one.person


def bound(binding: Binding) -> tuple[Person, ...]:
    """Return whom a RoleBinding binds."""
    if binding.subjects is None:
        return (binding.person,)
    return tuple(Person(kind, name) for kind, name, _, _ in binding.subjects)


def _bound(one: Binding | Policy) -> Person | None:
    """Whom a RoleBinding binds whose annotations name somebody else: one person, whom its name fits in some role."""
    subjects = one.subjects if isinstance(one, Binding) else None
    if subjects is None or len(subjects) != 1:
        return None
    person = Person(*subjects[0][:2])
    return person if any(naming.is_name_of(one.name, person, role) for role in ROLES) else None


def _all_right(wanted: Sequence[Grant], room: ContributorState, settings: Settings) -> bool:
    """Whether nothing is to do: the path that almost every profile takes, so it builds nothing."""
    count = len(wanted)
    if len(room.bindings) != count or (room.has_policies and len(room.policies) != count):
        return False
    named = naming.assign(_keys(wanted, room), room.taken, room.owner)
    for grant in wanted:
        name = named[grant.person, grant.role]
        binding, policy = room.bindings.get(name), room.policies.get(name)
        if binding is None or not binding_right(binding, grant, settings):
            return False
        if room.has_policies and (policy is None or not policy_right(policy, grant, settings)):
            return False
    return True


def _kept(
    held: Mapping[Person, PersonAccess],
    grants: Collection[Person],
    room: ContributorState,
    settings: Settings,
) -> Iterator[Person]:
    """Yield whom the document does not name, and who has nothing of us; with an end that has come it does name them.

    What has their names and gives access to others is not theirs: nobody is to hide there.
    """
    if settings.unlisted != "keep":
        return
    for person, holds in held.items():
        is_named = person in grants or person in room.expired
        if not is_named and not holds.ours and _is_alone(person, holds, settings):
            yield person


def _is_alone(person: Person, held: PersonAccess, settings: Settings) -> bool:
    """Whether what somebody holds gives access to nobody else."""
    let_in = {other for one in held.policies for other in people_let_in(one.spec, settings)}
    return let_in <= {person} and all(set(bound(one)) <= {person} for one in held.bindings)


def _taken(
    room: ContributorState, held: Mapping[Person, PersonAccess], kept: Iterable[Person]
) -> frozenset[str]:
    """The names that we cannot give: those of objects that stay and belong to nobody that we plan for."""
    ours = {name for one in held.values() for name in one.names}
    stay = {name for person in kept for name in held[person].names}
    return room.taken | ({*room.bindings, *room.policies} - ours) | stay


def _named(
    wanted: Sequence[Grant],
    room: ContributorState,
    taken: frozenset[str],
    held: Mapping[Person, PersonAccess],
    settings: Settings,
) -> Names:
    """Name everybody's objects; nobody waits for a name whose object a finalizer can keep in deletion."""
    named = naming.assign(_keys(wanted, room), taken, room.owner)
    own = {named[grant.person, grant.role]: grant for grant in wanted}
    held_up = frozenset(_held_up(held, own, settings))
    return (
        naming.assign(_keys(wanted, room), taken | held_up, room.owner)
        if held_up & own.keys()
        else named
    )


def _held_up(
    held: Mapping[Person, PersonAccess], own: Mapping[str, Grant], settings: Settings
) -> Iterator[str]:
    """Yield the names of objects that have to go and have a finalizer.

    Args:
        own: by name, who is to have it.
    """
    for person, holds in held.items():
        for one in holds.objects:
            grant = own.get(one.name)
            stays = (
                grant is not None and grant.person == person and _can_become(one, grant, settings)
            )
            if one.deleting or (one.finalized and not stays):
                yield one.name


def _can_become(one: Binding | Policy, grant: Grant, settings: Settings) -> bool:
    """Whether an object can be made what a grant asks for: of a RoleBinding the role cannot be changed."""
    return isinstance(one, Policy) or role_right(one, grant, settings)


def _revoke(
    person: Person, held: PersonAccess, room: ContributorState, settings: Settings
) -> Iterator[Change]:
    """Yield what takes everything from somebody; what has ended goes on its own, as nothing can hold that up."""
    gone = [one for one in held.objects if not is_spent(one)]
    over = ended(held, settings, room.now) if room.now is not None else set()
    if not _ends_in_parts(person, held, over, room):
        reason = Reason.EXPIRED if person in room.expired or over else _why_gone(held)
        yield from _taken_away(person, gone, reason, room)
        return
    yield from _taken_away(person, [one for one in gone if one.name in over], Reason.EXPIRED, room)
    yield from _taken_away(
        person, [one for one in gone if one.name not in over], _why_gone(held), room
    )


def _ends_in_parts(
    person: Person, held: PersonAccess, over: Collection[str], room: ContributorState
) -> bool:
    """Whether a part of what somebody holds has ended, and the rest goes for another reason."""
    is_one = person == room.owner or person in room.expired
    return bool(over) and not is_one and is_lasting(held, over)


def _taken_away(
    person: Person, gone: list[Binding | Policy], reason: Reason, room: ContributorState
) -> Iterator[Change]:
    # a mark goes last, or what is left would be kept as somebody else's
    gone.sort(key=lambda one: bool(one.mark))
    if not gone:
        return
    is_owner = person == room.owner
    wait = room.bound if is_owner else None
    fields: tuple[FieldDiff, ...] = ()
    # Once the owner is bound as such, what ended ends like any other access: nothing holds that up.
    if is_owner and (wait is not None or reason is not Reason.EXPIRED):
        reason, fields = Reason.BECAME_OWNER, _end_of(gone)
    roles = [one.granted for one in gone if isinstance(one, Binding)]
    yield Change(
        Phase.SWITCH if wait else Phase.REVOKE,
        room.name,
        ref(room, gone[0]),
        Action.DELETE,
        reason,
        person=person,
        before=strongest(roles) or gone[0].role,
        fields=fields,
        writes=tuple(deletions(room, person, gone, wait)),
    )


def _end_of(gone: Iterable[Binding | Policy]) -> tuple[FieldDiff, ...]:
    """Return that the end of an access goes, where it had one."""
    end = next((one.until for one in gone if one.until), None)
    return () if end is None else (FieldDiff("until", end, None),)


def _why_gone(held: PersonAccess) -> Reason:
    return Reason.LEFT_DOCUMENT if held.ours else Reason.UNLISTED
