"""A client that is generated from proto/user_manager.proto alone, as that of another team."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from grpc_tools import protoc

CONTRACT = Path(__file__).parents[4] / "proto/user_manager.proto"
PACKAGE = "etl.user.manager.V1"
SERVICE = f"{PACKAGE}.UserManager"
Metadata = list[tuple[str, str | bytes]]
_WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
_PATIENCE = 20  # seconds, for an RPC that hangs


class Answer(NamedTuple):
    """What an RPC came to: the status, the message of OK, details and trailing metadata."""

    status: str
    message: Any
    details: str
    trailing: dict[str, str | bytes]


@cache
def _descriptors(folder: Path) -> descriptor_pool.DescriptorPool:
    """Compile the contract into a pool of its own, apart from the stubs of the service."""
    compiled = folder / "contract.bin"
    arguments = ["protoc", f"--proto_path={CONTRACT.parent}", f"--proto_path={_WELL_KNOWN}"]
    arguments += ["--include_imports", f"--descriptor_set_out={compiled}", CONTRACT.name]
    assert protoc.main(arguments) == 0
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes()).file:
        pool.Add(file)
    return pool


class Contract:
    """The contract: its messages and its service."""

    def __init__(self, folder: Path) -> None:
        self.pool = _descriptors(folder)

    @property
    def service(self) -> ServiceDescriptor:
        return self.pool.FindServiceByName(SERVICE)

    def message(self, name: str, /, **values: Any) -> Message:
        descriptor = self.pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
        return message_factory.GetMessageClass(descriptor)(**values)

    def access(self, module: str = "", *types: int, id: str = "") -> Message:  # noqa: A002
        return self.message(
            "ExtDatamoduleAccess", id=id, ext_datamodule_id=module, access_types=list(types)
        )


class Client:
    """Calls the RPCs of the contract over a channel to a port of this machine."""

    def __init__(
        self,
        contract: Contract,
        channel: grpc.Channel,
        port: int,
        drain: Callable[[], None] = lambda: None,
    ) -> None:
        self.contract = contract
        self.channel = channel
        self.port = port
        self.drain = drain  # ends the server as SIGTERM does

    def call(
        self,
        method: str,
        metadata: Metadata | None = None,
        timeout: float = _PATIENCE,
        /,
        **values: Any,
    ) -> Answer:
        """Call a method with the values of its input."""
        name = self.contract.service.methods_by_name[method].input_type.name
        request = self.contract.message(name, **values).SerializeToString()
        return self.send(method, request, metadata, timeout)

    def send(
        self,
        method: str,
        request: bytes,
        metadata: Metadata | None = None,
        timeout: float = _PATIENCE,
    ) -> Answer:
        """Call a method with bytes."""
        output = self.contract.service.methods_by_name[method].output_type
        rpc = self.channel.unary_unary(
            f"/{SERVICE}/{method}",
            response_deserializer=message_factory.GetMessageClass(output).FromString,
        )
        try:
            message, rpc_call = rpc.with_call(request, metadata=metadata or [], timeout=timeout)
        except grpc.RpcError as error:
            return _answer(error, None)
        return _answer(rpc_call, message)


Start = Callable[..., Client]
"""Starts a server with settings, and returns a client of it."""


def _answer(call: Any, message: Any) -> Answer:
    trailing = {entry.key: entry.value for entry in call.trailing_metadata() or ()}
    return Answer(call.code().name, message, call.details(), trailing)
