"""What stays as it is: what a source made that cannot be read now, and people whom several sources add differently."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from profiles_management.kubeflow.objects.policies import sole_person
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_end import ended, is_lasting
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    PersonAccess,
    access_by_person,
    contributor_state,
    with_only,
)
from profiles_management.kubeflow.state.observed import Binding, Observed, Policy
from profiles_management.kubeflow.state.ownership import marked_objects, refusal
from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation, UserKind
from profiles_management.pmr.origins import Origins, label
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person

_ADDED = ("edit", "view")  # what a source can give in a profile of another one


def profiles(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> dict[str, str]:
    """Return the profiles of ours that are left as they are, sorted by name, with the source that they bear.

    A trusted source that defines one now is not held up: not by an untrusted one that cannot be
    read.
    """
    origins = pmr.origins
    if not origins.is_merged:
        return {}
    return {
        name: one.source
        for name, one in sorted(marked_objects(observed, settings).items())
        if one.mark == settings.instance
        and name not in origins.conflicts
        and origins.leaves(one.source)
        and not _is_taken_over(pmr.profiles.get(name), one.source, origins)
    }


def _is_taken_over(defined: Profile | None, source: str, origins: Origins) -> bool:
    """Whether a readable source has the last word on a profile that another one made."""
    if defined is None:
        return False
    return defined.adopt or not source or origins.overrules(defined.name, source)


def conflict(name: str, source: str, origins: Origins) -> Problem:
    """Return what is told of a profile that a readable source defines and made by one that cannot be read."""
    definer = label(origins.profiles[name])
    why = "cannot be read" if source in origins.frozen else "is not there"
    return refusal(
        name,
        "frozen-source",
        f"{name} is defined by {definer}, and {source}, which {why}, made it",
        f"Mend {source}, remove {name} from {definer}, or write `adopt: true` there to take it over.",
    )


def let_go(
    name: str, observed: Observed, settings: Settings, origins: Origins, now: datetime
) -> ContributorState:
    """Return a profile that stays as it is with only the access that a trusted source gave there and gives no longer.

    An untrusted source that defines a profile and then cannot be read, or disagrees with another
    one, must not hold up a trusted source that removes somebody there. What has ended is not here:
    it goes in any case.
    """
    room = contributor_state(name, observed)
    anchor = marked_objects(observed, settings)[name]
    definers = {anchor.source, *origins.claimants.get(name, ())}
    added = {
        (Person(one.kind.value, one.name), source)
        for source, one in origins.unplaced.get(name, ())
        if one.until is None or one.until > now
    }

    def is_let_go(one: Binding | Policy, person: Person) -> bool:
        is_trusted = all(origins.outranks(one.source, definer) for definer in definers)
        is_settled = is_trusted and not origins.leaves(one.source)
        return one.mark == settings.instance and is_settled and (person, one.source) not in added

    gone: list[Binding | Policy] = []
    for person, held in access_by_person(room).items():
        if not ended(held, settings, now):
            gone += [one for one in held.objects if is_let_go(one, person)]
    return with_only(room, gone)


@dataclass(frozen=True, slots=True)
class FrozenContributors:
    """A namespace without the people who stay as they are.

    Attributes:
        room: the namespace without what they hold; the names of that are taken.
        people: by person, the source that added them.
    """

    room: ContributorState
    people: Mapping[Person, str]


def staying(
    profile: Profile,
    bears: str,
    room: ContributorState,
    origins: Origins,
    settings: Settings,
    now: datetime,
) -> FrozenContributors:
    """Say who stays as they are in a profile of a readable source, until their time is up.

    Args:
        bears: the source that the profile bears; where it is taken over, what that one gave does
            not stay by itself.

    That is whom a frozen source added, and in a dispute whom one of its sources did, for as long as
    the profile is open. Whom its own source lists, and its owner, are that source's alone. An
    object that gives more than an addition can does not stay: who can write it wrote the source on
    it too.
    """
    if not profile.open or not _may_stay(room, origins):
        return FrozenContributors(room, {})
    own = _own(profile, origins)
    found: dict[Person, str] = {}
    over: set[Person] = set()
    hidden: list[Binding | Policy] = []
    for person, held in access_by_person(room).items():
        key = profile.name, UserKind(person.kind), person.name
        source = _claimed(held, origins, origins.disputed.get(key, frozenset()), settings)
        if source in ("", bears) or person in own or person == room.owner:
            continue
        if origins.outranks(origins.contributors.get(key, ""), source) or held.role == "admin":
            continue
        gone = ended(held, settings, now)
        if gone:
            over.add(person)
        stays = _as_added(held, person, gone, settings)
        if is_lasting(stays, ()):
            found[person] = source
            hidden += [*stays.bindings, *stays.policies]
    if over:
        room = replace(room, expired=room.expired | over)
    return (
        FrozenContributors(_without(room, hidden, found), found)
        if found
        else FrozenContributors(room, {})
    )


def _may_stay(room: ContributorState, origins: Origins) -> bool:
    """Whether there is anything to look at closer; in a document that was not merged, and in nearly all others, not."""
    if not origins.is_merged:
        return False
    held = chain(room.bindings.values(), room.policies.values())
    return bool(origins.disputed) or any(one.source and origins.leaves(one.source) for one in held)


def _own(profile: Profile, origins: Origins) -> set[Person]:
    added = origins.contributors
    return {
        Person(one.kind.value, one.name)
        for one in profile.contributors
        if (profile.name, one.kind, one.name) not in added
    }


def _claimed(
    held: PersonAccess, origins: Origins, disputed: Collection[str], settings: Settings
) -> str:
    """Return which source gave somebody what they hold and may still want them to: '' for none of that kind."""
    found = {one.source for one in held.objects if one.mark == settings.instance}
    return min(
        (one for one in found if one and (one in disputed or origins.leaves(one))), default=""
    )


def _as_added(
    held: PersonAccess, person: Person, gone: Collection[str], settings: Settings
) -> PersonAccess:
    """Return what somebody holds beyond what has ended, as far as an addition gives it: to them alone, edit or view."""
    bindings = [
        one
        for one in held.bindings
        if one.subjects is None and one.granted in _ADDED and one.name not in gone
    ]
    if held.bindings and not bindings:
        return PersonAccess()
    policies = [
        one
        for one in held.policies
        if one.name not in gone and sole_person(one.spec, settings) == person
    ]
    return PersonAccess(bindings, policies)


def _without(
    room: ContributorState, hidden: Iterable[Binding | Policy], people: Iterable[Person]
) -> ContributorState:
    stay = {(type(one), one.name) for one in hidden}
    return replace(
        room,
        bindings={name: one for name, one in room.bindings.items() if (Binding, name) not in stay},
        policies={name: one for name, one in room.policies.items() if (Policy, name) not in stay},
        taken=room.taken | {name for _, name in stay},
        unplanned=tuple((person, "view") for person in people),
    )
