"""Access whose `until` has passed: it ends, whatever state its profile is in. Pure."""

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import datetime

from profiles_management.kubeflow.objects.builders import expired
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
    """Yield the namespaces in which access has to end although nothing else is planned, each with that access only.

    Whatever the reason for that is: refused, in conflict, frozen, or not named while stale profiles
    are left alone.

    Args:
        done: the namespaces whose contributors are planned.
    """
    for name in sorted((observed.bindings.keys() | observed.policies.keys()) - done):
        room = contributor_state(name, observed)
        profile, is_ours = pmr.profiles.get(name), is_our_profile(name, observed, settings)
        over = expired(profile, now) if profile is not None else frozenset()
        room = only_ended(replace(room, expired=over), settings, now, is_ours=is_ours)
        if room.expired:
            yield room


def only_ended(
    room: ContributorState, settings: Settings, now: datetime, *, is_ours: bool
) -> ContributorState:
    """Return a namespace with only what people whose time is up have of us: it goes, whatever state the profile is in.

    Args:
        room: `expired` are the people whose time is up by the document; of others their objects say
            it.
        is_ours: whether the profile and its namespace are ours. If so, all that such a person has
            goes, like access that is not in the document: who adds a RoleBinding for themselves
            does not stay by it.
    """
    everything = is_ours and settings.unlisted == "revoke"
    expired: set[Person] = set()
    gone: list[Binding | Policy] = []
    for person, held in access_by_person(room).items():
        over = ended(held, settings, now, is_listed=person in room.expired)
        if not over:
            continue
        expired.add(person)
        is_all_over = everything and not is_lasting(held, over)
        gone += [one for one in held.objects if is_all_over or one.name in over]
    return replace(with_only(room, gone), expired=frozenset(expired))


def protected(room: ContributorState) -> Problem:
    """Return what is told where access is over and a namespace must not be touched."""
    number = count(len(room.expired), "person", "people")
    what = (
        f"access of {number} in {room.name} is over and stays, because the namespace is protected"
    )
    return refusal(
        room.name,
        "protected",
        what,
        "Remove their RoleBindings, or no longer protect the namespace.",
    )
