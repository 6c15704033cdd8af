"""The order of the runs: compared ways run one after another, each in a separate process."""

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
QUICK = 3  # rounds of ways that take seconds, for each run of ways that take minutes
# writes: RoleBinding and AuthorizationPolicy of the old role are deleted, new ones created
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
        slow: runs of ways that take minutes, kubectl and the loops; 0 for none of these and no
            first apply.

    Raises:
        RuntimeError: a run did not do what it should, so the figures are useless.
    """
    figures = Figures(profiles, contributors)
    say(f"{profiles:,} profiles of {contributors} contributors, on a real API server:")
    with tempfile.TemporaryDirectory(prefix="profiles-bench-") as folder:
        if slow:
            _first_applies(figures, Path(folder, "empty"), runs, slow, say)
        rounds = runs * QUICK if slow else runs
        stored(Path(folder, "full"), profiles, contributors)
        with serving(Path(folder, "full")) as server:
            _noops(figures, server, rounds, say)
            _others(figures, server, slow, say)
            _changes(figures, server, runs, say)
    return figures


def _first_applies(figures: Figures, data: Path, runs: int, slow: int, say: Say) -> None:
    """Measure each way to grant everything, on servers that begin with the same data."""
    stored(data, figures.profiles, 0)
    grants = list(world.grants(figures.profiles, figures.contributors))
    ways = {Way.FIRST: runs, Way.WRITES: runs, Way.KUBECTL: slow, Way.LOOP: slow}
    with (
        _document(figures) as document,
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
                    _run(figures, way, server, *arguments[way])
            _expect(figures.runs[Way.FIRST][-1], len(grants))


def _noops(figures: Figures, server: ApiServer, rounds: int, say: Say) -> None:
    """Measure a cluster that matches the document.

    The first way of a round changes with each round. The server collects garbage every few
    lists, which would otherwise always affect the same way.
    """
    for number in range(rounds):
        say(f"  no-op and lists, round {number + 1} of {rounds} ...")
        with _document(figures) as document:
            ways = [
                (Way.NOOP, ("engine", document)),
                *((way, ("lists", *how)) for way, how in _RAW.items()),
            ]
            first = number % len(ways)
            for way, how in (*ways[first:], *ways[:first]):
                _run(figures, way, server, *how)
        _expect(figures.runs[Way.NOOP][-1], 0)


def _others(figures: Figures, server: ApiServer, slow: int, say: Say) -> None:
    """Measure the other ways to check that the cluster matches the document, in minutes."""
    with (
        _document(figures) as document,
        written(
            f"---\n{text}\n" for text in world.manifests(figures.profiles, figures.contributors)
        ) as manifests,
    ):
        for number in range(slow):
            say(f"  one request after another, run {number + 1} of {slow} ...")
            _expect(_run(figures, Way.LOOK, server, "look", document), 0)
        if slow:
            # once: it takes minutes, and precision does not matter
            say("  kubectl diff ...")
            _expect(_run(figures, Way.DIFF, server, "diff", server.kubectl, manifests), 0)


def _changes(figures: Figures, server: ApiServer, runs: int, say: Say) -> None:
    """Measure small changes of a document that the cluster matches."""
    percent = max(1, figures.profiles * figures.contributors // 100)
    changed = 0
    for number in range(runs):
        say(f"  changes, run {number + 1} of {runs} ...")
        for way, more in ((Way.PERCENT, percent), (Way.ONE, 1)):
            changed += more
            with _document(figures, changed) as document:
                _expect(_run(figures, way, server, "engine", document), ROLE_CHANGE * more)


@contextmanager
def _document(figures: Figures, changed: int = 0) -> Iterator[str]:
    with written([world.document(figures.profiles, figures.contributors, changed)]) as file:
        yield file


def _run(figures: Figures, way: Way, server: ApiServer, *measure: str) -> dict[str, Any]:
    run = server.measured(*measure)
    figures.runs[way].append(run)
    return run


def _expect(run: dict[str, Any], writes: int) -> None:
    if run["wrong"] or run["writes"] != writes:
        raise RuntimeError(f"Not the {writes} writes that were to be measured: {run}")
