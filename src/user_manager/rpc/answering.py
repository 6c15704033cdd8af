"""From bytes to bytes: every RPC of the contract is decoded, identified, run and answered here."""

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Event
from typing import Any, Final

import grpc
from django.db import InterfaceError, OperationalError
from google.protobuf.message import DecodeError, Message

from user_manager.configuration import Configuration
from user_manager.domain.errors import Invalid, Unavailable, UserManagerError
from user_manager.identity.authentication import authenticate
from user_manager.observability.metrics import REQUEST_SECONDS, REQUESTS
from user_manager.observability.request_log import REQUEST_ID, clean_request_id
from user_manager.rpc import user_manager_pb2 as contract
from user_manager.rpc import verbs
from user_manager.rpc.arrivals import Arrivals
from user_manager.rpc.metadata import Metadata
from user_manager.rpc.verbs import Rpc
from user_manager.rpc.workers import Workers

SERVICE: Final = contract.DESCRIPTOR.services_by_name["UserManager"].full_name
LONGEST_DETAIL: Final = 500  # characters; clients refuse metadata of 8 KB, which errors are sent in

_log = logging.getLogger(__name__)
_requests = logging.getLogger("user_manager.requests")
Clock = Callable[[], datetime]
Verb = Callable[[Rpc, Any], Message]

VERBS: Final[Mapping[str, tuple[type[Message], Verb]]] = {
    "CreateUser": (contract.CreateUserRequest, verbs.create_user),
    "GetUser": (contract.GetUserRequest, verbs.get_user),
    "AddAccess": (contract.AddAccessRequest, verbs.add_access),
    "RemoveAccess": (contract.RemoveAccessRequest, verbs.remove_access),
    "AddRole": (contract.AddRoleRequest, verbs.add_role),
    "RemoveRole": (contract.RemoveRoleRequest, verbs.remove_role),
    "ApproveAccessRequest": (contract.ApproveAccessRequest, verbs.approve_access_request),
}


@dataclass(slots=True)
class _LogLine:
    """What is logged and counted of one RPC. It holds no ids of people whom the RPC is about."""

    route: str
    status: str = "OK"
    actor: str | None = None
    request_id: str = ""

    def write(self, seconds: float) -> None:
        """Write and count it."""
        REQUESTS.labels("grpc", self.route, self.status).inc()
        REQUEST_SECONDS.labels("grpc").observe(seconds)
        fields = asdict(self) | {"milliseconds": round(seconds * 1000, 1)}
        _requests.info("answered", extra=fields)


class _Gone(Exception):
    """The client left, or its deadline passed, while the RPC waited."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the RPCs share.

    Attributes:
        clock: returns the time at which an RPC is judged.
        arrivals: where RPCs wait for their messages.
        workers: lets some of the threads work at once.
        may_answer: RPCs wait while it is not set.
    """

    configuration: Configuration
    clock: Clock
    workers: Workers
    arrivals: Arrivals = field(default_factory=Arrivals)
    may_answer: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class _Answerer:
    """Answers the RPCs of one method.

    Messages are decoded here and not by gRPC, which would answer INTERNAL to bytes that are no
    message.
    """

    name: str
    request_type: type[Message]
    verb: Verb
    service: Service

    def __call__(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> Message:
        data = self.service.arrivals.message(messages, context)
        self.service.may_answer.wait()
        started = time.perf_counter()
        line = _LogLine(self.name)
        try:
            with self.service.workers.working():
                return self._run(data, context, line)
        except Exception as error:  # noqa: BLE001 - the last resort, as in any server
            line.status, details = _status_of(error, self.name)
            context.abort(grpc.StatusCode[line.status], details[:LONGEST_DETAIL])
        finally:
            line.write(time.perf_counter() - started)

    def _run(self, data: bytes, context: grpc.ServicerContext, line: _LogLine) -> Message:
        if not context.is_active():
            raise _Gone
        configuration = self.service.configuration
        metadata = Metadata(context.invocation_metadata())
        line.request_id = clean_request_id(metadata.first(REQUEST_ID.lower()))
        credentials = metadata.credentials(context.peer(), configuration.identity_header)
        call = authenticate(credentials, configuration, self.service.clock()).call
        line.actor = call.caller.actor
        rpc = Rpc(call, metadata)
        try:
            return self.verb(rpc, self._decoded(data))
        finally:
            context.set_trailing_metadata(tuple(rpc.trailing.items()))

    def _decoded(self, data: bytes) -> Message:
        try:
            return self.request_type.FromString(data)
        except DecodeError:
            raise Invalid(f"This is not a {self.request_type.DESCRIPTOR.name}.") from None


def _status_of(error: Exception, name: str) -> tuple[str, str]:
    """Return the status of an error and the details.

    What is no error of the service is logged, without its message: that of a database may quote a
    whole row.
    """
    if isinstance(error, UserManagerError):
        return error.grpc_status, error.detail
    if isinstance(error, _Gone):
        return "CANCELLED", "The client left."
    if isinstance(error, OperationalError | InterfaceError):
        _log.warning("%s: the database cannot be reached (%s)", name, type(error).__name__)
        return Unavailable.grpc_status, "The database cannot be reached. Try again."
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s failed: %s\n%s", name, type(error).__name__, frames)
    return "INTERNAL", "The service has an error, which is logged."


def contract_handler(service: Service) -> "grpc.GenericRpcHandler[bytes, Message]":
    """Return what answers the RPCs of the contract.

    To gRPC the requests are streams, which look the same on the wire: so the wait for a message is
    here.
    """
    methods = {
        name: grpc.stream_unary_rpc_method_handler(
            _Answerer(name, request_type, verb, service),
            response_serializer=lambda message: message.SerializeToString(),
        )
        for name, (request_type, verb) in VERBS.items()
    }
    return grpc.method_handlers_generic_handler(SERVICE, methods)
