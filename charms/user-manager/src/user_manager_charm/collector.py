"""The relation `send-otlp`: where a collector takes logs and metrics over HTTP."""

from typing import Literal

import ops

RELATION = "send-otlp"


def location(charm: ops.CharmBase, telemetry: Literal["logs", "metrics"]) -> str:
    """Return the URL of a collector, '' without one or if its databag is not valid.

    Args:
        telemetry: what it has to take.
    """
    if not charm.model.relations[RELATION]:
        return ""
    # Importing it takes as long as ops, and most events do not need it.
    from charmlibs.interfaces.otlp import OtlpRequirer  # noqa: PLC0415

    try:
        endpoints = OtlpRequirer(charm, RELATION, ["http"], [telemetry]).endpoints
    except ValueError:
        return ""
    urls = (endpoint.endpoint.rstrip("/") for endpoint in endpoints.values())
    return next((url for url in urls if url.startswith(("http://", "https://"))), "")


def topology(charm: ops.CharmBase) -> dict[str, str]:
    """Return the place of a unit, as attributes by which Canonical's stack finds it."""
    return {
        "juju_model": charm.model.name,
        "juju_model_uuid": charm.model.uuid,
        "juju_application": charm.app.name,
        "juju_unit": charm.unit.name,
        "juju_charm": charm.meta.name,
    }
