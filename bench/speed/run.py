"""Who is measured when.

Each way in a process of its own, what is compared right after one another.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import world
from process import written

from speed.figures import Figures, Way
from speed.server import WRITERS, ApiServer, serving, stored

PAGE = 5000
QUICK = 3  # rounds of what takes seconds for each run of what takes minutes
# writes: RoleBinding and AuthorizationPolicy of the old role go, those of the new one come
ROLE_CHANGE = 4
_RAW = {
    Way.WHOLE: ("0", "gzip"),
    Way.PAGES: (str(PAGE), "gzip"),
    Way.PLAIN: ("0", "identity"),
}

Say = Callable[[str], object]


def _aloud(line: str) -> None:
    print(line, flush=True)


def measured(profiles: int, contributors: int, runs: int, slow: int, say: Say = _aloud) -> Figures:
    """Return the figures of one size.

    Args:
        runs: of each way.
        slow: runs of what takes minutes, kubectl and the loops; 0 for none of these and no first
            apply.

    Raises:
        RuntimeError: a run did not do what it was measured for, so the figures mean nothing.
    """
    found = Figures(profiles, contributors)
    say(f"{profiles:,} profiles of {contributors} contributors, on a real API server:")
    with tempfile.TemporaryDirectory(prefix="profiles-bench-") as folder:
        if slow:
            _first_applies(found, Path(folder, "empty"), runs, slow, say)
        rounds = runs * QUICK if slow else runs
        stored(Path(folder, "full"), profiles, contributors)
        with serving(Path(folder, "full")) as server:
            _noops(found, server, rounds, say)
            _others(found, server, slow, say)
            _changes(found, server, runs, say)
    return found


def _first_applies(found: Figures, data: Path, runs: int, slow: int, say: Say) -> None:
    """Measure each way to grant everything, on servers that begin with the same data."""
    stored(data, found.profiles, 0)
    grants = list(world.grants(found.profiles, found.contributors))
    ways = {Way.FIRST: runs, Way.WRITES: runs, Way.KUBECTL: slow, Way.LOOP: slow}
    with (
        _document(found) as document,
        written(f"{path}\t{body}\n" for path, body in grants) as writes,
        written(f"---\n{body}\n" for _, body in grants) as manifests,
    ):
        for number in range(runs):
            say(f"  first apply, run {number + 1} of {runs} ...")
            for way in (way for way, most in ways.items() if number < most):
                with serving(data) as server:
                    arguments = {
                        Way.FIRST: ("engine", document),
                        Way.WRITES: ("writes", writes, str(WRITERS)),
                        Way.KUBECTL: ("kubectl", server.kubectl, manifests),
                        Way.LOOP: ("loop", document, writes),
                    }
                    _run(found, way, server, *arguments[way])
            _expect(found.runs[Way.FIRST][-1], len(grants))


def _noops(found: Figures, server: ApiServer, rounds: int, say: Say) -> None:
    """Measure a cluster that matches the document.

    The no-op and the raw lists begin each round in turn: the server collects its garbage every few
    lists, which would fall upon the same one again and again.
    """
    for number in range(rounds):
        say(f"  no-op and lists, round {number + 1} of {rounds} ...")
        with _document(found) as document:
            ways = [
                (Way.NOOP, ("engine", document)),
                *((way, ("lists", *how)) for way, how in _RAW.items()),
            ]
            first = number % len(ways)
            for way, how in (*ways[first:], *ways[:first]):
                _run(found, way, server, *how)
        _expect(found.runs[Way.NOOP][-1], 0)


def _others(found: Figures, server: ApiServer, slow: int, say: Say) -> None:
    """Measure what else tells that the cluster matches the document; it takes minutes."""
    with (
        _document(found) as document,
        written(
            f"---\n{text}\n" for text in world.manifests(found.profiles, found.contributors)
        ) as manifests,
    ):
        for number in range(slow):
            say(f"  one request after another, run {number + 1} of {slow} ...")
            _expect(_run(found, Way.LOOK, server, "look", document), 0)
        if slow:
            # once: it takes minutes, and nobody has to come close to that
            say("  kubectl diff ...")
            _expect(_run(found, Way.DIFF, server, "diff", server.kubectl, manifests), 0)


def _changes(found: Figures, server: ApiServer, runs: int, say: Say) -> None:
    """Measure what leads from a cluster that matches to one that matches: little to do."""
    percent = max(1, found.profiles * found.contributors // 100)
    changed = 0
    for number in range(runs):
        say(f"  changes, run {number + 1} of {runs} ...")
        for way, more in ((Way.PERCENT, percent), (Way.ONE, 1)):
            changed += more
            with _document(found, changed) as document:
                _expect(_run(found, way, server, "engine", document), ROLE_CHANGE * more)


@contextmanager
def _document(found: Figures, changed: int = 0) -> Iterator[str]:
    with written([world.document(found.profiles, found.contributors, changed)]) as file:
        yield file


def _run(found: Figures, way: Way, server: ApiServer, *measure: str) -> dict[str, Any]:
    run = server.measured(*measure)
    found.runs[way].append(run)
    return run


def _expect(run: dict[str, Any], writes: int) -> None:
    if run["wrong"] or run["writes"] != writes:
        raise RuntimeError(f"Not the {writes} writes that were to be measured: {run}")
