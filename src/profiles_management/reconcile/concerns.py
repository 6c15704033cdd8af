"""What a person has to agree to before a plan is applied. Each target says what that is. Pure."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from profiles_management.reconcile.plan import Plan


class Concern(NamedTuple):
    """One thing to agree to.

    Attributes:
        kind: what it is about; the value is what JSON has.
        about: whose access it is, or what else it is about; '' where the profile says it all.
    """

    kind: StrEnum
    profile: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a target asks about.

    Attributes:
        concerns: returns everything in a plan that a person has to agree to.
        kinds: the kinds of concerns, in the order of a sentence.
        words: returns what concerns of one kind are in words, such as `2 role assignments end`.
    """

    concerns: Callable[[Plan], frozenset[Concern]]
    kinds: type[StrEnum]
    words: Callable[[StrEnum, Sequence[Concern]], str]

    def sentence(self, agreed: Collection[Concern]) -> str:
        """Return what is to be agreed to in one sentence, without a full stop; '' for nothing."""
        return ", ".join(self.words(kind, concerns) for kind, concerns in self._by_kind(agreed))

    def data(self, agreed: Collection[Concern]) -> list[dict[str, Any]]:
        """Return what is to be agreed to as data: [{kind, what, profiles}]."""
        return [self._data(kind, concerns) for kind, concerns in self._by_kind(agreed)]

    def _data(self, kind: StrEnum, concerns: Sequence[Concern]) -> dict[str, Any]:
        profiles = sorted({concern.profile for concern in concerns})
        return {"kind": str(kind), "what": self.words(kind, concerns), "profiles": profiles}

    def _by_kind(self, agreed: Collection[Concern]) -> Iterator[tuple[StrEnum, list[Concern]]]:
        by_kind: dict[StrEnum, list[Concern]] = {}
        for concern in sorted(agreed):
            by_kind.setdefault(concern.kind, []).append(concern)
        for kind in filter(by_kind.get, self.kinds):
            yield kind, by_kind[kind]
