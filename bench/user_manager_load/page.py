"""The page: the figures in tables, and the goals in words."""

import textwrap
from statistics import median

from spread import machine

from user_manager_load.names import EVENTS, IN_PROFILES
from user_manager_load.run import Figures

GROWTH = 1.3
OVERHEAD = 1.15
_QUIET = 0.5
_BUSY = """
The machine was busy with other work (load average {load:.1f} before the start), so the times are
too long and vary widely. The ratios of one run are valid."""

_PAGE = """\
# The User Manager under load

<!-- Written by `make bench`; do not edit. -->

For administrators who plan the size of a User Manager. Afterwards you know how many requests a
second one instance answers, and that the time of an answer does not grow with the number of users.

![Median time of each call by number of users](../images/user-manager-load.svg)

Sixteen requests are in flight at any time. The database has {events:,} events, up to {profiles:,}
accesses to profiles, and three accesses to other systems for each user. p50 is the median time of
an answer, p99 that of the slowest hundredth.

{tables}

On {machine}.
The program that sends the requests runs on the same cores.{busy}

## What is measured

- **GetUser**: a person reads themselves, with roles and accesses; over REST and over gRPC. It takes
  three queries, in addition to the one that finds the caller; a test counts them.
- **requests to decide**: the first page of the list of an owner.
- **a decision**: every second one approves. Each is one transaction with its event.
- **document**: the approved accesses to profiles for the cluster, whole; *unchanged* asks whether
  it has another revision than the known one.
- **Overhead**: processor time of GetUser over REST, divided by that of a plain Django view with the
  same queries in the same process behind the same middleware, in turns.

## Goals

{goals}

## Repeat it

`make bench` measures all figures and writes this page. `tox -e bench -- user-manager` measures only
this page. It needs PostgreSQL 15, which it starts itself.
"""


def text(figures: list[Figures], load: float = 0.0) -> str:
    """Return the page; `load` is the load average before the first run."""
    return _PAGE.format(
        events=EVENTS,
        profiles=IN_PROFILES,
        tables="\n\n".join(_table(database, of) for database, of in by_database(figures).items()),
        machine=machine(),
        busy=_BUSY.format(load=load) if load > _QUIET else "",
        goals="\n".join(_wrapped(goal) for goal in goals(figures)),
    )


def by_database(figures: list[Figures]) -> dict[str, list[Figures]]:
    """Return the figures of each database, in their order."""
    databases: dict[str, list[Figures]] = {}
    for row in figures:
        databases.setdefault(row.database, []).append(row)
    return databases


def _table(database: str, figures: list[Figures]) -> str:
    """Return the figures of one database as a Markdown table, one column a size."""
    rows = [
        [f"**{database}**: users", *(f"{row.users:,}" for row in figures)],
        ["---", *("---:" for _ in figures)],
    ]
    for call in figures[0].calls:
        measured = [row.calls[call] for row in figures]
        rows.append([f"{call}, requests/s", *(f"{calls['rate']:,.0f}" for calls in measured)])
        times = [f"{calls['p50'] * 1000:.1f} / {calls['p99'] * 1000:.1f}" for calls in measured]
        rows.append([f"{call}, p50 / p99 in ms", *times])
    rows.append(["overhead of GetUser", *(f"{median(row.ratios):.2f}" for row in figures)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def goals(figures: list[Figures]) -> list[str]:
    """Return the goals, each with whether it is met."""
    lines = []
    for database, rows in by_database(figures).items():
        overhead = median([ratio for row in rows for ratio in row.ratios])
        lines.append(
            f"- {database}: GetUser over REST takes at most {OVERHEAD} times the processor time of"
            f" the plain view. It takes {overhead:.2f} times. {_met(overhead <= OVERHEAD)}"
        )
        if len(rows) > 1:
            lines.append(_growth(database, rows))
    return lines


def _growth(database: str, rows: list[Figures]) -> str:
    first, last = rows[0], rows[-1]
    call = next(iter(first.calls))
    growth = last.calls[call]["p50"] / first.calls[call]["p50"]
    return (
        f"- {database}: the median time of GetUser with {last.users:,} users is at most {GROWTH}"
        f" times that with {first.users:,}. It is {growth:.2f} times. {_met(growth <= GROWTH)}"
    )


def _wrapped(item: str) -> str:
    return textwrap.fill(item, 100, subsequent_indent="  ", break_on_hyphens=False)


def _met(is_met: bool) -> str:  # noqa: FBT001 - read where it is called
    return "**Met.**" if is_met else "**Not met.**"
