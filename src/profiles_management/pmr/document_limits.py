"""Limits of one document: how much it may contain, and how much work its validation may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_PROBLEMS: Final = 3_000
"""The most problems that are reported for one document; validation stops there."""

MOST_VALUES: Final = 3_000_000
MOST_LINES: Final = 1_000_000
MOST_AMOUNTS: Final = 500_000

# An entry with every field has fewer values and amounts than this.
_VALUES, _OF_PROFILE, _OF_CONTRIBUTOR = 10_000, 32, 10
_AMOUNTS, _AMOUNTS_OF_PROFILE = 2_000, 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a document may contain.

    Attributes:
        profiles: the most entries in its list of profiles; None for any number.
        contributors: the most contributors of all entries together; None for any number.
        values: the most keys and values in the whole document, with aliases expanded.
        amounts: the most amounts in quotas and limit ranges, each of which takes arithmetic.
    """

    profiles: int | None = None
    contributors: int | None = None
    values: int = MOST_VALUES
    amounts: int = MOST_AMOUNTS

    @classmethod
    def of(cls, profiles: int, contributors: int) -> Limits:
        """Return the limits of a document with up to this many profiles and contributors."""
        values = _VALUES + _OF_PROFILE * profiles + _OF_CONTRIBUTOR * contributors
        amounts = _AMOUNTS + _AMOUNTS_OF_PROFILE * profiles
        return cls(profiles, contributors, min(values, MOST_VALUES), min(amounts, MOST_AMOUNTS))

    def without_counts(self) -> Limits:
        """Return these limits without limits on the number of profiles and contributors."""
        return Limits(values=self.values, amounts=self.amounts)


NO_LIMITS: Final = Limits()


@dataclass(slots=True)
class Budget:
    """What validation may still spend on a document; pydantic passes it on as the context.

    Attributes:
        findings: how many more findings are reported with a remedy.
        amounts: how many more amounts are checked.
    """

    findings: int = MOST_PROBLEMS
    amounts: int = MOST_AMOUNTS

    @classmethod
    def of(cls, context: object) -> Budget:
        """Return the budget in a context of validation; a new one where there is none."""
        return context if isinstance(context, Budget) else cls()
