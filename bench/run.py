"""Measures load, observe, plan and a no-op at several sizes, and writes docs/explanation/scale.md and its plot.

make bench
python bench/run.py --sizes 100 1000 --runs 3 --into scale
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("src", "tests"))}

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

import page  # noqa: E402 - the path comes first
import world  # noqa: E402
from figures import Figures  # noqa: E402


def main(arguments: argparse.Namespace) -> None:
    """Measure every size and write page and plot."""
    found, load = [], os.getloadavg()[0]
    for size in arguments.sizes:
        print(f"{size:,} profiles of {arguments.contributors} contributors, {arguments.runs} runs ...", flush=True)
        found.append(measured(size, arguments.contributors, arguments.runs))
    import plot  # noqa: PLC0415 - only drawing needs matplotlib

    for folder in ("explanation", "images"):
        (arguments.into / folder).mkdir(parents=True, exist_ok=True)
    text = page.text(found, arguments.contributors, arguments.runs, load)
    (arguments.into / "explanation" / "scale.md").write_text(text)
    plot.draw(found, arguments.into / "images" / "scale.svg")
    print(page.table(found))


def measured(profiles: int, contributors: int, runs: int) -> Figures:
    """Return the figures of one size; in each run the engine and `yaml.load` follow one another.

    Raises:
        RuntimeError: it was no no-op, so the figures mean nothing.
    """
    found = Figures(profiles, profiles * contributors)
    with _written(world.document(profiles, contributors)) as file, _served(profiles, contributors) as url:
        for _ in range(runs):
            found.yaml.append(_child("yaml", file))
            found.engine.append(_child("engine", file, url))
    if any(run["writes"] or run["errors"] for run in found.engine):
        raise RuntimeError(f"At {profiles} profiles the cluster did not match the document: {found.engine}")
    return found


def _child(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "measure.py"), *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@contextmanager
def _written(text: str) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        yield file.name


@contextmanager
def _served(profiles: int, contributors: int) -> Iterator[str]:
    """Serve the cluster that matches the document; yields its address once it is filled."""
    command = [sys.executable, str(HERE / "server.py"), str(profiles), str(contributors)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            if not url:
                raise RuntimeError("The in-memory API did not start; what it said stands above.")
            yield url
        finally:
            server.terminate()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000], help="numbers of profiles")
    parser.add_argument("--contributors", type=int, default=10, help="of each profile")
    parser.add_argument("--runs", type=int, default=5, help="of each size")
    parser.add_argument("--into", type=Path, default=ROOT / "docs", help="where explanation/ and images/ are")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments())
