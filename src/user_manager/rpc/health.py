"""Health and reflection, which need no identity."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import grpc
from django.db import close_old_connections
from google.protobuf.message import DecodeError
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from user_manager.observability.readiness import why_not_ready
from user_manager.rpc.answering import SERVICE
from user_manager.rpc.arrivals import Arrivals

_Status = health_pb2.HealthCheckResponse
_TOOLS: Final = 4


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

    Args:
        checks: the thread that looks at the database, which works while all workers are busy.
        tools: the threads of what keeps one for as long as a client likes.
    """

    def __init__(self, arrivals: Arrivals, checks: Executor, tools: ThreadPoolExecutor) -> None:
        super().__init__(experimental_thread_pool=tools)
        self._arrivals = arrivals
        self._checks = checks
        self.set(SERVICE, _Status.SERVING)

    def check(
        self, messages: Iterator[bytes], context: grpc.ServicerContext
    ) -> health_pb2.HealthCheckResponse:
        """Return the health that a name has now."""
        data = self._arrivals.message(messages, context)
        try:
            request = health_pb2.HealthCheckRequest.FromString(data)
        except DecodeError:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "This is not a HealthCheckRequest.")
        response = self.Check(request, context)
        if request.service == SERVICE and response.status == _Status.SERVING:
            is_ready = self._checks.submit(_is_ready).result()
            response.status = _Status.SERVING if is_ready else _Status.NOT_SERVING
        return response


def _is_ready() -> bool:
    close_old_connections()
    try:
        return why_not_ready() is None
    finally:
        close_old_connections()


def add_health_and_reflection(server: grpc.Server, arrivals: Arrivals, checks: Executor) -> Health:
    """Add health, and reflection: descriptions of the services, for tools such as grpcurl.

    Args:
        checks: the thread that looks at the database.
    """
    tools = ThreadPoolExecutor(_TOOLS, thread_name_prefix="tools")
    servicer = Health(arrivals, checks, tools)
    methods = {
        "Check": grpc.stream_unary_rpc_method_handler(
            servicer.check, response_serializer=_Status.SerializeToString
        ),
        "Watch": grpc.unary_stream_rpc_method_handler(
            servicer.Watch,
            request_deserializer=health_pb2.HealthCheckRequest.FromString,
            response_serializer=_Status.SerializeToString,
        ),
    }
    handler = grpc.method_handlers_generic_handler(health.SERVICE_NAME, methods)
    server.add_generic_rpc_handlers((handler,))
    names = [SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME]
    describer = reflection.ReflectionServicer(names)
    info = _InOwnThreads(describer.ServerReflectionInfo, tools)
    described = SimpleNamespace(ServerReflectionInfo=info)
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(described, server)
    return servicer
