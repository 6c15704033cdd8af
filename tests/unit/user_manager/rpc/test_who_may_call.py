"""Who may call what: every RPC for every kind of caller, with the exact status."""

from collections.abc import Callable
from typing import Any

import pytest
from contract_client import Client, Metadata, Start
from rpc_world import (
    ANN,
    BOB,
    MODULE,
    OLGA,
    PAUL,
    PROFILE,
    READ,
    ROOT,
    access,
    as_token,
    as_user,
    request,
    service_account,
    user,
)

from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, Event, UserRole
from user_manager.rpc.answering import VERBS

MIA = "mia@example.com"  # has access to the external module, as a member

OK = "OK"
HIDDEN = "NOT_FOUND"
DENIED = "PERMISSION_DENIED"
UNKNOWN = "UNAUTHENTICATED"


def scoped(*scopes: Scope, acting_for: str | None = None) -> Callable[[], Metadata]:
    options = {} if acting_for is None else {"x_acting_for": acting_for}
    return lambda: as_token(service_account(*scopes), **options)


CALLERS: dict[str, Callable[[], Metadata]] = {
    "nobody": list,
    "forged header": lambda: as_user(ROOT),  # from a peer that is not trusted
    "stranger": lambda: as_user(BOB),
    "requester": lambda: as_user(ANN),
    "member": lambda: as_user(MIA),
    "OWNER": lambda: as_user(OLGA),
    "profile owner": lambda: as_user(PAUL),
    "administrator": lambda: as_user(ROOT),
    "users": scoped(Scope.USERS),
    "read": scoped(Scope.READ),
    "audit": scoped(Scope.AUDIT),
    "cluster": scoped(Scope.CLUSTER),
    "act-for": scoped(Scope.ACT_FOR),
    "for the requester": scoped(Scope.ACT_FOR, acting_for=ANN),
    "for the OWNER": scoped(*Scope, acting_for=OLGA),
    "for an administrator": scoped(*Scope, acting_for=ROOT),
}
PERSONS = {
    "stranger": BOB,
    "requester": ANN,
    "member": MIA,
    "OWNER": OLGA,
    "profile owner": PAUL,
    "administrator": ROOT,
    "for the requester": ANN,
    "for the OWNER": OLGA,
    "for an administrator": ROOT,
}
"""Whom `owner_user_id` of ApproveAccessRequest names."""

MANAGES_USERS = dict.fromkeys(CALLERS, DENIED) | {
    "nobody": UNKNOWN,
    "forged header": UNKNOWN,
    "administrator": OK,
    "users": OK,
}
ABOUT_THE_REQUEST = dict.fromkeys(CALLERS, HIDDEN) | {
    "nobody": UNKNOWN,
    "forged header": UNKNOWN,
    "OWNER": OK,
    "administrator": OK,
    "for the OWNER": OK,
}
SEES_THE_REQUESTER = ("requester", "OWNER", "read", "for the requester", "for the OWNER")
ROLE_OF_THE_REQUESTER = (
    ABOUT_THE_REQUEST | {"users": OK} | dict.fromkeys(SEES_THE_REQUESTER, DENIED)
)
EXPECTED: dict[str, dict[str, str]] = {
    "CreateUser": MANAGES_USERS,
    "AddRole": ROLE_OF_THE_REQUESTER,
    "RemoveRole": ROLE_OF_THE_REQUESTER,
    # Ann, who asks for access to the external module
    "GetUser": ABOUT_THE_REQUEST
    | {"requester": OK, "for the requester": OK, "read": OK, "users": DENIED},
    # her request
    "RemoveAccess": ABOUT_THE_REQUEST | {"requester": OK, "for the requester": OK, "read": DENIED},
    "ApproveAccessRequest": ABOUT_THE_REQUEST
    | {"requester": DENIED, "for the requester": DENIED}
    | dict.fromkeys(("users", "read", "audit", "cluster", "act-for"), DENIED),
    # for Ann, to the profile
    "AddAccess": ABOUT_THE_REQUEST
    | {"requester": OK, "for the requester": OK, "profile owner": OK}
    | {"OWNER": DENIED, "for the OWNER": DENIED}
    | dict.fromkeys(("users", "read", "audit", "cluster", "act-for"), DENIED),
}


def values_of(method: str, client: Client, caller: str) -> dict[str, Any]:
    match method:
        case "CreateUser":
            return {"id": "new@example.com", "name": "New"}
        case "GetUser":
            return {"id": ANN}
        case "AddAccess":
            return {"user_id": ANN, "access": client.contract.access(PROFILE, READ)}
        case "RemoveAccess":
            return {"user_id": ANN, "access": client.contract.access(id="open")}
        case "AddRole" | "RemoveRole":
            return {"user_id": ANN, "role": 1}
        case "ApproveAccessRequest":
            person = PERSONS.get(caller, OLGA)
            return {"access_request_id": "open", "owner_user_id": person, "state": True}
    raise AssertionError(f"{method} has no values")


def stored() -> list[Any]:
    events = Event.objects.exclude(kind__in=["user_created", "token_created"])
    return [
        *events.values_list("kind", flat=True),
        *UserRole.objects.values_list("user_id", "role"),
        *Access.objects.values_list("id", "state", "types"),
    ]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("method", VERBS)
def test_an_rpc_answers_each_caller_as_the_contract_says(
    start: Start, method: str, caller: str
) -> None:
    client = start(trusted_proxies="10.0.0.0/8") if caller == "forged header" else start()
    user(MIA)
    access(MIA, MODULE, READ)
    request(ANN, MODULE, id="open")
    UserRole.objects.create(user_id=ANN, role=1)
    metadata = CALLERS[caller]()
    before = stored()
    answer = client.call(method, metadata, **values_of(method, client, caller))
    assert answer.status == EXPECTED[method][caller]
    if answer.status != OK:
        assert stored() == before


def test_every_rpc_has_a_row_and_every_row_has_all_callers() -> None:
    assert set(EXPECTED) == set(VERBS)
    assert all(set(row) == set(CALLERS) for row in EXPECTED.values())
