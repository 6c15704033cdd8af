"""The page that `make faults` writes: faults, scenarios, numbers of runs and findings."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

_PAGE = """\
# Results of fault injection

<!-- Written by `make faults`; do not edit. -->

For readers who need to judge what happens after an error. Afterwards you know which faults are
tested, and how.

A scenario changes one document into another. Each trial runs a scenario on a real Kubernetes API
server, with one fault in it. Then the command runs once more, without a fault. A trial passes under
three conditions:

- the cluster ends in the same state as after a run without a fault
- another run is a no-op
- at no time did anybody have access without permission

**{trials:,} trials, {found}.** {again}

## Faults of a write

Number of trials: one for each write of a scenario.

{writes}

- **killed before**, **killed after**: SIGKILL ends the process of the command before or after the
  server executed the write.
- **409**, **422**, **429** (Retry-After: 1), **500**: errors in the format of the server; the write
  is not executed. **503** is plain text, as from a load balancer.
- **reset before**, **reset after**: the connection is reset before or after the server executed the
  write. **cut body**: the write is executed, and the answer ends in the middle.

Standalone mode writes other objects but handles answers in the same way. Its trials therefore only
kill the process.

## Other faults

{others}

- **An outdated list**: the server returns the objects from before the scenario, of one kind or
  of all.
- **The server is killed** at a write and started again while the run continues. The recorder then
  reads the missed changes revision by revision.
- **From each value to each other**: every field of the document changes from each of its values to
  each other value and back. The result is the same as for a new profile with that value. {findings}
## How access is checked

Two watches record every change of a RoleBinding or an AuthorizationPolicy. Both kinds are in one
etcd, so their resourceVersions give the order of all changes. Every state in between is checked:

- Nobody has access, or a role, that is in neither document.
- Nobody loses access that is in both documents. During a role change, the RoleBinding is missing
  for one request, and the policy never. Only a person whose own write failed may wait for the next
  run.
- No access is granted before every revocation succeeded or failed. A change of owner is one step: a
  person who changes between owner and contributor may have both, never neither.
- At the end, SubjectAccessReviews compare the permissions of each person.

## Repeat it

`make faults` runs all trials and writes this page, here in {minutes:.0f} minutes. Set
`PROFILES_FAULTS_SEED={seed}` to repeat the random choices. `make integration` kills the command at
every write, with one other random fault at each. `make test` runs every fault at every write on an
API in memory.

{versions}.
"""
_SPELLED = {"kill_before": "killed before", "kill_after": "killed after"}
_AGAIN = (
    "In {count} of them, the profile controller wrote at the same time, which is not an error. They took one more run.",
    "None of them needed another run.",
)


@dataclass
class Ledger:
    """The trials and findings. `rows` hold (section, row, column, trials, problems)."""

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
    """Return a table of scenarios and faults."""
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
    return _lines(["fault", "trials"], [[row, _cell(*sum_)] for row, sum_ in sums.items()])


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
