"""The Pebble layer of the workload: its services, its checks, and where its logs go. Pure."""

from collections.abc import Mapping

import ops.pebble

from user_manager_charm.settings import (
    GRPC_METRICS_PORT,
    GRPC_PORT,
    METRICS_PORT,
    PREFIX,
)

LABEL = "user-manager"
WEB, GRPC, SWEEP = "web", "grpc", "sweep"
SERVICES = (WEB, GRPC, SWEEP)
ALIVE, READY, GRPC_UP = "alive", "ready", "grpc"
LOGS = "otlp"
_DRAINING = "35s"  # after SIGTERM, requests have 30 seconds to finish
# Pebble wants one also for a target without services, and has no way to remove a target.
_NO_LOCATION = "http://127.0.0.1:4318"


def layer(environment: Mapping[str, str]) -> ops.pebble.Layer:
    """Return the services with their checks.

    `pebble plan` in the container prints the environment, and with it the secrets: Pebble has no
    other way to hand them over.
    """
    grpc = {f"{PREFIX}METRICS_PORT": str(GRPC_METRICS_PORT)}
    return ops.pebble.Layer(
        {
            "summary": "User Manager",
            "services": {
                WEB: _service("pages and REST", "serve", environment, ALIVE),
                GRPC: _service("gRPC", "grpc", {**environment, **grpc}, GRPC_UP),
                SWEEP: _service("ends and notices", "sweep --every 60", environment),
            },
            "checks": {
                ALIVE: _http_check("alive", "/livez"),
                READY: _http_check("ready", "/readyz"),
                GRPC_UP: {"override": "replace", "level": "ready", "tcp": {"port": GRPC_PORT}},
            },
        }
    )


def log_layer(location: str, labels: Mapping[str, str]) -> ops.pebble.Layer:
    """Return the layer that forwards the logs of all services.

    Args:
        location: the URL of a collector for OTLP over HTTP; '' forwards none.
        labels: the topology of the unit.
    """
    target: ops.pebble.LogTargetDict = {
        "override": "replace",
        "type": "opentelemetry",
        "location": location or _NO_LOCATION,
        "services": [*SERVICES] if location else [],
        "labels": dict(labels),
    }
    return ops.pebble.Layer({"summary": "Logs", "log-targets": {LOGS: target}})


def _service(
    summary: str, arguments: str, environment: Mapping[str, str], check: str = ""
) -> ops.pebble.ServiceDict:
    service: ops.pebble.ServiceDict = {
        "override": "replace",
        "summary": summary,
        "command": f"user-manager {arguments}",
        "startup": "enabled",
        "kill-delay": _DRAINING,
        "environment": dict(environment),
    }
    if check:
        service["on-check-failure"] = {check: "restart"}
    return service


def _http_check(level: str, path: str) -> ops.pebble.CheckDict:
    url = f"http://127.0.0.1:{METRICS_PORT}{path}"
    return {"override": "replace", "level": level, "http": {"url": url}}
