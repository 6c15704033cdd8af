"""The page that `make faults` writes: what was done to which scenario, how often, and what was found."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

_PAGE = """\
# When something goes wrong

<!-- Written by `make faults`; do not edit. -->

Every way from one document to another is gone through on a real Kubernetes API server, again and again, each time with
something else going wrong in it. Then the command runs once more, undisturbed. A trial is clean if that run ends where
a run ends to which nothing happened, nothing is left to do, and nobody had at any moment what they must not have.

**{trials:,} trials, {found}.** {again}

## A write goes wrong

How many trials there were: one for each write of a scenario, up to the last.

{writes}

- **killed before**, **killed after**: the command, a process of its own, ends by SIGKILL before or after the server
  acted on the write.
- **409**, **422**, **429** (Retry-After: 1), **500**: the server's own words, and nothing is done. **503** is plain
  text, as a load balancer says it.
- **reset before**, **reset after**: the connection is reset before or after the server acted. **cut body**: it acted,
  and its answer breaks off in the middle.

Standalone mode writes other objects; what an answer means is the same in both modes, so there the process is killed.

## What else goes wrong

{others}

- **A list from the past**: the server itself tells what there was before the scenario began, of one kind or of all.
- **The server is killed** at some write and started again while the run goes on. The recorder misses nothing: what
  happened meanwhile it reads revision by revision.
- **From value to value**: every field of the document, from each of its values to each other one and back. It ends
  where nothing to that value ends.
{findings}
## How access is judged

Two watches see every change of a RoleBinding or an AuthorizationPolicy. Both kinds live in one etcd, so their
resourceVersions put all changes in one order: every moment that there was is looked at.

- Nobody has access, or a role, that neither document gives.
- Nobody loses what both give. While a role changes, the RoleBinding is gone for one request and the policy never; only
  the person whose own write went wrong may wait for the next run.
- No grant before every revocation was answered or given up. A change of owner is one step: who moves between owner and
  contributor may hold both, never neither.
- At the end the API server is asked who may do what (SubjectAccessReview).

## How to repeat it

`make faults` runs all of it and writes this page, here in {minutes:.0f} minutes. `PROFILES_FAULTS_SEED={seed}` before
it repeats what chance chose. `make integration` kills at every write, and lets one other thing, by chance, go wrong at
each. `make test` goes through every kind at every write on an API in memory.

{versions}.
"""
_SPELLED = {"kill_before": "killed before", "kill_after": "killed after"}
_AGAIN = (
    "In {count} of them the profile controller was writing just then, which is no error: it took one more run.",
    "Not one of them needed more than that one run.",
)


@dataclass
class Ledger:
    """What was done, and what came of it. `rows` hold (section, row, column, trials, problems)."""

    rows: list[tuple[str, str, str, int, list[str]]] = field(default_factory=list)
    again: int = 0

    def note(
        self, section: str, row: str, column: str, trials: int, problems: Sequence[str] = ()
    ) -> None:
        """Take down a number of trials."""
        self.rows.append((section, row, column, trials, list(problems)))


def text(ledger: Ledger, *, seed: str, server: str, seconds: float) -> str:
    """Return the page."""
    problems = [
        f"- {row}, {column}: {one}" for _, row, column, _, found in ledger.rows for one in found
    ]
    return _PAGE.format(
        trials=sum(row[3] for row in ledger.rows),
        found=f"{len(problems)} findings" if problems else "nothing found",
        again=_AGAIN[0].format(count=ledger.again) if ledger.again else _AGAIN[1],
        writes=_table(ledger, "writes"),
        others=_sums(ledger),
        findings="\n## What was found\n\n" + "\n".join(problems) + "\n" if problems else "",
        minutes=seconds / 60,
        seed=seed,
        versions=_versions(server),
    )


def write(path: Path, ledger: Ledger, *, seed: str, server: str, seconds: float) -> None:
    """Write the page."""
    path.write_text(text(ledger, seed=seed, server=server, seconds=seconds), encoding="utf-8")


def _table(ledger: Ledger, section: str) -> str:
    """Return scenarios by what goes wrong in them."""
    cells = {
        (row, column): _cell(trials, found)
        for named, row, column, trials, found in ledger.rows
        if named == section
    }
    rows, columns = (
        list(dict.fromkeys(row for row, _ in cells)),
        list(dict.fromkeys(column for _, column in cells)),
    )
    head = ["scenario", *(_SPELLED.get(column, column.replace("_", " ")) for column in columns)]
    return _lines(
        head, [[row, *(cells.get((row, column), "") for column in columns)] for row in rows]
    )


def _sums(ledger: Ledger) -> str:
    """Return how often everything else went wrong."""
    sums: dict[str, tuple[int, list[str]]] = {}
    for named, row, _, trials, found in ledger.rows:
        if named == "others":
            before = sums.get(row, (0, []))
            sums[row] = before[0] + trials, before[1] + found
    return _lines(["what", "trials"], [[row, _cell(*sum_)] for row, sum_ in sums.items()])


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(
        f"| {' | '.join(line)} |" for line in (head, ["---", *("---:" for _ in head[1:])], *rows)
    )


def _cell(trials: int, problems: Sequence[str]) -> str:
    return f"{trials} (**{len(problems)} found**)" if problems else str(trials)


def _versions(server: str) -> str:
    ours = (
        f"Kubernetes {server}, lightkube {version('lightkube')}, Python {platform.python_version()}"
    )
    return f"{ours}, {platform.system()} on {platform.machine()} with {os.cpu_count()} cores"
