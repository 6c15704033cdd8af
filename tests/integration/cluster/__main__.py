"""Run a cluster with the stand-ins until Ctrl-C or SIGTERM: `make cluster`."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

from integration.cluster import kubeflow
from integration.cluster.build import CannotBuild
from integration.cluster.control_plane import ControlPlane
from integration.cluster.kfam import CLUSTER_ADMIN
from integration.cluster.stand_ins import StandIns


def say(line: str) -> None:
    """Print a line for the person who waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Start everything, print how to reach it, and run until interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        begun = time.monotonic()
        with ControlPlane(kubeflow.install, say) as plane:
            stand_ins = StandIns(plane.kubeconfig, plane.logs)
            kubeflow.wait_for_roles(plane)
            seconds = time.monotonic() - begun
            say(
                f"A control plane with stand-ins for Kubeflow's profile controller and KFAM, up in {seconds:.1f} s.\n"
            )
            say(f"  export KUBECONFIG={plane.kubeconfig}")
            say(f"  alias kubectl={plane.kubectl}")
            say(f"  curl -H 'kubeflow-userid: {CLUSTER_ADMIN}' {stand_ins.kfam}/kfam/v1/bindings\n")
            say(f"Logs are in {plane.logs}. Ctrl-C or SIGTERM ends everything; nothing is kept.")
            try:
                signal.pause()
            finally:
                stand_ins.end()
    except KeyboardInterrupt:
        pass
    except CannotBuild as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
