"""What was measured at one size: every run, and the medians and ratios that are made of them."""

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
        """Return what the engine took for one step, or for several together."""
        return spread([sum(run[step] for step in steps) for run in self.engine])

    @property
    def yaml_load(self) -> Spread:
        """What `yaml.load` took."""
        return spread([run["load"] for run in self.yaml])

    def load_ratio(self, clock: str = "load") -> Spread:
        """Return loading and validating in times of `yaml.load` of the same run.

        `load_cpu` for processor time.
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
        """Requests of a no-op; every run sends as many."""
        return int(self.of("requests").high)

    @property
    def peak(self) -> Spread:
        """Peak resident memory of the engine's process, in megabytes."""
        return spread([run["peak"] / MEGABYTE for run in self.engine])


def growth(figures: list[Figures], *steps: str) -> list[float]:
    """Return how many times longer each size takes than the one before it."""
    medians = [one.of(*steps).median for one in figures]
    return [after / before for before, after in pairwise(medians)]
