"""The figures of one size: every run, with medians and ratios."""

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from spread import MEGABYTE, Spread, spread


@dataclass
class Figures:
    """All runs of one size.

    `engine[i]` and `yaml[i]` followed one another (keys: see measure.py).
    """

    profiles: int
    contributors: int
    engine: list[dict[str, Any]] = field(default_factory=list)
    yaml: list[dict[str, Any]] = field(default_factory=list)

    def of(self, *steps: str) -> Spread:
        """Return the time of the engine for one step, or for several together."""
        return spread([sum(run[step] for step in steps) for run in self.engine])

    @property
    def yaml_load(self) -> Spread:
        """The time of `yaml.load`."""
        return spread([run["load"] for run in self.yaml])

    def load_ratio(self, clock: str = "load") -> Spread:
        """Return the time to load and validate, divided by that of `yaml.load` in the same run.

        Args:
            clock: `load` for wall time, `load_cpu` for processor time.
        """
        return spread(
            [one[clock] / other[clock] for one, other in zip(self.engine, self.yaml, strict=True)]
        )

    def share(self, *steps: str) -> float:
        """Return a step's share of load, observe and plan together."""
        return median(
            sum(run[step] for step in steps) / (run["load"] + run["noop"]) for run in self.engine
        )

    @property
    def requests(self) -> int:
        """The number of requests of a no-op, which is the same in every run."""
        return int(self.of("requests").high)

    @property
    def peak(self) -> Spread:
        """Peak resident memory of the engine's process, in megabytes."""
        return spread([run["peak"] / MEGABYTE for run in self.engine])


def growth(figures: list[Figures], *steps: str) -> list[float]:
    """Return the time of each size divided by that of the size before it."""
    medians = [one.of(*steps).median for one in figures]
    return [after / before for before, after in pairwise(medians)]
