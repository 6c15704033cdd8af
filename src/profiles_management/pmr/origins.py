"""Which source said what: kept beside a document that was merged of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import Problem

Added = tuple[str, UserKind, str]
"""A contributor that a source adds: the profile's name, the kind and the name of whom it adds."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a merged document comes from. Empty for a document of its own, whose profiles bear no source.

    Attributes:
        settled: the sources whose word holds: those that were read, and those that were withdrawn on purpose. What any
            other source made stays as it is: it cannot be read, or is not there yet.
        profiles: by profile, the source that defines it.
        contributors: the source of each contributor whom another source added; the others are their profile's own.
        frozen: why each source that cannot be read cannot; what it made stays as it is.
        conflicts: by profile, what several sources disagree on; it stays exactly as it is.
        disputed: contributors whom several sources add differently, with those sources; what they have from one of
            these stays as it is, and they get nothing new.
        untrusted: sources that define new profiles and keep those that they made, and take nothing that exists.
        refused: additions that are not made, each with its source as `where.file`; the profile itself goes on.
    """

    settled: frozenset[str] = frozenset()
    profiles: Mapping[str, str] = field(default_factory=dict)
    contributors: Mapping[Added, str] = field(default_factory=dict)
    frozen: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, Problem] = field(default_factory=dict)
    disputed: Mapping[Added, frozenset[str]] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()
    untrusted: frozenset[str] = frozenset()

    @property
    def is_merged(self) -> bool:
        """Whether the document was merged of sources."""
        return bool(self.settled or self.frozen)

    def leaves(self, source: str) -> bool:
        """Return whether what a source made stays as it is.

        What bears no source was made before there were any, so that any source that cannot be read may be the one that
        names it.
        """
        return self.is_merged and (source not in self.settled if source else bool(self.frozen))


NO_ORIGINS: Final = Origins()
