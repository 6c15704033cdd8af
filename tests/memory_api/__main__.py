"""Serve a MemoryApi on loopback until interrupted: `python -m memory_api --port 0`."""

from __future__ import annotations

import argparse
import gc
import threading
from pathlib import Path

from . import ProfileController
from .loopback import load, serving
from .server import MemoryApi


def main() -> None:
    """Read the arguments, print the URL on a separate line, and serve."""
    parser = argparse.ArgumentParser(prog="memory_api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--objects", type=Path, help="JSON lines to start with")
    parser.add_argument(
        "--controller", action="store_true", help="run the stand-in for the profile controller too"
    )
    given = parser.parse_args()
    api = MemoryApi()
    gc.disable()
    if given.objects:
        load(api, given.objects.read_bytes())
    gc.freeze()
    gc.enable()
    if given.controller:
        ProfileController(api)
    with serving(api, given.port) as url:
        print(url, flush=True)  # noqa: T201 - what a script reads
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
