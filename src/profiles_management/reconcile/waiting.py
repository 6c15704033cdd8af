"""How far what a run waits for has come, as a value and in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from profiles_management.reconcile.lines import count

_MINUTE = 60

Progress = Callable[[int, int], None]
"""Shows how many changes are at their end, and how many there are."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One look at what a run waits for. Durations are seconds.

    Attributes:
        done: profiles that the run no longer waits for, of those that it waited for at first.
        of: how many those were.
        elapsed: since the run began to write.
        left: until the deadline.
    """

    done: int
    of: int
    elapsed: float
    left: float

    @property
    def rate(self) -> float:
        """Profiles per second, 0 while that cannot be said."""
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def estimate(self) -> float | None:
        """How long the rest takes at this rate, None where that is unknown or nothing is left."""
        rest = self.of - self.done
        return rest / self.rate if rest and self.rate else None

    @property
    def short(self) -> str:
        """The text next to a progress bar."""
        return f"Waiting{self._speed('{} left')}"

    def __str__(self) -> str:
        done = f"{self.done:,} of {count(self.of, 'profile is', 'profiles are')} done"
        speed = self._speed("about {} for the rest")
        return f"{done}{speed}; waiting at most {duration(self.left)} more"

    def _speed(self, estimate: str) -> str:
        if not self.rate:
            return ""
        rate = (
            f"{self.rate:.1f} per second"
            if self.rate >= 1
            else f"{self.rate * _MINUTE:.1f} per minute"
        )
        rest = [] if self.estimate is None else [estimate.format(duration(self.estimate))]
        return f" ({', '.join([rate, *rest])})"


@runtime_checkable
class Watcher(Protocol):
    """Shows how far a run is: its changes, and what it waits for."""

    def __call__(self, done: int, of: int) -> None:
        """Show how many changes are through."""

    def waiting(self, waiting: Waiting) -> None:
        """Show one look at what the run waits for."""


def duration(seconds: float) -> str:
    """Return a duration in the unit that fits: `45 s`, `3 min`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    minutes = round(whole / _MINUTE)
    return (
        f"{minutes} min" if minutes < _MINUTE else f"{minutes // _MINUTE} h {minutes % _MINUTE} min"
    )
