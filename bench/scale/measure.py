"""One measurement in a separate process, so that its time and memory contain nothing else.

Prints one JSON object.

Examples:
    python -m scale.measure engine FILE URL    read the document, then apply it: a no-op
    python -m scale.measure yaml FILE          read the same text with PyYAML's CSafeLoader
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from process import peak


def engine(file: str, url: str) -> dict[str, Any]:
    """Measure load and validation, observing, and the rest of a no-op."""
    import httpx2  # noqa: PLC0415 - each measurement imports only what it needs
    from lightkube import Client, KubeConfig  # noqa: PLC0415
    from lightkube.config.models import Cluster, User  # noqa: PLC0415

    from profiles_management import create_or_update_profiles, open_target  # noqa: PLC0415
    from profiles_management.pmr import documents  # noqa: PLC0415

    config = KubeConfig.from_one(cluster=Cluster(server=url), user=User(), context_name="bench")
    cluster = _Watched(open_target(Client(config=config, trust_env=False)))
    started, cpu = time.perf_counter(), time.process_time()
    pmr = documents.load(file)
    loaded, cpu_loaded = time.perf_counter(), time.process_time()
    after_load = peak()
    before = int(httpx2.get(f"{url}/requests").text)
    began, cpu_began = time.perf_counter(), time.process_time()
    report = create_or_update_profiles(pmr, target=cluster)
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return {
        "load": loaded - started,
        "check": cluster.began - began,
        "observe": cluster.ended - cluster.began,
        "plan": ended - cluster.ended,
        "noop": ended - began,
        "load_cpu": cpu_loaded - cpu,
        "noop_cpu": cpu_ended - cpu_began,
        "requests": int(httpx2.get(f"{url}/requests").text) - before,
        "writes": cluster.sent,
        "errors": len(report.errors),
        "peak_load": after_load,
        "peak": peak(),
    }


def yaml_alone(file: str) -> dict[str, Any]:
    """Measure `yaml.load` as it is usually called: CSafeLoader, garbage collector on."""
    import yaml  # noqa: PLC0415

    started, cpu = time.perf_counter(), time.process_time()
    with Path(file).open("rb") as stream:
        content = yaml.load(stream, yaml.CSafeLoader)
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return {
        "load": ended - started,
        "load_cpu": cpu_ended - cpu,
        "profiles": len(content["profiles"]),
        "peak": peak(),
    }


class _Watched:
    """A target that records when it was observed and counts the writes."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self.began = self.ended = 0.0
        self.sent = 0

    def observe(self, settings: Any) -> Any:
        self.began = time.perf_counter()
        observed = self._target.observe(settings)
        self.ended = time.perf_counter()
        return observed

    def send(self, write: Any, *, deadline: float) -> None:
        self.sent += 1
        self._target.send(write, deadline=deadline)

    def met(self, conditions: Any) -> Any:
        return self._target.met(conditions)

    def overdue(self, awaited: Any, left: Any, seconds: float) -> Any:
        return self._target.overdue(awaited, left, seconds)


if __name__ == "__main__":
    measures = {"engine": engine, "yaml": yaml_alone}
    print(json.dumps(measures[sys.argv[1]](*sys.argv[2:])))
