"""The page: what was measured, in tables, and what it is held against, in words."""

from collections.abc import Iterator
from datetime import date

from spread import Spread, cores, machine

from speed.figures import Figures, Way

LIMIT = 512
NOISE = 1.1
_QUIET = 1.0
_BUSY = """
Other work kept the machine busy meanwhile (load average {load:.1f} before it began), so the times are too long and
spread widely; requests and memory hold, processor time and ratios roughly."""

_PAGE = """\
# How fast it is on a real API server

<!-- Written by `make bench`; do not edit. -->

The whole engine on a real Kubernetes control plane, beside what else one could do with the same objects. Every profile
has a quota and {contributors} contributors of its own.

![Time of each way, in bars on a logarithmic scale](../images/speed.svg)

{tables}

Medians of the runs, least and most in brackets. Measured on {day}, on {machine}.{busy}

## What people use today for the same question

{today}

## Goals

{goals}

## What is counted

- **First apply**: Profiles, namespaces and what a profile controller makes in them are there, nobody is granted
  anything yet. Each run, of each way, begins on a copy of the same stored data, in an API server that was just started.
- **No-op**: the cluster matches the document. **1 %** and **one contributor changed**: so many hold another role in
  the document, which takes four writes each.
- **(a)** fetches the lists that the engine looks at with the client library that it uses, all at the same time, and
  calls `json.loads` on each answer, the garbage collector off. It keeps nothing and decides nothing. Lists come whole
  or in the engine's pages of 5,000, compressed by the server as the engine's are, or not.
- **(b)** asks the same question as tools do that go from profile to profile: list all Profiles, then the RoleBindings
  and the AuthorizationPolicies of each, twice each, and compare. That makes 1 + 4P requests for P profiles.
- **(c)** is `kubectl diff` of the document's objects in one file, as it runs by default: it asks for one object after
  another, and for what the server would make of each that differs. Here none does.
- **(d)** sends the bodies of the first apply's writes, encoded before, over as many connections as the engine uses,
  16, with the HTTP client of Python's standard library.
- **(e)** is `kubectl apply --server-side` of the same objects in one file; kubectl is of the server's version.
- **(f)** is what the tools of (b) do: apply the Profile, patch its quota, list its RoleBindings
  and its AuthorizationPolicies twice each, apply what is missing. That makes 1 + P(5 + quota) + 2PC requests for P
  profiles of C contributors.
- **Time** is of the call alone: starting Python, importing and loading the document are left out everywhere but in (c)
  and (e), where the program is measured whole.
- **Own processor time** and **peak memory** are those of the process that does it; each run has a process of its own.
- **The server's processor time** is kube-apiserver's and etcd's. They run on the same cores as what is measured, so
  what they do for a way is time that it does not have.
- **Requests** are counted by the server: those for the kinds that profiles are made of.

The control plane is the tests': etcd, which does not wait for the disk, and kube-apiserver. No controller runs, so
nobody else sends requests. Whoever is measured is an administrator. The profiles, but for the first, are copies in etcd
of what the API server made of that.

## How to repeat it

`make bench` measures all of it and writes this page and its plot; it needs Go, to build the control plane once.
`tox -e bench -- speed` measures this page alone, `--help` lists sizes, runs and where to write.
"""


def text(figures: list[Figures], day: date, load: float = 0.0) -> str:
    """Return the page; the first size is the one at which everything was run.

    Args:
        day: when it was measured.
        load: how many other processes wanted a core when it began.
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
    """Return what a size is called."""
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
    """Return how a no-op compares with what else people run to see whether a cluster matches."""
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
    """A no-op that takes longer is told with what it does itself."""
    if ratio.median <= 1:
        return ""
    own, raw = (figures.of(way, "cpu").median for way in (Way.NOOP, figures.raw))
    return f" Its own processor time is {own:.2f} s, that of those {raw:.2f} s: it plans once it has read everything."


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
    """A goal that is missed for want of cores is told with what a client reaches that does nothing but send."""
    faster = 1 / first.ratio(Way.FIRST, way).median
    told = f"- A first apply at {_size(first)} at least {wanted} times faster than {way}: {faster:.1f} times."
    if faster >= wanted:
        return f"{told} {_met(holds=True)}"
    busy = first.of(Way.FIRST, "server").median
    most = 1 / first.ratio(Way.WRITES, way).median
    return (
        f"{told} {_met(holds=False)} The server needs {busy:.0f} s of processor time for these writes on the "
        f"{cores()} cores that it shares; (d), which does nothing but send them, is {most:.1f} times faster."
    )


def _few(first: Figures) -> str:
    changed, noop = first.of(Way.ONE, "wall").median, first.of(Way.NOOP, "wall").median
    more = first.requests(Way.ONE) - first.requests(Way.NOOP)
    return (
        f"- One contributor changed at {_size(first)} is a no-op and the four writes it takes: {more} requests more, "
        f"{changed:.2f} s beside {noop:.2f} s. {_met(more == 4)}"
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
