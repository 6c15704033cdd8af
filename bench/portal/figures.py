"""The figures of one size: every run, with medians and ratios."""

from dataclasses import dataclass, field
from typing import Any

from spread import MEGABYTE, Spread, spread


@dataclass
class Turns:
    """Runs at one pace of the portal: `own[i]` and `raw[i]` followed one another."""

    own: list[dict[str, Any]] = field(default_factory=list)
    raw: list[dict[str, Any]] = field(default_factory=list)

    def of(self, step: str) -> Spread:
        """Return a figure of the no-op, such as `wall`."""
        return spread([run[step] for run in self.own])

    def raw_of(self, step: str) -> Spread:
        """Return a figure of the raw requests."""
        return spread([run[step] for run in self.raw])

    @property
    def ratio(self) -> Spread:
        """The time of the no-op, divided by that of the raw requests in the same turn."""
        pairs = zip(self.own, self.raw, strict=True)
        return spread([own["wall"] / raw["wall"] for own, raw in pairs])


@dataclass
class Figures:
    """All runs of one size.

    Attributes:
        members: of each project.
        targets: path and query of each request of a no-op.
        paced: the portal answers at the pace of Waldur.
        instant: the portal answers at once.
    """

    projects: int
    members: int
    targets: tuple[str, ...]
    paced: Turns
    instant: Turns

    @property
    def requests(self) -> int:
        """The number of requests of a no-op."""
        return len(self.targets)

    @property
    def pages(self) -> int:
        """How many of them are a page of a list."""
        return sum("&page=" in target for target in self.targets)

    @property
    def peak(self) -> Spread:
        """Peak resident memory of the process of the no-op, in megabytes."""
        return spread([run["peak"] / MEGABYTE for run in (*self.paced.own, *self.instant.own)])

    @property
    def loaded(self) -> Spread:
        """The same before its first request: interpreter, libraries and document."""
        runs = (*self.paced.own, *self.instant.own)
        return spread([run["peak_load"] / MEGABYTE for run in runs])
