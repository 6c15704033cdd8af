"""Which source said what: kept beside a document that was merged of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from profiles_management.pmr.people import Contributor, UserKind
from profiles_management.pmr.problems import Problem

Added = tuple[str, UserKind, str]
"""A contributor that a source adds: the profile's name, the kind and the name of whom it adds."""


OWN: Final = ""
"""The name of the administrator's document among sources. No object records it."""


def label(source: str) -> str:
    """Return what messages call a source."""
    return source or "the document"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a merged document comes from. Empty for a document of its own, whose profiles bear no source.

    Attributes:
        settled: the sources whose word holds: those that were read, and those that were withdrawn
            on purpose. What any other source made stays as it is: it cannot be read, or is not
            there yet.
        profiles: by profile, the source that defines it.
        contributors: the source of each contributor whom another source added; the others are their
            profile's own.
        frozen: why each source that cannot be read cannot; what it made stays as it is.
        conflicts: by profile, what several sources disagree on; it stays exactly as it is.
        claimants: the sources that define each of these profiles.
        disputed: contributors whom several sources add differently, with those sources; what they
            have from one of these stays as it is, and they get nothing new.
        unplaced: whom sources add to profiles that no source defines, or several do, each with its
            source. They get nothing by that, and whom such a source gave access there before keeps
            it.
        untrusted: sources that define new profiles and keep those that they made, and take nothing
            that exists.
        refused: definitions and additions that do not count, each with its source as `where.file`;
            the profile itself goes on.
    """

    settled: frozenset[str] = frozenset()
    profiles: Mapping[str, str] = field(default_factory=dict)
    contributors: Mapping[Added, str] = field(default_factory=dict)
    frozen: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, Problem] = field(default_factory=dict)
    claimants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    disputed: Mapping[Added, frozenset[str]] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()
    unplaced: Mapping[str, Sequence[tuple[str, Contributor]]] = field(default_factory=dict)
    untrusted: frozenset[str] = frozenset()

    @property
    def is_merged(self) -> bool:
        """Whether the document was merged of sources."""
        return bool(self.settled or self.frozen)

    def outranks(self, source: str, other: str) -> bool:
        """Return whether the word of one source holds against that of another: the first is trusted, the other not."""
        return bool(source) and source not in self.untrusted and other in self.untrusted

    def overrules(self, profile: str, source: str) -> bool:
        """Return whether the source that defines a profile is trusted, and another one is not."""
        return self.profiles[profile] not in self.untrusted and source in self.untrusted

    def leaves(self, source: str) -> bool:
        """Return whether what a source made stays as it is.

        Only a trusted source may define a profile without a recorded source: an untrusted one keeps
        to what it made, where it is recorded. So only a trusted source that cannot be read keeps
        such a profile from being stale.
        """
        if not self.is_merged:
            return False
        if source in self.settled:
            return False
        return source != OWN or not self.frozen.keys() <= self.untrusted


NO_ORIGINS: Final = Origins()
