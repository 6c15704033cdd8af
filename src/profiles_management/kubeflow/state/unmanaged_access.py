"""Access by objects that are not managed: what it is, and the warnings about it. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from profiles_management.kubeflow.objects import builders, naming, policy_rules
from profiles_management.kubeflow.state.access_state import ROLES
from profiles_management.kubeflow.state.foreign_removal import is_person, writing
from profiles_management.kubeflow.state.observed import ForeignBinding, ForeignPolicy, Observed
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import (
    AccessMove,
    Action,
    Change,
    ObjectRef,
    Person,
    Phase,
    Reason,
)

CODE = "unmanaged-access"
UNKNOWN = "unknown-binding"
HANDED_OVER = "handed-over"
MOST = 5  # reported of one profile; the others are counted

_EVERYBODY = frozenset(
    Person("Group", f"system:{name}")
    for name in ("authenticated", "unauthenticated", "serviceaccounts")
)


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


def problems(
    name: str,
    observed: Observed,
    *,
    near: Collection[Person],
    document: Collection[Person],
    lost: Collection[Person],
    corrected: Collection[ObjectRef] = (),
    new_here: str = "",
) -> list[Problem]:
    """Return what a person should know of a profile: who has access by what, at most MOST of it, and how much more.

    Args:
        near: the people of this profile: its owner, its contributors, and those of `lost`.
        document: everybody whom the document names.
        lost: whom this run takes access away from.
        corrected: objects that this run removes or writes as they should be.
        new_here: what makes the profile the document's in this run, such as "changes hands"; then
            everybody counts.
    """
    there = [one for one in _objects(name, observed) if _ref(name, one) not in corrected]
    near = {*near, *lost}
    if new_here:
        return _all_that_stays(name, there, lost, new_here)
    everything = _found(there, near, lambda person: person in near or person in document)
    everything.sort(key=lambda access: (access.person not in lost, access))
    known = {access.name for access in everything}
    return [*_listed(name, everything, lost), *_unknown(name, observed, there, known)]


def _all_that_stays(
    name: str,
    there: Iterable[ForeignBinding | ForeignPolicy],
    lost: Collection[Person],
    new_here: str,
) -> list[Problem]:
    """Return everybody who keeps access to a profile that was somebody else's until this run."""
    outside = _from_outside(name, there)
    if not outside:
        return []
    outside.sort(key=lambda access: (access.person not in lost, access))
    stay = count(len(outside), "role assignment")
    what = f"the profile {new_here}, and objects that are not managed still give {stay}"
    remedy = f"Check: profiles-management access --profile {name}. Once it is managed, --foreign revoke removes them."
    nameless = f"{name} is taken over, and objects that are not managed still give {stay}"
    handed_over = refusal(name, HANDED_OVER, what, remedy, nameless=nameless)
    return [handed_over, *_listed(name, outside, lost)]


def people_of_copies(name: str, observed: Observed) -> set[Person]:
    """Return the users and groups who have access by copies, which stay also where foreign access is revoked.

    Anybody who may edit an object can make it look like a copy.
    """
    copies = (found for found in _objects(name, observed) if found.propagated)
    return {person for found in copies for person in found.people if is_person(person)}


def people_of(pmr: ProfilesManagementRepresentation) -> frozenset[Person]:
    """Return everybody whom a document names, in whatever profile."""
    return frozenset(chain.from_iterable(map(builders.people_of, pmr.in_order())))


def revocations(name: str, observed: Observed) -> Iterator[Change]:
    """Yield what removes the objects with KFAM's annotations that are not managed: KFAM counts their people too."""
    for one in _objects(name, observed):
        if one.annotated and not one.propagated:
            ref = _ref(name, one)
            yield Change(
                Phase.REVOKE,
                name,
                ref,
                Action.DELETE,
                Reason.UNLISTED,
                person=one.people[0],
                before=one.role,
                moves=(AccessMove(one.people[0], one.role, ""),),
                writes=tuple(writing(ref, one, one.people[0])),
            )


def left(name: str, observed: Observed) -> list[Problem]:
    """Return who keeps access to a namespace once everything is removed that is managed or has KFAM's annotations."""
    there = (one for one in _objects(name, observed) if not naming.is_owners(one.kind, one.name))
    outside = _from_outside(name, (one for one in there if one.propagated or not one.annotated))
    return list(_listed(name, outside, {access.person for access in outside}))


def everything(name: str, observed: Observed) -> list[Problem]:
    """Return who has access to a namespace by objects that are not managed, at most MOST of it, and how much more."""
    return list(_listed(name, _from_outside(name, _objects(name, observed)), ()))


def _from_outside(
    name: str, objects: Iterable[ForeignBinding | ForeignPolicy]
) -> list[UnmanagedAccess]:
    """Return the access that objects give to others than what runs in the namespace itself."""
    own = f"system:serviceaccount:{name}:"
    return [access for access in _accesses(objects) if not access.person.name.startswith(own)]


def _found(
    there: Iterable[ForeignBinding | ForeignPolicy],
    near: Iterable[Person],
    counts: Callable[[Person], bool],
) -> list[UnmanagedAccess]:
    """Return the access that objects which are not managed give to some people, sorted.

    Args:
        near: the people to compare with names that stand for any text at their beginning or end.
        counts: whether a person counts.
    """
    result: set[UnmanagedAccess] = set()
    for access in _accesses(there):
        pattern = access.person
        if counts(pattern) or pattern in _EVERYBODY or pattern.name == policy_rules.ANYBODY:
            result.add(access)
        elif access.kind == "AuthorizationPolicy":
            result |= {
                access._replace(person=person)
                for person in near
                if person.kind == pattern.kind and policy_rules.matches(pattern.name, person.name)
            }
    return sorted(result)


def _objects(name: str, observed: Observed) -> Iterator[ForeignBinding | ForeignPolicy]:
    yield from observed.foreign.get(name, ())
    yield from observed.foreign_policies.get(name, ())


def _accesses(objects: Iterable[ForeignBinding | ForeignPolicy]) -> list[UnmanagedAccess]:
    """Return what objects give, sorted; the policy of a pair gives nothing beyond its RoleBinding."""
    accesses = {access for one in objects for access in _accesses_by(one)}
    bound = {(access.person, access.name) for access in accesses if access.role}
    return sorted(
        access for access in accesses if access.role or (access.person, access.name) not in bound
    )


def _accesses_by(one: ForeignBinding | ForeignPolicy) -> Iterator[UnmanagedAccess]:
    for person in one.people:
        # A ServiceAccount has this name as a user, which is how a document names it.
        is_account = person.kind == "ServiceAccount"
        user = Person("User", f"system:serviceaccount:{person.name}") if is_account else person
        yield UnmanagedAccess(user, one.kind, one.name, one.role, one.propagated)


def _ref(name: str, one: ForeignBinding | ForeignPolicy) -> ObjectRef:
    return ObjectRef(one.kind, name, one.name)


def _listed(
    name: str, everything: Sequence[UnmanagedAccess], lost: Collection[Person]
) -> Iterator[Problem]:
    for access in everything[:MOST]:
        yield _problem(name, access, is_lost=access.person in lost)
    if len(everything) > MOST:
        more = count(len(everything) - MOST, "more role assignment")
        yield _further(name, CODE, f"{more} by objects that are not managed")


def _problem(name: str, access: UnmanagedAccess, *, is_lost: bool) -> Problem:
    who = "anybody" if access.person.name == policy_rules.ANYBODY else str(access.person)
    how = f"by {access.kind} {access.name}, which {_whose(access.kind, access.name)}"
    adverb = "still" if is_lost else "also"
    what = (
        f"{who} {adverb} has {_role(access.role)} {how}"
        if access.role
        else f"{who} {adverb} passes the mesh {how}"
    )
    usual = "Delete it if this access is not intended."
    remedy = _remedy(access.kind, access.name, usual, propagated=access.propagated)
    return refusal(name, CODE, what, remedy)


def _whose(kind: str, name: str) -> str:
    return "should be for the owner alone" if naming.is_owners(kind, name) else "is not managed"


def _remedy(kind: str, name: str, usual: str, *, propagated: bool) -> str:
    if propagated:
        return (
            "Another controller copies it into the namespace: change it where it comes from. "
            "Delete it if no controller does."
        )
    return (
        "Delete it: the profile controller creates it again."
        if naming.is_owners(kind, name)
        else usual
    )


def _role(role: str) -> str:
    return role if role in ROLES else role.replace("/", " ", 1)


def _unknown(
    name: str,
    observed: Observed,
    there: Iterable[ForeignBinding | ForeignPolicy],
    known: Collection[str],
) -> Iterator[Problem]:
    """Yield what looks like a contributor's or an owner's and gives access to people of whom nobody knows.

    It may have been managed before somebody took its labels away or set those of a copy, so it is
    always reported.
    """
    taken = {*observed.taken.get(name, ()), *naming.OWNERS.values(), *naming.ACCOUNTS}
    unknown: dict[str, ForeignBinding | ForeignPolicy] = {}
    for one in there:
        if one.name not in known and (one.annotated or one.name in taken):
            unknown.setdefault(one.name, one)  # of a pair, the RoleBinding
    for one in list(unknown.values())[:MOST]:
        people = ", ".join(map(str, one.people[:MOST])) + (
            ", ..." if len(one.people) > MOST else ""
        )
        gives = f"gives {_role(one.role)} to {people}" if one.role else f"lets {people} in"
        remedy = _remedy(
            one.kind, one.name, "Delete it if nobody needs it.", propagated=one.propagated
        )
        yield refusal(
            name,
            UNKNOWN,
            f"{one.kind} {one.name} {gives}, and {_whose(one.kind, one.name)}",
            remedy,
        )
    if len(unknown) > MOST:
        more = count(len(unknown) - MOST, "more object")
        yield _further(
            name,
            UNKNOWN,
            f"{more} with a contributor's name or annotations give access and are not managed",
        )


def _further(name: str, code: str, what: str) -> Problem:
    return refusal(name, code, what, f"To list them: profiles-management access --profile {name}")
