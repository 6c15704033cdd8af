"""`python -m puhuri_server`: a portal with sample data on loopback, until it is interrupted."""

import argparse
from contextlib import suppress

from puhuri_server.sample import ALLOCATOR_TOKEN, sample_world
from puhuri_server.server import Portal
from puhuri_server.world import Version


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", choices=[*Version], default=Version.B, type=Version)
    options = parser.parse_args()
    portal = Portal(sample_world(options.version))
    print(f"PUHURI_URL={portal.url}\nPUHURI_TOKEN={ALLOCATOR_TOKEN}", flush=True)  # noqa: T201 - its output
    with suppress(KeyboardInterrupt):
        portal.serve()


main()
