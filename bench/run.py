"""Measures, and writes pages under docs/explanation and their plots under docs/images.

Examples:
    make bench               everything, in about 35 minutes
    tox -e bench -- scale    on the in-memory API: scale.md
    tox -e bench -- speed    on a real API server, compared with other programs: speed.md
    tox -e bench -- portal   on the test portal: portal-scale.md
    tox -e bench -- user-manager    the User Manager under load: user-manager-load.md
    tox -e bench -- speed --sizes 100 --runs 1 --into build/pages
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from process import ENVIRONMENT, ROOT

sys.path[:0] = [
    path for path in ENVIRONMENT["PYTHONPATH"].split(os.pathsep) if path not in sys.path
]

from scale import page as scale_page  # noqa: E402
from scale.run import measured as measured_scale  # noqa: E402
from speed import page as speed_page  # noqa: E402
from speed.run import measured as measured_speed  # noqa: E402
from user_manager_load import page as user_manager_page  # noqa: E402
from user_manager_load.run import Size  # noqa: E402
from user_manager_load.run import measured as measured_user_manager  # noqa: E402

from portal import page as portal_page  # noqa: E402 - the path comes first
from portal.run import measured as measured_portal  # noqa: E402

_SIZES = {
    "scale": [100, 1_000, 10_000],
    "speed": [1_000, 10_000],
    "portal": [500, 5_000],
    "user-manager": [100, 10_000, 100_000],
}
_SLOW_RUNS = 3  # of measurements that take minutes


def main(arguments: argparse.Namespace) -> None:
    """Measure the selected parts, one after another."""
    parts = {
        "scale": _scale,
        "speed": _speed,
        "portal": _portal,
        "user-manager": _user_manager,
    }
    for part in arguments.parts or parts:
        parts[part](arguments, arguments.sizes or _SIZES[part])


def _scale(arguments: argparse.Namespace, sizes: list[int]) -> None:
    figures, load = [], os.getloadavg()[0]
    for size in sizes:
        print(
            f"{size:,} profiles of {arguments.contributors} contributors, {arguments.runs} runs ...",
            flush=True,
        )
        figures.append(measured_scale(size, arguments.contributors, arguments.runs))
    from scale import plot  # noqa: PLC0415 - only drawing needs matplotlib

    text = scale_page.text(figures, arguments.contributors, arguments.runs, load)
    _written(arguments.into, "scale", text, lambda path: plot.draw(figures, path))
    print(scale_page.table(figures))


def _speed(arguments: argparse.Namespace, sizes: list[int]) -> None:
    figures, load, runs, day = [], os.getloadavg()[0], arguments.runs, datetime.now(UTC).date()
    from speed import plot  # noqa: PLC0415 - only drawing needs matplotlib

    for size in sizes:
        # first applies take minutes, so at one size only
        slow = min(runs, _SLOW_RUNS) if size == sizes[0] else 0
        figures.append(measured_speed(size, arguments.contributors, runs, slow))
        # after each size, so that a failure of the next one loses nothing
        text = speed_page.text(figures, day, load)
        _written(arguments.into, "speed", text, lambda path: plot.draw(figures, path))
        print(speed_page.table(figures[-1]))


def _portal(arguments: argparse.Namespace, sizes: list[int]) -> None:
    load, runs = os.getloadavg()[0], arguments.runs
    figures = [measured_portal(size, arguments.contributors, runs) for size in sizes]
    _page(arguments.into, "portal-scale", portal_page.text(figures, runs, load))
    print(portal_page.table(figures))


def _user_manager(arguments: argparse.Namespace, sizes: list[int]) -> None:
    sys.path.append(str(ROOT / "tests/portal"))
    from postgresql import running_postgresql  # noqa: PLC0415 - only this part needs it
    from user_manager_load import plot  # noqa: PLC0415 - only drawing needs matplotlib

    figures, load = [], os.getloadavg()[0]
    with running_postgresql(settings={}) as server:
        urls = {
            "PostgreSQL": lambda _: server.new_database("bench"),
            "SQLite": lambda folder: f"sqlite:///{folder}/db.sqlite3",
        }
        for database, url in urls.items():
            for users in sizes:
                print(f"{database}, {users:,} users ...", flush=True)
                size = Size(users, runs=arguments.runs)
                figures.append(measured_user_manager(database, url, size))
    text = user_manager_page.text(figures, load)
    _written(arguments.into, "user-manager-load", text, lambda path: plot.draw(figures, path))
    print(text)


def _written(into: Path, name: str, text: str, draw: Callable[[Path], Any]) -> None:
    _page(into, name, text)
    (into / "images").mkdir(parents=True, exist_ok=True)
    draw(into / "images" / f"{name}.svg")


def _page(into: Path, name: str, text: str) -> None:
    (into / "explanation").mkdir(parents=True, exist_ok=True)
    (into / "explanation" / f"{name}.md").write_text(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", choices=[*_SIZES, []], help="what to measure; without any, everything"
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", help="numbers of profiles, the smallest first"
    )
    parser.add_argument("--contributors", type=int, default=10, help="of each profile")
    parser.add_argument("--runs", type=int, default=5, help="of each measurement")
    parser.add_argument(
        "--into", type=Path, default=ROOT / "docs", help="where explanation/ and images/ are"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments())
