"""Documents of several sources become one: a profile has one source, others may add contributors where it lets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from profiles_management.pmr import merge_conflicts
from profiles_management.pmr.classes import (
    Addition,
    Contributor,
    ContributorRole,
    Profile,
    ProfilesManagementRepresentation,
    UserKind,
)
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.names import quoted
from profiles_management.pmr.origins import OWN, Added, Origins, label
from profiles_management.pmr.people import object_name
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.user_names import same_user
from profiles_management.pmr.warnings import document_warnings

__all__ = ["Origins", "SourceDocument", "merge"]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """Where a document comes from.

    Attributes:
        name: what identifies it: `config`, `git`, `relation:ENDPOINT:APPLICATION`. Kept on all that
            it makes.
        pmr: its document; None where it cannot be read or is not valid, and what it made is left as
            it is.
        why: where there is no document, the reason, on one line.
        trusted: whether it may take what exists already; one that is not defines new profiles and
            those that it made.
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
    """Return the one document that several sources make, with `origins`. Their order means nothing.

    Args:
        own: the document of the administrator. It is trusted, and no object records it as its
            source.
        withdrawn: names of sources that were there and were taken away on purpose: what they made
            is stale. What a source made that is neither here nor there stays as it is.

    The defaults of a document hold for its own profiles. Contributors that other sources add are
    listed after a profile's own, by name. What cannot be merged is left out and told in `origins`;
    nothing that is in dispute keeps the rest from going on. What a trusted source says holds
    against every source that is not: a second definition, or another role for a contributor, is
    refused there.

    Raises:
        ValueError: two sources have one name, or one has none.
    """
    by_name = {} if own is None else {OWN: own}
    frozen: dict[str, str] = {}
    untrusted: set[str] = set()
    for source in sorted(sources, key=lambda source: source.name):
        if not source.name or source.name in by_name or source.name in frozen:
            raise ValueError(
                f"there are two sources called {source.name!r}, or one without a name."
            )
        untrusted |= set() if source.trusted else {source.name}
        if source.pmr is None:
            frozen[source.name] = source.why
        else:
            by_name[source.name] = source.pmr
    with collector_paused():
        settled = frozenset((*by_name, *withdrawn)) - frozen.keys()
        return _Merging(by_name, frozen, settled, frozenset(untrusted)).result()


class _Merging:
    """Collects what one document is made of."""

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
        self.refused: list[Problem] = []
        self.unplaced: dict[str, list[tuple[str, Contributor]]] = {}

    def result(self) -> ProfilesManagementRepresentation:
        self._define()
        for name, additions in sorted(self._additions().items()):
            if name in self.profiles:
                self._add(name, additions)
            else:
                self._leave_out(name, additions)
        merged = ProfilesManagementRepresentation(
            [self.profiles[name] for name in sorted(self.profiles)]
        )
        merged.origins = Origins(
            settled=self.settled,
            profiles=self.origins,
            contributors=self.contributors,
            frozen=self.frozen,
            conflicts=self.conflicts,
            claimants=self.claimants,
            disputed=self.disputed,
            refused=tuple(self.refused),
            unplaced=self.unplaced,
            untrusted=self.untrusted,
        )
        merged.warnings = tuple(
            warning for pmr in self.sources.values() for warning in document_warnings(pmr)
        )
        return merged

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
            refused = [loser for loser in sources if loser not in (source, *others)]
            self.refused += [
                merge_conflicts.trusted_defines(name, loser, [source, *others]) for loser in refused
            ]

    def _decisive(self, sources: Sequence[str]) -> Sequence[str]:
        """Return the sources whose word counts where several disagree: the trusted ones, or all where none is."""
        return [source for source in sources if source not in self.untrusted] or sources

    # additions

    def _additions(self) -> dict[str, list[tuple[str, Addition]]]:
        found: dict[str, list[tuple[str, Addition]]] = defaultdict(list)
        for source, pmr in self.sources.items():
            for name, addition in pmr.additions.items():
                found[name].append((source, addition))
        return found

    def _leave_out(self, name: str, additions: Sequence[tuple[str, Addition]]) -> None:
        """Add nobody to a profile that no source defines, or several do, which is told and has to be settled first."""
        self.unplaced[name] = [
            (source, one) for source, addition in additions for one in addition.contributors
        ]
        if name not in self.conflicts:
            self.refused += [
                merge_conflicts.no_way_in(name, source, None) for source, _ in additions
            ]

    def _add(self, name: str, additions: Sequence[tuple[str, Addition]]) -> None:
        """Add to one profile what several sources have to add."""
        profile = self.profiles[name]
        if not profile.open:
            self.refused += [
                merge_conflicts.no_way_in(name, source, self.origins[name])
                for source, _ in additions
            ]
            return
        offers: dict[tuple[UserKind, str], list[tuple[str, Contributor]]] = defaultdict(list)
        taken = _Taken(profile, self.origins[name])
        for source, addition in additions:
            for person in addition.contributors:
                if (problem := taken.refusal(person, source)) is not None:
                    self.refused.append(problem)
                elif not taken.has(person):
                    offers[person.kind, same_user(person.name)].append((source, person))
        added = [one for _, offer in sorted(offers.items()) for one in self._agreed(name, offer)]
        added = list(self._apart(profile, added))
        if added:
            self.profiles[name] = profile.model_copy(
                update={"contributors": [*profile.contributors, *added]}
            )

    def _apart(self, profile: Profile, added: Sequence[Contributor]) -> Iterator[Contributor]:
        """Yield those whose objects can have names of their own; somebody made the names of the others for that."""
        if not added:
            return
        named = {object_name(person): person for person in profile.contributors}
        for person in added:
            other = named.setdefault(object_name(person), person)
            if other is person:
                yield person
                continue
            source = self.contributors.pop((profile.name, person.kind, person.name))
            who = f"{quoted(person.name)}, whose RoleBinding would have the name of another,"
            what = f"{source} adds {who} to {profile.name}"
            remedy = f"Remove {quoted(person.name)} from what {source} adds."
            self.refused.append(
                merge_conflicts.refused("name-collision", what, profile.name, source, remedy)
            )

    def _agreed(self, name: str, offer: Sequence[tuple[str, Contributor]]) -> Iterator[Contributor]:
        """Yield the contributor whom sources add alike, with the last end that one of them gives; none in a dispute."""
        decisive = self._decisive([source for source, _ in offer])
        counted = [(source, person) for source, person in offer if source in decisive]
        if len({(person.name, person.role) for _, person in counted}) > 1:
            sources = frozenset(decisive)
            self.disputed |= {(name, person.kind, person.name): sources for _, person in counted}
            self.refused += [
                merge_conflicts.disputed(name, source, person, decisive)
                for source, person in counted
            ]
        else:
            source, person = min(counted, key=_last_end_first)
            self.contributors[name, person.kind, person.name] = source
            yield person
        for source, person in offer:
            if source not in decisive and (person.name, person.role) != (
                counted[0][1].name,
                counted[0][1].role,
            ):
                self.refused.append(merge_conflicts.disputed(name, source, person, decisive))


class _Taken:
    """The people whom a profile's own source names: it alone says what they may do."""

    def __init__(self, profile: Profile, definer: str) -> None:
        self.profile = profile
        self.definer = label(definer)
        self.listed = {
            (person.kind, same_user(person.name)): person for person in profile.contributors
        }

    def has(self, person: Contributor) -> bool:
        return (person.kind, same_user(person.name)) in self.listed

    def refusal(self, person: Contributor, source: str) -> Problem | None:
        """Return what keeps a source from adding somebody, None for nothing."""
        profile, who, definer = self.profile.name, quoted(person.name), self.definer
        owner, listed = self.profile.owner, self.listed.get((person.kind, same_user(person.name)))
        remedy = f"Remove {who} from what {source} adds."
        if (owner.kind, same_user(owner.name)) == (person.kind, same_user(person.name)):
            what = f"{source} adds {who} to {profile}, whose owner that is by {definer}"
            return merge_conflicts.refused("owner-contributes", what, profile, source, remedy)
        if person.role == ContributorRole.ADMIN:
            what = f"{source} adds {who} to {profile} as admin, which only {definer} can"
            return merge_conflicts.refused("admin-added", what, profile, source, remedy)
        if listed is None or (listed.name, listed.role) == (person.name, person.role):
            return None
        if listed.name != person.name:
            what = f"{source} adds {who} to {profile}, where {definer} lists the same name in another spelling"
            return merge_conflicts.refused("case-clash", what, profile, source, remedy)
        what = f"{source} adds {who} to {profile} as {person.role}, and by {definer} the role is {listed.role}"
        return merge_conflicts.refused(
            "two-roles", what, profile, source, f"{remedy} Until then {listed.role} holds."
        )


def _with_defaults(pmr: ProfilesManagementRepresentation, name: str) -> Profile:
    """Return a profile of a document with the document's defaults in it."""
    profile, defaults = pmr.profiles[name], pmr.defaults
    if defaults is None:
        return profile
    return profile.model_copy(
        update={
            "resources": pmr.resources_of(profile),
            "limit_range": pmr.limit_range_of(profile),
            "labels": pmr.labels_of(profile),
        }
    )


def _last_end_first(one: tuple[str, Contributor]) -> tuple[bool, float, str]:
    source, person = one
    until = person.until
    return until is not None, 0.0 if until is None else -until.timestamp(), source
