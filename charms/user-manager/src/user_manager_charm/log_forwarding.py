"""The relation `send-otlp`: Pebble forwards the logs of the workload to a collector.

The package of the interface would also publish an alert rule `absent(up)`, which always fires for
an application that nobody scrapes; `publish` is therefore not called.
"""

import logging

import ops
import ops.pebble

from user_manager_charm import layer

RELATION = "send-otlp"
_LABEL = "logs"

logger = logging.getLogger(__name__)


def forward(charm: ops.CharmBase, container: ops.Container) -> None:
    """Forward the logs to the related collector, or no longer.

    A Pebble older than 1.26 does not know collectors: this is logged, and nothing is forwarded.
    """
    location = _location(charm)
    try:
        if not location and layer.LOGS not in container.get_plan().log_targets:
            return
        container.add_layer(_LABEL, layer.log_layer(location, _topology(charm)), combine=True)
        container.replan()
    except (ops.pebble.ConnectionError, ops.pebble.APIError):
        logger.warning("Pebble does not forward logs to OpenTelemetry; it needs version 1.26")


def _location(charm: ops.CharmBase) -> str:
    """Return the URL of a collector for logs, '' without one or if its databag is not valid."""
    if not charm.model.relations[RELATION]:
        return ""
    # Importing it takes as long as ops, and few events need it.
    from charmlibs.interfaces.otlp import OtlpRequirer  # noqa: PLC0415

    try:
        endpoints = OtlpRequirer(charm, RELATION, ["http"], ["logs"]).endpoints
    except ValueError:
        return ""
    return next((endpoint.endpoint for endpoint in endpoints.values()), "")


def _topology(charm: ops.CharmBase) -> dict[str, str]:
    return {
        "juju_model": charm.model.name,
        "juju_model_uuid": charm.model.uuid,
        "juju_application": charm.app.name,
        "juju_unit": charm.unit.name,
        "juju_charm": charm.meta.name,
    }
