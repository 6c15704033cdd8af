"""Access whose `until` has passed: it ends, whatever state its profile is in. Pure."""

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import datetime

from profiles_management.kubeflow.objects import document_people
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_end import ended, is_lasting
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    access_by_person,
    contributor_state,
    with_only,
)
from profiles_management.kubeflow.state.observed import Binding, Observed, Policy
from profiles_management.kubeflow.state.ownership import is_our_profile, refusal
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import Person


def remaining(
    pmr: ProfilesManagementRepresentation,
    observed: Observed,
    settings: Settings,
    now: datetime,
    *,
    done: Set[str],
) -> Iterator[ContributorState]:
    """Yield the namespaces in which only access that has ended is left to plan.

    The reason does not matter: the profile is refused, in conflict or frozen, or the document does
    not name it and stale profiles stay as they are.

    Args:
        done: the namespaces whose contributors are planned.
    """
    for name in sorted((observed.bindings.keys() | observed.policies.keys()) - done):
        expired: frozenset[Person] = frozenset()
        if (profile := pmr.profiles.get(name)) is not None:
            expired = document_people.expired(profile, now)
        state = replace(contributor_state(name, observed), expired=expired)
        is_ours = is_our_profile(name, observed, settings)
        state = only_ended(state, settings, now, is_ours=is_ours)
        if state.expired:
            yield state


def only_ended(
    state: ContributorState, settings: Settings, now: datetime, *, is_ours: bool
) -> ContributorState:
    """Return a namespace with only the access of people whose time is up, who are its `expired`.

    Args:
        state: its `expired` are the people whose time is up by the document; for others their
            objects decide.
        is_ours: whether the profile and its namespace are ours. If so, everything that such a
            person has is revoked, like access that is not in the document: a person who adds a
            RoleBinding for themselves does not stay by it.
    """
    everything = is_ours and settings.unlisted == "revoke"
    expired: set[Person] = set()
    revoked: list[Binding | Policy] = []
    for person, access in access_by_person(state).items():
        names = ended(access, settings, now, is_listed=person in state.expired)
        if not names:
            continue
        expired.add(person)
        if everything and not is_lasting(access, names):
            revoked += access.objects
        else:
            revoked += (item for item in access.objects if item.name in names)
    return replace(with_only(state, revoked), expired=frozenset(expired))


def protected(state: ContributorState) -> Problem:
    """Return the problem of access that has ended in a protected namespace."""
    people = count(len(state.expired), "person", "people")
    return refusal(
        state.name,
        "protected",
        f"access of {people} in {state.name} has ended and stays: the namespace is protected",
        "Remove their RoleBindings, or no longer protect the namespace.",
        names_nobody=True,
        names_place=True,
    )
