"""Warnings about access by objects that are not managed. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from profiles_management.kubeflow.objects import naming, policy_rules
from profiles_management.kubeflow.state.access_state import ROLES
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.kubeflow.state.unmanaged_access import (
    Foreign,
    UnmanagedAccess,
    foreign_objects,
    from_outside,
    of_people,
)
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import ObjectRef, Person

CODE = "unmanaged-access"
UNKNOWN = "unknown-binding"
HANDED_OVER = "handed-over"
MOST = 5  # reported of one profile; the others are counted


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
    """Return what a person should know of a profile.

    Who has access by what, at most MOST of it, and how much more.

    Args:
        near: the people of this profile: its owner and its contributors.
        document: everybody whom the document names.
        lost: the people whose access this run revokes.
        corrected: objects that this run deletes or writes as they should be.
        new_here: what makes the profile the document's in this run, such as "changes hands"; then
            everybody counts.
    """
    objects = [
        item
        for item in foreign_objects(name, observed)
        if ObjectRef(item.kind, name, item.name) not in corrected
    ]
    if new_here:
        return _of_everybody(name, objects, lost, new_here)
    accesses = of_people(objects, {*near, *lost}, document)
    reported = {access.name for access in accesses}
    return [*_listed(name, accesses, lost), *_unknown(name, observed, objects, reported)]


def _of_everybody(
    name: str, objects: Iterable[Foreign], lost: Collection[Person], new_here: str
) -> list[Problem]:
    """Return everybody who keeps access to a profile that was somebody else's until this run."""
    accesses = from_outside(name, objects)
    if not accesses:
        return []
    stay = f"objects that are not managed still give {count(len(accesses), 'role assignment')}"
    handed_over = refusal(
        name,
        HANDED_OVER,
        f"the profile {new_here}, and {stay}",
        f"Check: profiles-management access --profile {name}. "
        "Once it is managed, --foreign revoke removes them.",
        nameless=f"{name} is taken over, and {stay}",
    )
    return [handed_over, *_listed(name, accesses, lost)]


def left(name: str, observed: Observed) -> list[Problem]:
    """Return who keeps access once everything is removed that is managed or KFAM's."""
    kept = [item for item in foreign_objects(name, observed) if _is_kept(item)]
    accesses = from_outside(name, kept)
    return list(_listed(name, accesses, {access.person for access in accesses}))


def _is_kept(item: Foreign) -> bool:
    if naming.is_owners(item.kind, item.name):
        return False
    return item.propagated or not item.annotated


def everything(name: str, observed: Observed) -> list[Problem]:
    """Return who has unmanaged access to a namespace, MOST at most, and how many more."""
    return list(_listed(name, from_outside(name, foreign_objects(name, observed)), ()))


def _listed(
    name: str, accesses: Sequence[UnmanagedAccess], lost: Collection[Person]
) -> Iterator[Problem]:
    """Yield the access of people, first of those whose access this run revokes."""
    in_order = sorted(accesses, key=lambda access: access.person not in lost)
    for access in in_order[:MOST]:
        yield _problem(name, access, is_lost=access.person in lost)
    if len(accesses) > MOST:
        more = count(len(accesses) - MOST, "more role assignment")
        yield _further(name, CODE, f"{more} by objects that are not managed")


def _problem(name: str, access: UnmanagedAccess, *, is_lost: bool) -> Problem:
    adverb = "still" if is_lost else "also"
    gives = f"has {_role(access.role)}" if access.role else "passes the mesh"
    whose = _whose(access.kind, access.name)
    return refusal(
        name,
        CODE,
        f"{_who(access.person)} {adverb} {gives} by {access.kind} {access.name}, which {whose}",
        _remedy(access, "Delete it if this access is not intended."),
    )


def _who(person: Person) -> str:
    return "anybody" if person.name == policy_rules.ANYBODY else str(person)


def _role(role: str) -> str:
    return role if role in ROLES else role.replace("/", " ", 1)


def _whose(kind: str, name: str) -> str:
    return "should be for the owner only" if naming.is_owners(kind, name) else "is not managed"


def _remedy(item: UnmanagedAccess | Foreign, usual: str) -> str:
    if item.propagated:
        return (
            "Another controller copies it into the namespace: change it where it comes from. "
            "Delete it if no controller does."
        )
    if naming.is_owners(item.kind, item.name):
        return "Delete it: the profile controller creates it again."
    return usual


# objects whose people nobody knows


def _unknown(
    name: str, observed: Observed, objects: Iterable[Foreign], reported: Collection[str]
) -> Iterator[Problem]:
    """Yield what looks managed and gives access to people whom the document does not name.

    It may have been managed before somebody removed its labels or set those of a copy, so it is
    always reported.

    Args:
        reported: names of objects that are reported in any case.
    """
    taken = {*observed.taken.get(name, ()), *naming.OWNERS.values(), *naming.ACCOUNTS}
    unknown: dict[str, Foreign] = {}
    for item in objects:
        if item.name not in reported and (item.annotated or item.name in taken):
            unknown.setdefault(item.name, item)  # of a pair, the RoleBinding
    for item in list(unknown.values())[:MOST]:
        yield _unknown_object(name, item)
    if len(unknown) > MOST:
        more = count(len(unknown) - MOST, "more object")
        what = "with a contributor's name or annotations give access and are not managed"
        yield _further(name, UNKNOWN, f"{more} {what}")


def _unknown_object(name: str, item: Foreign) -> Problem:
    gives = f"lets {_people(item)} in"
    if item.role:
        gives = f"gives {_role(item.role)} to {_people(item)}"
    return refusal(
        name,
        UNKNOWN,
        f"{item.kind} {item.name} {gives}, and {_whose(item.kind, item.name)}",
        _remedy(item, "Delete it if nobody needs it."),
    )


def _people(item: Foreign) -> str:
    people = ", ".join(map(str, item.people[:MOST]))
    return f"{people}, ..." if len(item.people) > MOST else people


def _further(name: str, code: str, what: str) -> Problem:
    return refusal(name, code, what, f"To list them: profiles-management access --profile {name}")
