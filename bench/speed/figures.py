"""The figures of one size: every run of every way, and their ratios."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from spread import MEGABYTE, Spread, spread


class Way(StrEnum):
    """A measured way: a run of the engine, or what it is compared with. The value is its name."""

    NOOP = "no-op"
    WHOLE = "(a) the same lists, raw, each whole"
    PAGES = "(a) the same lists, raw, in pages"
    PLAIN = "(a) the same lists, raw, each whole, not compressed"
    LOOK = "(b) one request after another"
    DIFF = "(c) `kubectl diff`"
    ONE = "one contributor changed"
    PERCENT = "1 % of the contributors changed"
    FIRST = "first apply"
    WRITES = "(d) the same objects, already encoded"
    KUBECTL = "(e) `kubectl apply --server-side`"
    LOOP = "(f) one request after another"


@dataclass
class Figures:
    """All runs at one size.

    Runs of two compared ways with the same number followed one another. A run has the figures of
    measure.py, `requests` by verb, and `server`, the processor time of the API server in seconds.
    """

    profiles: int
    contributors: int
    runs: dict[Way, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def of(self, way: Way, key: str) -> Spread:
        """Return one figure over all runs of a way."""
        return spread([run[key] for run in self.runs[way]])

    def peak(self, way: Way) -> Spread:
        """Return the peak memory of the process over all runs of a way, in megabytes."""
        return spread([run["peak"] / MEGABYTE for run in self.runs[way]])

    def requests(self, way: Way) -> int:
        """Return the number of requests of a way, the maximum if runs differ by retries."""
        return max(sum(run["requests"].values()) for run in self.runs[way])

    def ratio(self, way: Way, other: Way) -> Spread:
        """Return the time of one way divided by that of another, run by run."""
        # ways that take minutes have fewer runs
        pairs = zip(self.runs[way], self.runs[other], strict=False)
        return spread([one["wall"] / two["wall"] for one, two in pairs])

    @property
    def raw(self) -> Way:
        """The quickest way to fetch the same lists."""
        return min((Way.WHOLE, Way.PAGES, Way.PLAIN), key=lambda way: self.of(way, "wall").median)

    @property
    def objects(self) -> int:
        """The number of objects in the lists."""
        return int(self.of(Way.WHOLE, "objects").high)
