"""The packed charms: packed if dist/ has none of this tree, and unpacked as Juju does."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

from packed.unit import APP, own

ROOT = Path(__file__).resolve().parents[2]


def packed(name: str = APP) -> Path:
    """Return a charm of this tree; both are packed where dist/ has others or none.

    Workers of one run pack one after the other: the first makes what the second finds.
    """
    folder = ROOT / ".tox"
    folder.mkdir(exist_ok=True)
    with (folder / "pack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-m", "tox", "run", "-e", "pack"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise AssertionError(f"`tox run -e pack` failed:\n{done.stdout}{done.stderr}")
    return next((ROOT / "dist").glob(f"{name}_*.charm"))


def unpacked(charm: Path, into: Path) -> Path:
    """Unpack a charm into a folder, for the user that it runs as, and return the folder.

    Python's zipfile would drop the bits that make `dispatch` a program. As with Juju, every file
    has the time at which it is unpacked, and not that in the archive.
    """
    subprocess.run(["/usr/bin/unzip", "-q", "-DD", charm, "-d", into], check=True)  # noqa: S603 - Debian's own
    own(into)
    return into
