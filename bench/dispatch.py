"""Compares an idle update-status with that of an empty charm, and writes a page of the docs.

    tox run -e bench-dispatch
    python bench/dispatch.py --runs 5 --into build/docs

Both are the packed charm, unpacked, with the same venv and Python; the empty charm has another
src/charm.py. They run in turns.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

import world  # noqa: E402 - the path comes first
from spread import cores, spread  # noqa: E402

from memory_api.controller import PRINCIPALS  # noqa: E402
from packed import charm_file, kubeconfigs  # noqa: E402
from packed.unit import Dispatch, Unit  # noqa: E402

LIMIT = 3.0
_EMPTY = "import ops\n\nops.main(ops.CharmBase)\n"
_PAGE = """\
# The cost of an event

<!-- Written by `tox run -e bench-dispatch`; do not edit. -->

For administrators who need the resources of the charm. Afterwards you know what an event costs,
compared with an empty charm.

Juju sends each unit an update-status every five minutes. Usually it is a no-op: it loads Python,
ops and the libraries, calls a few hook tools, and lists each kind in Kubernetes. This page compares
it with a charm that does nothing: the same packed venv, the same Python, and a `src/charm.py` of
two lines.

{table}

Medians of {runs} runs each, in turns, with minimum and maximum in brackets; {profiles} profiles of
{contributors} contributors; {machine}, load average {load:.1f} before the start.

- **Wall time** is from the start of the packed charm's `dispatch` to its end.
- **Processor time** is the time of the process and of every hook tool that it called.
- **Hook tools** are processes that read from Juju or write to it. Here they are stand-ins in
  Python, which start about as fast as Juju's own.
- **juju-log** is one process for each line of the log: here the line of ops with its version. The
  charm adds one line if it changed something, for any number of changes.

The goal is {limit:g} times an empty charm. {met}

The Kubernetes API is the in-memory API of the tests, over loopback, in a separate process. A pod
also needs a TLS handshake.

## Byte code

Python compiles each module that it loads, and stores the byte code. The packed charm contains the
byte code of the modules that its events load. It has a form that does not depend on the file times
that Juju sets (`scripts/trim-charm`). Without byte code, every new pod compiles these modules in
its first event:

{byte_code}

Medians of {first_runs} units each, with minimum and maximum in brackets. Later events are the same
for both. The packed charm does not contain the command (`profiles_management/cli`), the tests of
its dependencies, and files for pip. If you edit a module in a unit, delete its file in
`__pycache__`.
"""


@dataclass
class Figures:
    """The runs of one charm: seconds of wall time and processor time, and the last run."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    last: Dispatch | None = None

    def take(self, unit: Unit) -> None:
        """Send a unit an update-status, and record its times."""
        before = _children()
        self.last = unit.see("update-status")
        self.processor.append(_children() - before)
        self.wall.append(self.last.seconds)

    def tools(self, name: str = "") -> int:
        """Return how many hook tools were called, or how often one of them."""
        assert self.last is not None
        return len(self.last.of(name) if name else self.last.calls)


def main(given: argparse.Namespace) -> None:
    """Measure, and write the page.

    Raises:
        RuntimeError: there was something to do, so the figures are useless.
    """
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.chmod(0o755)
        url = stack.enter_context(_served(home / "objects", given.profiles, given.contributors))
        charm = charm_file.unpacked(charm_file.packed(), home / "charm")
        ours, empty = (
            _unit(home / "ours", charm, url),
            _unit(home / "empty", _emptied(charm, home / "empty-charm"), url),
        )
        ours.config["pmr"] = world.document(given.profiles, given.contributors)
        ours.config["principals"] = ",".join(PRINCIPALS)  # those of this profile controller
        figures = (Figures(), Figures())
        for unit in (empty, ours):
            unit.see("update-status")  # the first one creates the database of ops
        for _ in range(given.runs):
            for unit, taken in zip((empty, ours), figures, strict=True):
                taken.take(unit)
        byte_code = _byte_code(home, charm, url, given.first_runs)
    wanted = (
        f"active: {given.profiles} profiles, {given.profiles * given.contributors} contributors"
    )
    last = figures[1].last
    if (
        last is None
        or last.status.replace(",", "") != wanted.replace(",", "")
        or last.of("juju-log")[2:]
    ):
        raise RuntimeError(f"There was something to do: {last}")
    ratio = statistics.median(
        ours / empty for empty, ours in zip(figures[0].wall, figures[1].wall, strict=True)
    )
    text = _PAGE.format(
        table=_table(*figures, ratio),
        runs=given.runs,
        profiles=given.profiles,
        contributors=given.contributors,
        machine=f"{platform.system()} on {platform.machine()} with {cores()} cores",
        load=load,
        limit=LIMIT,
        byte_code=byte_code,
        first_runs=given.first_runs,
        met=f"**{'Met' if ratio <= LIMIT else 'Not met'}**: {ratio:.2f} times.",
    )
    given.into.mkdir(parents=True, exist_ok=True)
    (given.into / "dispatch.md").write_text(text)
    print(_table(*figures, ratio))
    print(byte_code)


def _byte_code(home: Path, charm: Path, url: str, runs: int) -> str:
    """Return a table of the first events of new units, with and without byte code."""
    bare = home / "without-byte-code"
    shutil.copytree(
        charm, bare, copy_function=os.link, ignore=shutil.ignore_patterns("__pycache__")
    )
    figures = {charm: Figures(), bare: Figures()}
    for run in range(runs):
        for packed, taken in figures.items():
            folder = home / f"first-{run}-{packed.name}"
            taken.take(_unit(folder, packed, url))
            shutil.rmtree(folder)
    with zipfile.ZipFile(charm_file.packed()) as archive:
        members = archive.infolist()
    kept = [member for member in members if not member.filename.endswith(".pyc")]
    rows = [
        ["a new unit", "with byte code", "without"],
        ["---", "---:", "---:"],
        ["**first event, wall time, s**", *(_spread(taken.wall) for taken in figures.values())],
        [
            "first event, processor time, s",
            *(_spread(taken.processor) for taken in figures.values()),
        ],
        [
            "packed charm, MB",
            *(_megabytes(member.compress_size for member in some) for some in (members, kept)),
        ],
        [
            "unpacked, MB",
            *(_megabytes(member.file_size for member in some) for some in (members, kept)),
        ],
    ]
    return _rows(rows)


def _megabytes(sizes: Iterable[int]) -> str:
    return f"{sum(sizes) / 1e6:.1f}"


def _unit(home: Path, charm: Path, url: str) -> Unit:
    home.mkdir()
    # plain HTTP, so that no certificates are read: a pod reads one, a machine reads all of its own
    cluster = {"server": url, "insecure-skip-tls-verify": True}
    return Unit(home, charm, kubeconfigs.write(home / "kubeconfig", cluster))


def _emptied(charm: Path, into: Path) -> Path:
    shutil.copytree(charm, into, copy_function=os.link)
    program = into / "src" / "charm.py"
    program.unlink()  # it is a link
    program.write_text(_EMPTY)
    return into


@contextmanager
def _served(file: Path, profiles: int, contributors: int) -> Iterator[str]:
    """Serve the cluster that matches the document; yield its address."""
    objects = [*world.roles(), *world.objects(profiles, contributors)]
    file.write_text("\n".join(map(json.dumps, objects)))
    command = [sys.executable, "-m", "memory_api", "--objects", str(file)]
    path = os.pathsep.join(sys.path[:2])
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _table(empty: Figures, ours: Figures, ratio: float) -> str:
    processor = statistics.median(ours.processor) / statistics.median(empty.processor)
    rows = [
        ["update-status", "an empty charm", "this charm, nothing to do", "times"],
        ["---", "---:", "---:", "---:"],
        ["**wall time, s**", _spread(empty.wall), _spread(ours.wall), f"**{ratio:.2f}**"],
        [
            "processor time, s",
            _spread(empty.processor),
            _spread(ours.processor),
            f"{processor:.2f}",
        ],
        ["hook tools", str(empty.tools()), str(ours.tools()), ""],
        ["of which juju-log", str(empty.tools("juju-log")), str(ours.tools("juju-log")), ""],
    ]
    return _rows(rows)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _spread(seconds: Sequence[float]) -> str:
    times = spread(list(seconds))
    return f"{times.median:.2f} ({times.low:.2f}-{times.high:.2f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--first-runs", type=int, default=7)
    parser.add_argument("--profiles", type=int, default=12)
    parser.add_argument("--contributors", type=int, default=5)
    parser.add_argument(
        "--into", type=Path, default=ROOT / "docs" / "explanation", help="the folder of the page"
    )
    main(parser.parse_args())
