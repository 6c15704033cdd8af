"""The gRPC server as a process: it ends with a signal, and loses no RPC."""

import logging

from user_manager.configuration import Configuration
from user_manager.rpc.server import create_server
from user_manager.serving.stop_signals import stop_signals

_log = logging.getLogger(__name__)


def serve(configuration: Configuration) -> None:
    """Answer RPCs until SIGTERM or SIGINT; then finish those that have arrived.

    Raises:
        ConfigurationError: the port is in use, or the settings of TLS are wrong.
    """
    with stop_signals() as signals:
        server = create_server(configuration)
        server.start()
        _log.info("gRPC listens on port %s", server.port)
        signals.get()
        _log.info("gRPC stops")
        server.drain()
