"""The metrics of the workload, sent to a collector after each event, and the alert rules.

Nothing scrapes the workload: the library of the relation of Prometheus is not available as a
package. Each value is a gauge of that moment, as in the charm profiles-management. An error is one
line in juju-log and never fails a hook.
"""

import base64
import json
import logging
import lzma
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import ops
import yaml
from prometheus_client.parser import text_string_to_metric_families

from user_manager_charm import collector, http_request
from user_manager_charm.http_request import RequestError
from user_manager_charm.layer import GRPC, WEB
from user_manager_charm.settings import GRPC_METRICS_PORT, METRICS_PORT

SOURCES = {
    WEB: f"http://127.0.0.1:{METRICS_PORT}/metrics",
    GRPC: f"http://127.0.0.1:{GRPC_METRICS_PORT}/metrics",
}
"""Where each service has its metrics."""

_RULES = Path(__file__).parents[1] / "prometheus_alert_rules" / "user-manager.rules"
_PREFIX, _BUCKET = "user_manager_", "_bucket"
PATIENCE = 2.0  # seconds for each request; a hook waits for it
_OK = 200

logger = logging.getLogger(__name__)


class Point(NamedTuple):
    """A value with its labels."""

    name: str
    labels: Mapping[str, str]
    value: float


def send(charm: ops.CharmBase, sources: Mapping[str, str]) -> None:
    """Send the metrics of each service to the related collector.

    Args:
        sources: where each service has its metrics.
    """
    location = collector.location(charm, "metrics")
    if not location:
        return
    resource = {"service.name": charm.app.name, "service.instance.id": charm.unit.name}
    resource |= collector.topology(charm)
    try:
        points = [point for source in sources.items() for point in _read(*source)]
        body = json.dumps(payload(points, resource, time.time_ns())).encode()
        url = f"{location}/v1/metrics"
        answer = http_request.send("POST", url, body=body, patience=PATIENCE)
        if answer.status != _OK:
            logger.warning("the collector answered with %d to metrics", answer.status)
    except (RequestError, ValueError) as error:
        logger.warning("metrics were not sent: %s", type(error).__name__)


def publish_rules(charm: ops.CharmBase) -> None:
    """Give the alert rules to the related collector; only the leader does.

    The package of the interface would also publish a rule `absent(up)`, which always fires for an
    application that nobody scrapes.
    """
    if not charm.unit.is_leader():
        return
    rules = {"promql": yaml.safe_load(_RULES.read_text()), "logql": {}}
    packed = base64.b64encode(lzma.compress(json.dumps(rules).encode())).decode()
    topology = {
        key.removeprefix("juju_"): value for key, value in collector.topology(charm).items()
    }
    topology["charm_name"] = topology.pop("charm")
    databag = {"rules": json.dumps(packed), "metadata": json.dumps(topology)}
    for relation in charm.model.relations[collector.RELATION]:
        relation.data[charm.app].update(databag)


def payload(points: list[Point], resource: Mapping[str, str], nanoseconds: int) -> dict[str, Any]:
    """Return values as OTLP JSON: a gauge for each name, with a point for each of its labels.

    Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

    Args:
        nanoseconds: of the moment, since 1970.
    """
    by_name = groupby(sorted(points, key=lambda point: point.name), lambda point: point.name)
    gauges = [_gauge(name, group, nanoseconds) for name, group in by_name]
    scope = {"scope": {"name": "user-manager"}, "metrics": gauges}
    attributes = {"attributes": _attributes(resource)}
    return {"resourceMetrics": [{"resource": attributes, "scopeMetrics": [scope]}]}


def _read(service: str, url: str) -> Iterator[Point]:
    """Yield the metrics of a service, without the buckets of histograms.

    Raises:
        RequestError: it does not answer.
        ValueError: the answer is not of the format of Prometheus.
    """
    answer = http_request.send("GET", url, patience=PATIENCE)
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            if _is_sent(sample.name, sample.value):
                yield Point(sample.name, {**sample.labels, "service": service}, sample.value)


def _is_sent(name: str, value: float) -> bool:
    return name.startswith(_PREFIX) and not name.endswith(_BUCKET) and isfinite(value)


def _gauge(name: str, points: Iterable[Point], nanoseconds: int) -> dict[str, Any]:
    data_points = [_data_point(point, nanoseconds) for point in points]
    return {"name": name, "gauge": {"dataPoints": data_points}}


def _data_point(point: Point, nanoseconds: int) -> dict[str, Any]:
    return {
        "timeUnixNano": str(nanoseconds),
        "asDouble": point.value,
        "attributes": _attributes(point.labels),
    }


def _attributes(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
