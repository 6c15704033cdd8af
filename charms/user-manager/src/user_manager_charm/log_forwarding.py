"""The logs of the workload: Pebble forwards them to a collector."""

import logging

import ops
import ops.pebble

from user_manager_charm import collector, layer

_LABEL = "logs"

logger = logging.getLogger(__name__)


def forward(charm: ops.CharmBase, container: ops.Container) -> None:
    """Forward the logs to the related collector, or no longer.

    A Pebble older than 1.26 does not know collectors: this is logged, and nothing is forwarded.
    """
    location = collector.location(charm, "logs")
    try:
        if not location and layer.LOGS not in container.get_plan().log_targets:
            return
        logs = layer.log_layer(location, collector.topology(charm))
        container.add_layer(_LABEL, logs, combine=True)  # takes effect without a replan
    except (ops.pebble.ConnectionError, ops.pebble.APIError):
        logger.warning("Pebble does not forward logs to OpenTelemetry; it needs version 1.26")
