"""One measurement in a separate process, so that its time and memory contain nothing else.

Prints one JSON object.

Examples:
    python -m portal.measure run FILE URL    read the document, then apply it: a no-op
    python -m portal.measure raw FILE URL    send the requests in the file, and read the answers
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from process import measured, peak

from portal.world import INSTANCE, TOKEN


def run(file: str, url: str) -> dict[str, Any]:
    """Measure a no-op: observing the portal, planning, and applying an empty plan."""
    from profiles_management.pmr import documents  # noqa: PLC0415 - each imports what it needs
    from profiles_management.puhuri.client.client import Client  # noqa: PLC0415
    from profiles_management.puhuri.client.credentials import Token  # noqa: PLC0415
    from profiles_management.puhuri.portal_settings import PuhuriSettings  # noqa: PLC0415
    from profiles_management.puhuri.portal_target import PuhuriTarget  # noqa: PLC0415
    from profiles_management.reconcile.clock import SYSTEM  # noqa: PLC0415
    from profiles_management.reconcile.loop import reconcile  # noqa: PLC0415
    from profiles_management.reconcile.run_limits import RunLimits  # noqa: PLC0415

    class Watched(PuhuriTarget):
        observed = 0.0

        def observe(self) -> Any:
            began = time.perf_counter()
            observed = super().observe()
            self.observed = time.perf_counter() - began
            return observed

    limits = RunLimits(
        allow_revocations=False,
        brake_share=0.5,
        brake_minimum=5,
        writers=4,
        timeout=lambda _is_new: 300.0,
    )
    pmr = documents.load(file)
    after_load = peak()
    with Client(url, Token(TOKEN)) as client:
        target = Watched(client, pmr, PuhuriSettings(INSTANCE))

        def no_op() -> dict[str, Any]:
            report = reconcile(target, limits, SYSTEM)
            return {"changes": len(report.outcomes), "errors": len(report.errors)}

        figures = measured(no_op)
    return {**figures, "observe": target.observed, "peak_load": after_load}


def raw(file: str, url: str) -> dict[str, Any]:
    """Measure the same requests, four at a time, without a look at the answers."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    import httpx2  # noqa: PLC0415

    targets = json.loads(Path(file).read_bytes())
    headers = {"Authorization": f"Token {TOKEN}", "Accept": "application/json"}
    with httpx2.Client(headers=headers) as client, ThreadPoolExecutor(4) as pool:

        def fetch() -> dict[str, Any]:
            sizes = [*pool.map(lambda target: len(client.get(url + target).content), targets)]
            return {"requests": len(sizes), "bytes": sum(sizes)}

        return measured(fetch)


if __name__ == "__main__":
    measures = {"run": run, "raw": raw}
    print(json.dumps(measures[sys.argv[1]](*sys.argv[2:])))
