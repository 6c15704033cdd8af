"""The name of each contributor's objects: KFAM's, or a hashed one where that is taken."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.planning.contributor_objects import has_granted_role
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import ContributorState, PersonAccess
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import Person

Names = dict[tuple[Person, str], str]
"""The name for a person in a role."""


def usual_names(grants: Sequence[Grant], state: ContributorState) -> Names:
    """Return the names of people with a role, where every object is a contributor's."""
    return naming.assign(_people_and_roles(grants, state), state.taken, state.owner)


def planned_names(
    grants: Sequence[Grant],
    state: ContributorState,
    access: Mapping[Person, PersonAccess],
    kept: Collection[Person],
    settings: Settings,
) -> Names:
    """Return the names of the people who are granted a role.

    Nobody gets a name whose object has to be deleted first and has a finalizer: it could stay in
    deletion.

    Args:
        access: everybody who contributes.
        kept: those of them who keep what they have although the document does not name them.
    """
    taken = _taken(state, access, kept)
    keys = list(_people_and_roles(grants, state))
    names = naming.assign(keys, taken, state.owner)
    granted = {names[grant.person, grant.role]: grant for grant in grants}
    blocked = set(_blocked(access, granted, settings))
    if blocked.isdisjoint(granted):
        return names
    return naming.assign(keys, taken | blocked, state.owner)


def _people_and_roles(
    grants: Sequence[Grant], state: ContributorState
) -> Iterator[tuple[Person, str]]:
    return chain(((grant.person, grant.role) for grant in grants), state.unplanned)


def _taken(
    state: ContributorState, access: Mapping[Person, PersonAccess], kept: Collection[Person]
) -> frozenset[str]:
    """Return the names that nobody can get.

    Those of objects that stay and of which nothing is planned.
    """
    planned = _names(access.values())
    unknown = {*state.bindings, *state.policies} - planned
    return state.taken | unknown | _names(access[person] for person in kept)


def _names(accesses: Collection[PersonAccess] | Iterator[PersonAccess]) -> set[str]:
    return set(chain.from_iterable(access.names for access in accesses))


def _blocked(
    access: Mapping[Person, PersonAccess], granted: Mapping[str, Grant], settings: Settings
) -> Iterator[str]:
    """Yield the names of objects in deletion, or with a finalizer and to be deleted.

    Args:
        granted: by name, the grant that is to get it.
    """
    for person, objects in access.items():
        for item in objects.objects:
            if _is_held(item, person, granted.get(item.name), settings):
                yield item.name


def _is_held(
    item: Binding | Policy, person: Person, grant: Grant | None, settings: Settings
) -> bool:
    """Whether an object can keep its name in deletion: it is there already, or has a finalizer."""
    if item.deleting:
        return True
    if not item.finalized:
        return False
    return not _can_stay(item, person, grant, settings)


def _can_stay(
    item: Binding | Policy, person: Person, grant: Grant | None, settings: Settings
) -> bool:
    """Whether an object can be patched to what its name is granted for.

    The role of a RoleBinding cannot be changed.
    """
    if grant is None or grant.person != person:
        return False
    return isinstance(item, Policy) or has_granted_role(item, grant, settings)
