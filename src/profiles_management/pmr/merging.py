"""Merging of the documents of several sources.

One source defines a profile. Others may add contributors to it if the profile is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from profiles_management.pmr import merge_conflicts
from profiles_management.pmr.additions import (
    Defined,
    Offer,
    identity,
    is_alike,
    last_end_first,
    offered,
)
from profiles_management.pmr.classes import (
    Addition,
    Contributor,
    Profile,
    ProfilesManagementRepresentation,
    UserKind,
)
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.merge_refusals import MergeRefusals
from profiles_management.pmr.origins import OWN, Added, Origins
from profiles_management.pmr.people import object_name
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.puhuri_section import Puhuri
from profiles_management.pmr.warnings import document_warnings

__all__ = ["Origins", "SourceDocument", "alone", "merge"]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """The source of a document.

    Attributes:
        name: the identity of the source: `config`, `git`, `relation:ENDPOINT:APPLICATION`. All
            objects of the source record it.
        pmr: the document; None if it cannot be read or is not valid. The objects of the source
            then stay unchanged.
        why: the reason why there is no document, on one line; '' for a source that is not given.
        trusted: whether the source may take over what exists. An untrusted source defines only new
            profiles and those that it created.
    """

    name: str
    pmr: ProfilesManagementRepresentation | None = None
    why: str = ""
    trusted: bool = True


def merge(
    sources: Iterable[SourceDocument],
    *,
    own: ProfilesManagementRepresentation | None = None,
    withdrawn: Collection[str] = frozenset(),
) -> ProfilesManagementRepresentation:
    """Return the documents of several sources as one, with `origins`; their order has no effect.

    The defaults of a document apply to its own profiles. Added contributors are listed after those
    of the profile, by name. What cannot be merged is left out and recorded in `origins`; the rest
    is merged. A trusted source has priority over an untrusted one: a second definition, or another
    role for a contributor, is refused there.

    Args:
        sources: the sources, each with a different name.
        own: the document of the administrator. It is trusted, and no object records it as its
            source.
        withdrawn: names of sources that were removed on purpose: their objects are stale. The
            objects of a source that is neither here nor in `sources` stay unchanged.

    Raises:
        ValueError: two sources have the same name, or one has none.
    """
    ordered = sorted(sources, key=lambda source: source.name)
    _check_names(ordered)
    by_name = {} if own is None else {OWN: own}
    by_name |= {source.name: source.pmr for source in ordered if source.pmr is not None}
    frozen = {source.name: source.why for source in ordered if source.pmr is None}
    untrusted = frozenset(source.name for source in ordered if not source.trusted)
    with collector_paused():
        settled = frozenset((*by_name, *withdrawn)) - frozen.keys()
        return _Merging(by_name, frozen, settled, untrusted).result()


def alone(pmr: ProfilesManagementRepresentation) -> ProfilesManagementRepresentation:
    """Return the document of the administrator where no other source is given.

    It stays as it is, with its defaults. What other sources made stays unchanged: that they are not
    given in one run does not mean that they are gone.
    """
    pmr.origins = Origins(settled=frozenset({OWN}), profiles=dict.fromkeys(pmr.profiles, OWN))
    return pmr


def _check_names(ordered: Sequence[SourceDocument]) -> None:
    names = ["", *(source.name for source in ordered)]
    for before, name in pairwise(names):
        if before == name:
            raise ValueError(f"two sources have the name {name!r}, or one has no name.")


class _Merging:
    """Collects the parts of the merged document."""

    def __init__(
        self,
        sources: Mapping[str, ProfilesManagementRepresentation],
        frozen: Mapping[str, str],
        settled: frozenset[str],
        untrusted: frozenset[str],
    ) -> None:
        self.sources = sources
        self.frozen = frozen
        self.settled = settled
        self.untrusted = untrusted
        self.profiles: dict[str, Profile] = {}
        self.origins: dict[str, str] = {}
        self.contributors: dict[Added, str] = {}
        self.conflicts: dict[str, Problem] = {}
        self.claimants: dict[str, frozenset[str]] = {}
        self.disputed: dict[Added, frozenset[str]] = {}
        self.refusals = MergeRefusals()
        self.unplaced: dict[str, list[Offer]] = {}

    def result(self) -> ProfilesManagementRepresentation:
        self._define()
        for name, additions in sorted(self._additions().items()):
            if name in self.profiles:
                self._add(name, additions)
            else:
                self._leave_out(name, additions)
        merged = ProfilesManagementRepresentation(
            [self.profiles[name] for name in sorted(self.profiles)], puhuri=self._portal()
        )
        merged.origins = Origins(
            settled=self.settled,
            profiles=self.origins,
            contributors=self.contributors,
            frozen=self.frozen,
            conflicts=self.conflicts,
            claimants=self.claimants,
            disputed=self.disputed,
            refused=tuple(self.refusals.problems),
            refused_contributors=tuple(self.refusals.contributors),
            unplaced=self.unplaced,
            untrusted=self.untrusted,
        )
        merged.warnings = tuple(
            warning for pmr in self.sources.values() for warning in document_warnings(pmr)
        )
        return merged

    def _portal(self) -> Puhuri | None:
        """Return the customer of the first source that names one; only trusted sources may."""
        sections = (pmr.puhuri for pmr in self.sources.values() if pmr.puhuri is not None)
        customers = (section.customer for section in sections)
        customer = next(filter(None, customers), None)
        return None if customer is None else Puhuri(customer=customer)

    # profiles

    def _define(self) -> None:
        definers: dict[str, list[str]] = defaultdict(list)
        for source, pmr in self.sources.items():
            for name in pmr.profiles:
                definers[name].append(source)
        for name, sources in definers.items():
            source, *others = self._decisive(sources)
            if others:
                self.conflicts[name] = merge_conflicts.two_definitions(name, [source, *others])
                self.claimants[name] = frozenset([source, *others])
            else:
                self.profiles[name] = _with_defaults(self.sources[source], name)
                self.origins[name] = source
            for loser in sources:
                if loser not in (source, *others):
                    problem = merge_conflicts.trusted_defines(name, loser, [source, *others])
                    self.refusals.add(problem)

    def _decisive(self, sources: Sequence[str]) -> Sequence[str]:
        """Return the sources with priority: the trusted ones, or all if none is trusted."""
        return [source for source in sources if source not in self.untrusted] or sources

    # additions

    def _additions(self) -> dict[str, list[tuple[str, Addition]]]:
        additions: dict[str, list[tuple[str, Addition]]] = defaultdict(list)
        for source, pmr in self.sources.items():
            for name, addition in pmr.additions.items():
                additions[name].append((source, addition))
        return additions

    def _leave_out(self, name: str, additions: Sequence[tuple[str, Addition]]) -> None:
        """Record the additions to a profile that no source defines, or that several define."""
        self.unplaced[name] = [*offered(additions)]
        if name not in self.conflicts:
            self._refuse_all(name, additions)

    def _refuse_all(self, name: str, additions: Sequence[tuple[str, Addition]]) -> None:
        for source, addition in additions:
            problem = merge_conflicts.no_way_in(name, source, self.origins.get(name))
            self.refusals.add(problem, addition.contributors)

    def _add(self, name: str, additions: Sequence[tuple[str, Addition]]) -> None:
        """Add the contributors of several sources to one profile."""
        profile = self.profiles[name]
        if not profile.open:
            self._refuse_all(name, additions)
            return
        offers = self._offers(profile, additions)
        agreed: list[Contributor] = []
        for _, offer in sorted(offers.items()):
            agreed += self._agreed(name, offer)
        added = [*self._with_own_names(profile, agreed)]
        if added:
            contributors = [*profile.contributors, *added]
            self.profiles[name] = profile.model_copy(update={"contributors": contributors})

    def _offers(
        self, profile: Profile, additions: Sequence[tuple[str, Addition]]
    ) -> dict[tuple[UserKind, str], list[Offer]]:
        """Return who is added by which sources; those who may not be added are refused."""
        offers: dict[tuple[UserKind, str], list[Offer]] = defaultdict(list)
        defined = Defined(profile, self.origins[profile.name])
        for source, person in offered(additions):
            problem = defined.refusal(person, source)
            listed = defined.listed.get(identity(person))
            if problem is not None:
                self.refusals.add(problem, [person])
            elif listed is not None:
                self.refusals.overruled(profile.name, (source, person), listed)
            else:
                offers[identity(person)].append((source, person))
        return offers

    def _with_own_names(
        self, profile: Profile, added: Sequence[Contributor]
    ) -> Iterator[Contributor]:
        """Yield those whose objects have names of their own; only crafted names do not."""
        named = {object_name(person): person for person in profile.contributors}
        for person in added:
            other = named.setdefault(object_name(person), person)
            if other is person:
                yield person
                continue
            source = self.contributors.pop((profile.name, person.kind, person.name))
            problem = merge_conflicts.name_collision(profile.name, source, person)
            self.refusals.add(problem, [person])

    def _agreed(self, name: str, offer: Sequence[Offer]) -> list[Contributor]:
        """Return the contributor on whom the sources with priority agree; none in a dispute.

        If they give several ends of access, the last one applies.
        """
        decisive = self._decisive([source for source, _ in offer])
        counted = [(source, person) for source, person in offer if source in decisive]
        first = counted[0][1]
        others = [(source, person) for source, person in offer if not is_alike(person, first)]
        if set(decisive).isdisjoint(source for source, _ in others):
            self._refuse_disputed(name, others, decisive)
            source, person = min(counted, key=last_end_first)
            self.contributors[name, person.kind, person.name] = source
            for other in offer:
                if other[0] not in decisive and is_alike(other[1], first):
                    self.refusals.overruled(name, other, person)
            return [person]
        without_priority = [(source, person) for source, person in others if source not in decisive]
        self._refuse_disputed(name, [*counted, *without_priority], decisive)
        sources = frozenset(decisive)
        self.disputed |= {(name, person.kind, person.name): sources for _, person in counted}
        return []

    def _refuse_disputed(self, name: str, offers: Iterable[Offer], decisive: Sequence[str]) -> None:
        for source, person in offers:
            problem = merge_conflicts.disputed(name, source, person, decisive)
            self.refusals.add(problem, [person])


def _with_defaults(pmr: ProfilesManagementRepresentation, name: str) -> Profile:
    """Return a profile with the defaults of its document in it."""
    profile = pmr.profiles[name]
    if pmr.defaults is None and pmr.puhuri is None:
        return profile
    return profile.model_copy(
        update={
            "puhuri": pmr.project_of(profile),
            "resources": pmr.resources_of(profile),
            "limit_range": pmr.limit_range_of(profile),
            "labels": pmr.labels_of(profile),
        }
    )
