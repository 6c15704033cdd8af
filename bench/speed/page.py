"""The page: the figures in tables, and the goals in words."""

from collections.abc import Iterator
from datetime import date

from spread import Spread, cores, machine

from speed.figures import Figures, Way

LIMIT = 512
NOISE = 1.1
_QUIET = 1.0
_BUSY = """
The machine was busy with other work (load average {load:.1f} before the start), so the times
are too long and vary widely. Requests and memory are valid; processor time and ratios are
approximate."""

_PAGE = """\
# Speed on a real API server

<!-- Written by `make bench`; do not edit. -->

For administrators who compare this program with other ways to manage profiles. Afterwards you know
the time and the requests of each way.

The engine runs on a real Kubernetes control plane, compared with other programs that handle the
same objects. Every profile has a quota and {contributors} contributors.

![Time of each way, in bars on a logarithmic scale](../images/speed.svg)

{tables}

Medians of the runs, with minimum and maximum in brackets. Measured on {day}, on {machine}.{busy}

## Compared with common tools

{today}

## Goals

{goals}

## What is measured

- **First apply**: Profiles, namespaces and the objects of the profile controller exist, and no
  access is granted yet. Each run of each way starts with a copy of the same stored data, in a new
  API server.
- **No-op**: the cluster matches the document. **1 %** and **one contributor changed**: that many
  contributors have another role in the document. Each takes four writes.
- **(a)** requests the lists of the engine with the same client library, all at the same time. It
  calls `json.loads` on each answer, with the garbage collector off, and keeps nothing. Lists are
  requested whole or in the engine's pages of 5,000, with or without compression.
- **(b)** works as tools that handle one profile after another: list all Profiles, then the
  RoleBindings and the AuthorizationPolicies of each, twice each, and compare. That makes 1 + 4P
  requests for P profiles.
- **(c)** is `kubectl diff` of the document's objects in one file, with its defaults: it requests
  one object after another, and a dry run for each that differs. Here none differs.
- **(d)** sends the encoded bodies of the first apply's writes over 16 connections, as many as the
  engine uses, with the HTTP client of Python's standard library.
- **(e)** is `kubectl apply --server-side` of the same objects in one file; kubectl has the version
  of the server.
- **(f)** works as the tools of (b): apply the Profile, patch its quota, list its RoleBindings and
  its AuthorizationPolicies twice each, apply the missing objects. That makes 1 + P(5 + quota) + 2PC
  requests for P profiles of C contributors.
- **Time** is the time of the call, without the start of Python, imports and loading of the
  document. For (c) and (e), it is the time of the whole program.
- **Own processor time** and **peak memory** are those of the measured process; each run has a
  separate process.
- **The server's processor time** is the time of kube-apiserver and etcd. They share the cores with
  the measured process, so their work also slows it down.
- **Requests** are counted by the server, for the kinds of objects of profiles.

The control plane is the one of the tests: kube-apiserver, and etcd without waiting for the disk. No
controller runs. The measured programs have administrator permissions. The first
profile is created through the API server, and the others are copies of it in etcd.

## Repeat it

`make bench` measures all figures and writes this page and its plot. It needs Go to build the
control plane once. `tox -e bench -- speed` measures only this page. `--help` lists the options for
sizes, runs and output.
"""


def text(figures: list[Figures], day: date, load: float = 0.0) -> str:
    """Return the page; the first size is the one at which everything was run.

    Args:
        day: when it was measured.
        load: the load average before the first run.
    """
    return _PAGE.format(
        contributors=figures[0].contributors,
        tables="\n\n".join(f"## {title(one)}\n\n{table(one)}" for one in figures),
        day=day.isoformat(),
        machine=machine(),
        today=today(figures[0]),
        busy=_BUSY.format(load=load) if load > _QUIET else "",
        goals="\n".join(goals(figures)),
    )


def title(figures: Figures) -> str:
    """Return the title of a size."""
    size = f"{figures.profiles:,} profiles of {figures.contributors} contributors"
    return f"{size}: {figures.objects:,} objects"


def table(figures: Figures) -> str:
    """Return the figures of one size as a Markdown table, one row a way."""
    head = [
        "way",
        "runs",
        "requests",
        "time, s",
        "own processor, s",
        "server's, s",
        "peak memory, MB",
    ]
    rows = [
        head,
        ["---", *("---:" for _ in head[1:])],
        *(_row(figures, way) for way in Way if figures.runs[way]),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def today(figures: Figures) -> str:
    """Return how a no-op compares with other ways to check that a cluster matches."""
    if not figures.runs[Way.LOOK]:
        return "Not measured in this run."
    lines = [
        f"- {way}: {figures.requests(way):,} requests and {figures.of(way, 'wall').median:.1f} s. The no-op is "
        f"{_quicker(figures, way)} times faster, with {figures.requests(Way.NOOP)} requests."
        for way in (Way.LOOK, Way.DIFF)
    ]
    return f"At {_size(figures)}, with nothing to change:\n\n" + "\n".join(lines)


def _quicker(figures: Figures, way: Way) -> str:
    return f"{figures.of(way, 'wall').median / figures.of(Way.NOOP, 'wall').median:.0f}"


def goals(figures: list[Figures]) -> Iterator[str]:
    """Yield each goal, and whether it is met."""
    first, largest = figures[0], figures[-1]
    for one in figures:
        ratio = one.ratio(Way.NOOP, one.raw)
        yield (
            f"- A no-op at {_size(one)} takes no longer than the quickest of (a) to fetch and parse the same lists: "
            f"{_times(ratio)} as long. {_met(ratio.median <= 1)}{_noop_cause(one, ratio)}"
        )
    peak = largest.peak(Way.NOOP).median
    yield f"- A no-op at {_size(largest)} under {LIMIT} MB: {peak:.0f} MB. {_met(peak < LIMIT)}"
    if largest is not first:
        yield _proportion(first, largest)
    if first.runs[Way.FIRST]:
        yield _as_fast(first, Way.WRITES)
        yield _faster(first, Way.KUBECTL, 3)
        yield _faster(first, Way.LOOP, 5)
    yield _few(first)


def _noop_cause(figures: Figures, ratio: Spread) -> str:
    """Return the own processor time of a no-op that takes longer than its goal."""
    if ratio.median <= 1:
        return ""
    own, raw = (figures.of(way, "cpu").median for way in (Way.NOOP, figures.raw))
    return f" Its own processor time is {own:.2f} s, that of (a) {raw:.2f} s: it plans after it has read all lists."


def _proportion(first: Figures, largest: Figures) -> str:
    size = largest.objects / first.objects
    grown, own = (
        largest.of(Way.NOOP, key).median / first.of(Way.NOOP, key).median for key in ("wall", "cpu")
    )
    return (
        f"- A no-op in proportion to the objects: {size:.1f} times the objects take {grown:.1f} times as long; up to "
        f"{size * NOISE:.0f} counts. {_met(grown <= size * NOISE)} Own processor time: {own:.1f} times."
    )


def _as_fast(first: Figures, way: Way) -> str:
    ratio = first.ratio(Way.FIRST, way)
    met = f"{_met(ratio.median <= 2)} 1.5, the stretch: {_met(ratio.median <= 1.5)}"
    return (
        f"- A first apply at {_size(first)} within 2 times of {way}: {_times(ratio)} as long. {met}"
    )


def _faster(first: Figures, way: Way, wanted: int) -> str:
    """Return whether an apply is faster. A missed goal is compared with (d), which only sends."""
    faster = 1 / first.ratio(Way.FIRST, way).median
    goal = f"- A first apply at {_size(first)} at least {wanted} times faster than {way}: {faster:.1f} times."
    if faster >= wanted:
        return f"{goal} {_met(holds=True)}"
    busy = first.of(Way.FIRST, "server").median
    most = 1 / first.ratio(Way.WRITES, way).median
    return (
        f"{goal} {_met(holds=False)} The server needs {busy:.0f} s of processor time for these writes on the "
        f"{cores()} cores that it shares; (d), which does nothing but send them, is {most:.1f} times faster."
    )


def _few(first: Figures) -> str:
    changed, noop = first.of(Way.ONE, "wall").median, first.of(Way.NOOP, "wall").median
    more = first.requests(Way.ONE) - first.requests(Way.NOOP)
    return (
        f"- One contributor changed at {_size(first)} is a no-op and the four writes it takes: {more} requests more, "
        f"{changed:.2f} s compared with {noop:.2f} s. {_met(more == 4)}"
    )


def _row(figures: Figures, way: Way) -> list[str]:
    name = f"{way[:1].upper()}{way[1:]}"
    return [
        name if name.startswith("(") else f"**{name}**",
        str(len(figures.runs[way])),
        f"{figures.requests(way):,}",
        _seconds(figures.of(way, "wall")),
        f"{figures.of(way, 'cpu').median:.2f}",
        f"{figures.of(way, 'server').median:.2f}",
        f"{figures.peak(way).median:.0f}",
    ]


def _size(figures: Figures) -> str:
    return f"{figures.profiles:,} by {figures.contributors}"


def _seconds(one: Spread) -> str:
    return f"{one.median:.2f} ({one.low:.2f}-{one.high:.2f})"


def _times(one: Spread) -> str:
    return f"{one.median:.2f} ({one.low:.2f}-{one.high:.2f}) times"


def _met(holds: bool) -> str:  # noqa: FBT001
    return "**Met.**" if holds else "**Not met.**"
