"""How far the source of somebody else is trusted, as rules for its document."""

from dataclasses import dataclass, replace
from typing import Final

from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.rules import Rules


@dataclass(frozen=True, slots=True)
class Trust:
    """What the administrator allows a source that somebody else writes.

    Attributes:
        names: patterns of the names that its profiles may have, such as `team-*`.
        is_full: whether it may adopt profiles, use plugins and set reserved keys, and has no limits
            on the numbers of profiles and contributors.
        profiles: number of profiles that its document may have.
        contributors: number of contributors that its document may have.
    """

    names: tuple[str, ...]
    profiles: int
    contributors: int
    is_full: bool = False

    def restrict(self, rules: Rules) -> Rules:
        """Return the rules of the installation with the restrictions for this source."""
        limits = Limits.of(self.profiles, self.contributors)
        if self.is_full:
            limits = limits.without_counts()
        return replace(rules, names=self.names, trusted=self.is_full, limits=limits)


_MOST: Final = 1_000_000  # the most that the settings allow
SEARCHED: Final = Trust(names=("*",), profiles=_MOST, contributors=_MOST, is_full=True)
"""The trust in a document that is only searched for people: nothing in it is applied."""
