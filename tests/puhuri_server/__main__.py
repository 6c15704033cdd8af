"""Run a portal with sample data on loopback until Ctrl-C or SIGTERM: `make puhuri`."""

import argparse
import threading
from contextlib import suppress

from puhuri_server.demo import act_as_provider, demo_world
from puhuri_server.sample import ALLOCATOR_TOKEN
from puhuri_server.server import Portal
from puhuri_server.world import Version

_PROVIDER = 5.0  # seconds until the stand-in of the provider looks again
_GUIDE = """\
A portal with sample data runs until Ctrl-C. In another terminal, in this clone:

    pip install '.[cli,puhuri]'

    export PUHURI_URL={url}
    export PUHURI_TOKEN={token}
    export PROFILES_MANAGEMENT_INSTANCE=lab

    profiles-management puhuri customers
    profiles-management puhuri offerings
    profiles-management puhuri usage

Its provider approves orders within {seconds:g} seconds. docs/tutorial/portal.md goes on from here.
"""


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="make puhuri", description=__doc__)
    parser.add_argument("--version", choices=[*Version], default=Version.B, type=Version)
    options = parser.parse_args()
    portal = Portal(demo_world(options.version))
    print(_GUIDE.format(url=portal.url, token=ALLOCATOR_TOKEN, seconds=_PROVIDER), flush=True)  # noqa: T201 - its output
    stopped = threading.Event()
    threading.Thread(target=_provide, args=(portal, stopped), daemon=True).start()
    with suppress(KeyboardInterrupt):
        portal.serve()
    stopped.set()


def _provide(portal: Portal, stopped: threading.Event) -> None:
    while not stopped.wait(_PROVIDER):
        portal.change(act_as_provider)


main()
