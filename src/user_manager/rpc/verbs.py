"""The seven verbs of the contract. Each checks its message and calls the service of REST too."""

from dataclasses import dataclass, field
from typing import Final

from user_manager.domain.call import Call
from user_manager.domain.durations import parse_duration
from user_manager.domain.errors import Exists, Forbidden, Invalid, NotFound
from user_manager.domain.identifiers import (
    check_access_id,
    check_module_id,
    check_text,
    check_user_id,
)
from user_manager.domain.limits import AskedTime
from user_manager.domain.times import parse_time
from user_manager.rpc import user_manager_pb2 as contract
from user_manager.rpc.messages import access_types, role, user_message
from user_manager.rpc.metadata import Metadata
from user_manager.selectors.users import read_user
from user_manager.selectors.visibility import visible_access
from user_manager.services import requesting, users
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_access, revoke_in_module

ACCESS_ID: Final = "x-access-request-id"
_REASON: Final = "x-reason-bin"
_DURATION: Final = "x-duration"
_UNTIL: Final = "x-until"
_MODULE_PATH: Final = "access.ext_datamodule_id"


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC of a verified caller.

    Attributes:
        trailing: metadata that is sent with the answer or the error.
    """

    call: Call
    metadata: Metadata
    trailing: dict[str, str] = field(default_factory=dict)


def create_user(rpc: Rpc, request: contract.CreateUserRequest) -> contract.CreateUserResponse:
    """Create a user."""
    users.create_user(rpc.call, request.id, request.name)
    return contract.CreateUserResponse(result=True)


def get_user(rpc: Rpc, request: contract.GetUserRequest) -> contract.GetUserResponse:
    """Return a user with roles, and accesses that are approved and not over."""
    check_user_id(request.id)
    return contract.GetUserResponse(user=user_message(read_user(rpc.call, request.id)))


def add_access(rpc: Rpc, request: contract.AddAccessRequest) -> contract.AddAccessResponse:
    """Ask for access. The id of the request is in the trailing metadata."""
    access_id = request.access.id
    order = requesting.AccessOrder(
        user_id=check_user_id(request.user_id, "user_id"),
        module_id=check_module_id(request.access.ext_datamodule_id, _MODULE_PATH),
        types=access_types(request.access.access_types),
        access_id=check_access_id(access_id, "access.id") if access_id else None,
        reason=check_text(rpc.metadata.option(_REASON) or "", path=_REASON),
        asked=_asked_time(rpc.metadata),
    )
    try:
        access, _ = requesting.add_access(rpc.call, order)
    except Exists as error:
        if error.existing_id is not None:
            rpc.trailing[ACCESS_ID] = error.existing_id
        raise
    rpc.trailing[ACCESS_ID] = access.id
    return contract.AddAccessResponse(result=True)


def _asked_time(metadata: Metadata) -> AskedTime:
    duration = metadata.option(_DURATION)
    until = metadata.option(_UNTIL)
    return AskedTime(
        None if duration is None else parse_duration(duration, _DURATION),
        None if until is None else parse_time(until, _UNTIL),
    )


def remove_access(rpc: Rpc, request: contract.RemoveAccessRequest) -> contract.RemoveAccessResponse:
    """Take an access or some of its types away, or withdraw a request."""
    user_id = check_user_id(request.user_id, "user_id")
    access_id, module_id = request.access.id, request.access.ext_datamodule_id
    if not access_id and not module_id:
        raise Invalid.at("access", "give the id of the access or of the module")
    if module_id:
        check_module_id(module_id, _MODULE_PATH)
    numbers = request.access.access_types
    removal = Removal(access_types(numbers) if numbers else None)
    if not access_id:
        revoke_in_module(rpc.call, user_id, module_id, removal)
        return contract.RemoveAccessResponse(result=True)
    access = visible_access(rpc.call, check_access_id(access_id, "access.id"))
    if access.user_id != user_id or module_id not in {"", access.module_id}:
        raise NotFound("This access is of another user or module.")
    revoke_access(rpc.call, access_id, removal)
    return contract.RemoveAccessResponse(result=True)


def add_role(rpc: Rpc, request: contract.AddRoleRequest) -> contract.AddRoleResponse:
    """Give a user a role."""
    user_id = check_user_id(request.user_id, "user_id")
    users.add_role(rpc.call, user_id, role(request.role))
    return contract.AddRoleResponse(result=True)


def remove_role(rpc: Rpc, request: contract.RemoveRoleRequest) -> contract.RemoveRoleResponse:
    """Take a role from a user."""
    user_id = check_user_id(request.user_id, "user_id")
    users.remove_role(rpc.call, user_id, role(request.role))
    return contract.RemoveRoleResponse(result=True)


def approve_access_request(
    rpc: Rpc, request: contract.ApproveAccessRequest
) -> contract.ApproveAccessResponse:
    """Approve a request, or refuse it: a `state` that is absent is false."""
    access_id = check_access_id(request.access_request_id, "access_request_id")
    if request.owner_user_id != rpc.call.caller.require_person():
        raise Forbidden("owner_user_id must be the caller, or the person the caller acts for.")
    decide(rpc.call, access_id, Decision(approve=request.state))
    return contract.ApproveAccessResponse(result=True)
