"""Health and reflection. They need no identity, and have threads apart from those of the verbs."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import grpc
from django.db import close_old_connections
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from user_manager.observability.readiness import why_not_ready
from user_manager.rpc.answering import SERVICE

_Status = health_pb2.HealthCheckResponse


@dataclass(frozen=True, slots=True)
class _InOwnThreads:
    """Answers RPCs in threads apart from those of the server.

    Attributes:
        experimental_thread_pool: these threads, under the name that gRPC looks for.
    """

    behavior: Callable[..., Any]
    experimental_thread_pool: Executor

    def __call__(self, request: object, context: grpc.ServicerContext) -> object:
        return self.behavior(request, context)


class Health(health.HealthServicer):
    """The health of the process, and of the service.

    The name '' is for liveness: it is healthy while the process runs. The name of the service is
    for readiness: it is healthy while the database answers and has all migrations.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set(SERVICE, _Status.SERVING)

    def check(
        self, request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext
    ) -> health_pb2.HealthCheckResponse:
        """Return the health that a name has now."""
        response = self.Check(request, context)
        if request.service == SERVICE and response.status == _Status.SERVING:
            response.status = _Status.SERVING if _is_ready() else _Status.NOT_SERVING
        return response


def _is_ready() -> bool:
    close_old_connections()
    try:
        return why_not_ready() is None
    finally:
        close_old_connections()


def add_health(server: grpc.Server, threads: Executor) -> Health:
    """Add the service of health.

    Args:
        threads: run the checks, so that these are answered while all workers are busy.
    """
    servicer = Health()
    check = _InOwnThreads(servicer.check, threads)
    methods = SimpleNamespace(Check=check, List=servicer.List, Watch=servicer.Watch)
    health_pb2_grpc.add_HealthServicer_to_server(methods, server)
    return servicer


def add_reflection(server: grpc.Server) -> None:
    """Add descriptions of the services, for tools such as grpcurl.

    Anybody can keep a reflection open for as long as they like, which keeps a thread.
    """
    servicer = reflection.ReflectionServicer(
        [SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME]
    )
    threads = ThreadPoolExecutor(2, thread_name_prefix="reflection")
    info = _InOwnThreads(servicer.ServerReflectionInfo, threads)
    methods = SimpleNamespace(ServerReflectionInfo=info)
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(methods, server)
