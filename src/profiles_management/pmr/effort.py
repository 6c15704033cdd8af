"""How much one document may hold, and how much work it may make for those who judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_PROBLEMS: Final = 3_000
"""Problems that are reported of one document; at this number nobody looks any further."""

MOST_VALUES: Final = 3_000_000
MOST_LINES: Final = 1_000_000
MOST_AMOUNTS: Final = 500_000

# what an entry with every field has, and some more
_VALUES, _OF_PROFILE, _OF_CONTRIBUTOR = 10_000, 32, 10
_AMOUNTS, _AMOUNTS_OF_PROFILE = 2_000, 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a document may hold.

    Attributes:
        profiles: entries of its list of profiles; None for any number.
        contributors: contributors of all entries together; None for any number.
        values: keys and values of the whole document, aliases expanded.
        amounts: amounts in quotas and limit ranges, each of which is computed with.
    """

    profiles: int | None = None
    contributors: int | None = None
    values: int = MOST_VALUES
    amounts: int = MOST_AMOUNTS

    @classmethod
    def of(cls, profiles: int, contributors: int) -> Limits:
        """Return the limits of a document with so many profiles and contributors; the rest follows from them."""
        values = _VALUES + _OF_PROFILE * profiles + _OF_CONTRIBUTOR * contributors
        amounts = _AMOUNTS + _AMOUNTS_OF_PROFILE * profiles
        return cls(profiles, contributors, min(values, MOST_VALUES), min(amounts, MOST_AMOUNTS))

    def without_counts(self) -> Limits:
        """Return these limits for a source that may define any number of profiles and contributors."""
        return Limits(values=self.values, amounts=self.amounts)


NO_LIMITS: Final = Limits()


@dataclass(slots=True)
class Effort:
    """What is left of the work that a document may make: the context in which its values are validated.

    Attributes:
        findings: how many more findings are worth a remedy.
        amounts: how many more amounts are looked at.
    """

    findings: int = MOST_PROBLEMS
    amounts: int = MOST_AMOUNTS
