"""The gRPC server: threads, limits, TLS, and an end that loses no RPC."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import grpc

from user_manager.configuration import PREFIX, Configuration, ConfigurationError
from user_manager.identity import clock
from user_manager.rpc.answering import Clock, Service, contract_handler
from user_manager.rpc.arrivals import LONGEST_WAIT, Arrivals
from user_manager.rpc.health import Health, add_health_and_reflection
from user_manager.rpc.tls import server_credentials
from user_manager.rpc.workers import Workers

WORKERS: Final = 10
"""RPCs that work at once; there are at most twice as many connections to the database."""
DRAIN_SECONDS: Final = 25.0
"""How long running RPCs may take at the end. Kubernetes waits 30 seconds."""
_PAUSE_SECONDS: Final = 0.2

_MOST_RPCS: Final = 500  # running and waiting; more are refused with RESOURCE_EXHAUSTED
_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # a port that is in use is an error
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.max_concurrent_streams", 100),  # of one connection
    # a reason of 2,000 characters has up to 11 KB in base64; the default begins to refuse at 8 KB
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.absolute_max_metadata_size", 32 * 1024),
    # a client that is gone without a word keeps no worker
    ("grpc.keepalive_time_ms", 60 * 1000),
    ("grpc.keepalive_timeout_ms", 20 * 1000),
    # clients connect again from time to time, so that new replicas get their share
    ("grpc.max_connection_age_ms", 10 * 60 * 1000),
    ("grpc.max_connection_age_grace_ms", 60 * 1000),
)


@dataclass(frozen=True, slots=True)
class RpcServer:
    """A server that has its port.

    Attributes:
        port: the port that it listens on.
    """

    port: int
    _server: grpc.Server
    _health: Health
    _service: Service

    def start(self) -> None:
        """Begin to answer."""
        self._service.arrivals.start()
        self._server.start()

    def drain(self) -> None:
        """Take no more RPCs, and answer all that have arrived; after a while cancel them.

        gRPC cancels what has arrived and is not with a thread yet. So all pause for a moment, in
        which it hands over everything.
        """
        self._health.enter_graceful_shutdown()
        self._service.may_answer.clear()
        time.sleep(_PAUSE_SECONDS)
        ended = self._server.stop(DRAIN_SECONDS)
        self._service.may_answer.set()
        ended.wait()
        self._service.arrivals.close()

    def close(self) -> None:
        """End at once."""
        self._server.stop(None).wait()
        self._service.arrivals.close()


def create_server(
    configuration: Configuration,
    *,
    address: str | None = None,
    threads: ThreadPoolExecutor | None = None,
    workers: int = WORKERS,
    checks: ThreadPoolExecutor | None = None,
    clock: Clock = clock.now,
    longest_wait: float = LONGEST_WAIT,
) -> RpcServer:
    """Return a server that listens and does not answer yet.

    Args:
        configuration: the settings.
        address: address and port; every address and GRPC_PORT if it is not given.
        threads: run the RPCs; most of them wait for messages.
        workers: how many RPCs work at once.
        checks: runs the checks of health; one thread if it is not given.
        clock: returns the time at which an RPC is judged.
        longest_wait: seconds that an RPC may wait for its message.

    Raises:
        ConfigurationError: the port is in use, or the settings of TLS are wrong.
    """
    server = grpc.server(
        threads or ThreadPoolExecutor(_MOST_RPCS, thread_name_prefix="rpc"),
        options=_OPTIONS,
        maximum_concurrent_rpcs=_MOST_RPCS,
    )
    checks = checks or ThreadPoolExecutor(1, thread_name_prefix="health")
    service = Service(configuration, clock, Workers(workers), Arrivals(longest_wait))
    service.may_answer.set()
    server.add_generic_rpc_handlers((contract_handler(service),))
    health = add_health_and_reflection(server, service.arrivals, checks)
    port = _listen(server, configuration, address or f"[::]:{configuration.grpc_port}")
    return RpcServer(port, server, health, service)


def _listen(server: grpc.Server, configuration: Configuration, address: str) -> int:
    credentials = server_credentials(configuration)
    try:
        if credentials is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, credentials)
    except RuntimeError:
        reason = "it is in use"
        if credentials is not None:
            reason += f", or the files of {PREFIX}GRPC_TLS_CERT and {PREFIX}GRPC_TLS_KEY do not fit"
        raise ConfigurationError(
            f"Cannot listen on {address}, which {PREFIX}GRPC_PORT names: {reason}."
        ) from None
