"""What stays as it is: what a source made that cannot be read now, and people whom several sources add differently."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from profiles_management.kubeflow.held import Held, Room
from profiles_management.kubeflow.observed import Anchor, Observed
from profiles_management.kubeflow.ownership import refusal
from profiles_management.kubeflow.people import held_in
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation, UserKind
from profiles_management.pmr.origins import Origins
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person


def anchors(observed: Observed, settings: Settings) -> Mapping[str, Anchor]:
    """Return what bears the marks of each profile."""
    return observed.namespaces if settings.standalone else observed.profiles


def profiles(pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings) -> dict[str, str]:
    """Return the profiles of ours that are left as they are, sorted by name, with the source that they bear."""
    if not pmr.origins.is_merged:
        return {}
    return {
        name: one.source
        for name, one in sorted(anchors(observed, settings).items())
        if one.mark == settings.instance
        and name not in pmr.origins.conflicts
        and not ((defined := pmr.profiles.get(name)) is not None and (defined.adopt or not one.source))
        and pmr.origins.leaves(one.source)
    }


def conflict(name: str, source: str, origins: Origins) -> Problem:
    """Return what is told of a profile that a readable source defines and made by one that cannot be read."""
    definer = origins.profiles[name]
    why = "cannot be read" if source in origins.frozen else "is not there"
    return refusal(
        name,
        "frozen-source",
        f"{name} is defined by {definer}, and {source}, which {why}, made it",
        f"Mend {source}, remove {name} from {definer}, or write `adopt: true` there to take it over.",
    )


def taken(name: str, observed: Observed, settings: Settings, origins: Origins) -> Problem | None:
    """Return why a source that is not trusted may not have a profile: it is there, and the source did not make it.

    Otherwise whoever names the owner of something that exists, or waits until another source lets it go, would have it.
    """
    definer = origins.profiles.get(name, "")
    there = anchors(observed, settings).get(name) or observed.namespaces.get(name)
    if definer not in origins.untrusted or there is None or there.source == definer:
        return None
    maker = there.source or "somebody else"
    return refusal(
        name,
        "not-its-own",
        f"{name} exists, made by {maker}, and {definer} is not trusted to take it over",
        f"Define {name} in a source that is trusted, or trust {definer} (the charm's option relation-trust).",
    )


@dataclass(frozen=True, slots=True)
class Staying:
    """A namespace without the people who stay as they are.

    Attributes:
        room: the namespace without what they hold; the names of that are taken.
        people: by person, the source that added them.
    """

    room: Room
    people: Mapping[Person, str]


def staying(profile: Profile, bears: str, room: Room, origins: Origins, settings: Settings, now: datetime) -> Staying:
    """Say who stays as they are in a profile of a readable source, until their time is up.

    Args:
        bears: the source that the profile bears; where it is taken over, what that one gave does not stay by itself.

    That is whom a frozen source added, and in a dispute whom one of its sources did, for as long as the profile is
    open. Whom its own source lists, and its owner, are that source's alone.
    """
    if not profile.open or not _may_stay(room, origins):
        return Staying(room, {})
    own = _own(profile, origins)
    found: dict[Person, str] = {}
    over: set[Person] = set()
    gone: list[Held] = []
    for person, held in held_in(room).items():
        key = profile.name, UserKind(person.kind), person.name
        source = _claimed(held, origins, origins.disputed.get(key, frozenset()), settings)
        if source in ("", bears) or person in own or person == room.owner:
            continue
        if held.role == "admin":  # no addition gives that: somebody wrote a source on what another one gave
            continue
        if _is_over(held, now):
            over.add(person)
        else:
            found[person] = source
            gone.append(held)
    if over:
        room = replace(room, expired=room.expired | over)
    return Staying(_without(room, gone, found), found) if found else Staying(room, {})


def over(room: Room, settings: Settings, now: datetime) -> Room:
    """Return a namespace with only the people whom we gave access and whose time is up: these go, whoever is frozen."""
    ended = {person: held for person, held in held_in(room).items() if held.ours and _is_over(held, now)}
    bindings = {one.name: one for held in ended.values() for one in held.bindings if one.mark == settings.instance}
    policies = {one.name: one for held in ended.values() for one in held.policies if one.mark == settings.instance}
    return replace(room, bindings=bindings, policies=policies, expired=frozenset(ended))


def _may_stay(room: Room, origins: Origins) -> bool:
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


def _claimed(held: Held, origins: Origins, disputed: Collection[str], settings: Settings) -> str:
    """Return which source gave somebody what they hold and may still want them to: '' for none of that kind."""
    found = {one.source for one in (*held.bindings, *held.policies) if one.mark == settings.instance}
    return min((one for one in found if one and (one in disputed or origins.leaves(one))), default="")


def _is_over(held: Held, now: datetime) -> bool:
    """Whether somebody's time is up by what their objects say; without its RoleBinding a policy gives nothing."""
    return all(_has_come(one.until, now) for one in held.bindings or held.policies)


def _has_come(until: str, now: datetime) -> bool:
    """Whether the end of an access has come; one that somebody broke ends nothing."""
    try:
        end = datetime.fromisoformat(until) if until else None
    except ValueError:
        return False
    return end is not None and end.tzinfo is not None and end <= now


def _without(room: Room, gone: Iterable[Held], people: Iterable[Person]) -> Room:
    hidden = {name for held in gone for name in held.names}
    return replace(
        room,
        bindings={name: one for name, one in room.bindings.items() if name not in hidden},
        policies={name: one for name, one in room.policies.items() if name not in hidden},
        taken=room.taken | hidden,
        beside=tuple((person, "view") for person in people),
    )
