"""What stays as it is: access from unreadable sources, and people whom sources dispute. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

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
from profiles_management.kubeflow.state.observed import Binding, MarkedObject, Observed, Policy
from profiles_management.kubeflow.state.ownership import (
    marked_objects,
    recorded_source,
    refusal,
)
from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation, UserKind
from profiles_management.pmr.origins import (
    Origins,
    absent_remedies,
    is_public,
    label,
    public_label,
)
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import NOT_GIVEN, Person

CODE: Final = "frozen-source"
"""The code of a refused profile that a source made which cannot be read."""

_ADDED = ("edit", "view")  # the roles that a source can give in a profile of another one


# profiles


def profiles(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> dict[str, str]:
    """Return our profiles that stay as they are, by name, with their recorded source.

    A trusted source that defines a profile now does not wait for an untrusted one that cannot be
    read.
    """
    if not pmr.origins.is_merged:
        return {}
    return {
        name: marked.source
        for name, marked in sorted(marked_objects(observed, settings).items())
        if marked.mark == settings.instance and _is_frozen(name, marked, pmr)
    }


def _is_frozen(name: str, marked: MarkedObject, pmr: ProfilesManagementRepresentation) -> bool:
    origins = pmr.origins
    if name in origins.conflicts or not origins.leaves(marked.source):
        return False
    profile = pmr.profiles.get(name)
    return profile is None or not _is_taken_over(profile, marked.source, origins)


def _is_taken_over(profile: Profile, source: str, origins: Origins) -> bool:
    """Whether a readable source has the last word on a profile that another one made."""
    if profile.adopt or not source:
        return True
    return origins.overrules(profile.name, source)


def conflict(name: str, source: str, origins: Origins) -> Problem:
    """Return the problem of a profile that an unreadable source made and another defines."""
    definer = label(origins.profiles[name])
    adoption = "write `adopt: true` there to take it over"
    if origins.frozen.get(source):
        why = "cannot be read"
        remedy = f"Fix {source}, remove {name} from {definer}, or {adoption}."
    else:
        why = NOT_GIVEN
        remedy = ", ".join((*absent_remedies(source), f"or {adoption}."))
    text = f"{name} is defined by {{}}, and {{}}, which {why}, made it".format
    return refusal(
        name,
        CODE,
        text(definer, source),
        remedy,
        nameless=text(public_label(definer), public_label(source)),
        names_nobody=is_public(definer) and is_public(source),
    )


# what a trusted source gave in a profile that stays as it is


def let_go(
    name: str, observed: Observed, settings: Settings, origins: Origins, now: datetime
) -> ContributorState:
    """Return the access in a frozen profile that a trusted source gave and no longer gives.

    An untrusted source that defines a profile and then cannot be read, or disagrees with another
    one, must not delay a trusted source that removes a person there. Access that has ended is not
    included: it is revoked in any case.
    """
    state = contributor_state(name, observed)
    definers = {recorded_source(name, observed, settings), *origins.claimants.get(name, ())}
    added = set(_added(name, origins, now))
    revoked: list[Binding | Policy] = []
    for person, access in access_by_person(state).items():
        if ended(access, settings, now):
            continue
        for item in access.objects:
            is_withdrawn = (person, item.source) not in added
            if item.mark == settings.instance and is_withdrawn:
                revoked.append(item)
    settled = [item for item in revoked if _is_settled(item.source, definers, origins)]
    return with_only(state, settled)


def _added(name: str, origins: Origins, now: datetime) -> Iterator[tuple[Person, str]]:
    """Yield whom sources add to a profile that stays as it is, with the source."""
    for source, contributor in origins.unplaced.get(name, ()):
        if contributor.until is None or contributor.until > now:
            yield Person(contributor.kind.value, contributor.name), source


def _is_settled(source: str, definers: Collection[str], origins: Origins) -> bool:
    """Whether a source can be read, and is trusted more than all who define the profile."""
    if origins.leaves(source):
        return False
    return all(origins.outranks(source, definer) for definer in definers)


# contributors


@dataclass(frozen=True, slots=True)
class FrozenContributors:
    """A namespace without the people who stay as they are.

    Attributes:
        state: the namespace without their objects, whose names are taken.
        people: by person, the source that added them.
    """

    state: ContributorState
    people: Mapping[Person, str]


def staying(
    profile: Profile,
    recorded: str,
    state: ContributorState,
    origins: Origins,
    settings: Settings,
    now: datetime,
) -> FrozenContributors:
    """Return who stays as they are in a profile of a readable source, until their time is up.

    These are the people whom a source added that cannot be read, and people on whom sources
    disagree, for as long as the profile is open. People whom the profile's own source lists, and
    its owner, are that source's alone. An object that gives more than an addition can does not
    stay: a person who can write it wrote the source on it too.

    Args:
        recorded: the source that the profile records; what that one gave does not stay by itself
            where the profile is taken over.
    """
    if not profile.open or not _may_stay(state, origins):
        return FrozenContributors(state, {})
    return _StayingPeople(profile, recorded, state, origins, settings, now).found()


def _may_stay(state: ContributorState, origins: Origins) -> bool:
    """Whether anybody can stay.

    In a single document, and in nearly all other profiles, nobody can.
    """
    if not origins.is_merged:
        return False
    if origins.disputed:
        return True
    sources = {item.source for item in state.objects()} - {""}
    return any(map(origins.leaves, sources))


class _StayingPeople:
    """Finds the people who stay as they are in one profile."""

    def __init__(
        self,
        profile: Profile,
        recorded: str,
        state: ContributorState,
        origins: Origins,
        settings: Settings,
        now: datetime,
    ) -> None:
        self.profile = profile
        self.recorded = recorded
        self.state = state
        self.origins = origins
        self.settings = settings
        self.now = now
        self.own = {state.owner, *self._own()}

    def found(self) -> FrozenContributors:
        """Return them, and the namespace without what stays."""
        people: dict[Person, str] = {}
        staying: list[Binding | Policy] = []
        expired: set[Person] = set()
        for person, access in access_by_person(self.state).items():
            source = self._source_of(person, access)
            if not source:
                continue
            ended_names = ended(access, self.settings, self.now)
            if ended_names:
                expired.add(person)
            kept = self._as_added(person, access, ended_names)
            if is_lasting(kept, ()):
                people[person] = source
                staying += kept.objects
        state = replace(self.state, expired=self.state.expired | expired)
        return FrozenContributors(_without(state, staying, people), people)

    def _own(self) -> Iterator[Person]:
        """Yield the people whom the profile's own source lists as contributors."""
        for contributor in self.profile.contributors:
            key = (self.profile.name, contributor.kind, contributor.name)
            if key not in self.origins.contributors:
                yield Person(contributor.kind.value, contributor.name)

    def _source_of(self, person: Person, access: PersonAccess) -> str:
        """Return the source because of which a person stays, '' for one who does not."""
        key = self.profile.name, UserKind(person.kind), person.name
        source = self._unsettled_source(access, self.origins.disputed.get(key, frozenset()))
        if source in ("", self.recorded):
            return ""
        if person in self.own or access.role == "admin":
            return ""
        if self.origins.outranks(self.origins.contributors.get(key, ""), source):
            return ""
        return source

    def _unsettled_source(self, access: PersonAccess, disputed: Collection[str]) -> str:
        """Return the source that gave a person access and may still want it.

        In dispute, or not readable.
        """
        sources = {item.source for item in access.objects if item.mark == self.settings.instance}
        unsettled = (
            source for source in sources if source in disputed or self.origins.leaves(source)
        )
        return min(filter(None, unsettled), default="")

    def _as_added(
        self, person: Person, access: PersonAccess, ended_names: Collection[str]
    ) -> PersonAccess:
        """Return a person's objects that have not ended, as far as an addition gives them.

        Edit or view, alone.
        """
        bindings = [
            binding
            for binding in access.bindings
            if binding.name not in ended_names and _is_addition(binding)
        ]
        if access.bindings and not bindings:
            return PersonAccess()
        policies = [
            policy
            for policy in access.policies
            if policy.name not in ended_names and self._lets_in_only(person, policy)
        ]
        return PersonAccess(bindings, policies)

    def _lets_in_only(self, person: Person, policy: Policy) -> bool:
        return sole_person(policy.spec, self.settings) == person


def _is_addition(binding: Binding) -> bool:
    return binding.subjects is None and binding.granted in _ADDED


def _without(
    state: ContributorState, staying: Collection[Binding | Policy], people: Collection[Person]
) -> ContributorState:
    """Return a namespace without objects that stay.

    Their names and their people's count where others are named.
    """
    if not staying:
        return state
    bindings, policies = dict(state.bindings), dict(state.policies)
    for item in staying:
        if isinstance(item, Binding):
            del bindings[item.name]
        else:
            del policies[item.name]
    return replace(
        state,
        bindings=bindings,
        policies=policies,
        taken=state.taken | {item.name for item in staying},
        unplanned=tuple((person, "view") for person in people),
    )
