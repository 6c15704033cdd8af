"""The seven verbs over a real socket."""

from datetime import timedelta
from typing import Any

import pytest
from contract_client import Client, Start
from rpc_world import (
    ANN,
    BOB,
    MODULE,
    NOW,
    OLGA,
    OWNER,
    PAUL,
    PROFILE,
    READ,
    ROOT,
    WRITE,
    access,
    as_token,
    as_user,
    request,
    service_account,
)

from user_manager.domain.vocabulary import AccessState, Role, Scope
from user_manager.models import Absence, Access, Event, Module, User, UserRole

ACCESS_ID = "x-access-request-id"


# CreateUser


def test_an_administrator_creates_a_user_and_may_do_so_again(client: Client) -> None:
    for _ in range(2):
        answer = client.call("CreateUser", as_user(ROOT), id="new@example.com", name="New")
        assert (answer.status, answer.message.result) == ("OK", True)
    assert User.objects.get(id="new@example.com").name == "New"
    assert Event.objects.filter(kind="user_created", user="new@example.com").count() == 1


@pytest.mark.parametrize("user_id", [ANN, ANN.upper()])
def test_a_user_with_another_name_or_spelling_exists_already(client: Client, user_id: str) -> None:
    answer = client.call("CreateUser", as_user(ROOT), id=user_id, name="Someone")
    assert answer.status == "ALREADY_EXISTS"
    assert ANN in answer.details
    assert ACCESS_ID not in answer.trailing


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"id": "new@example.com"},
        {"name": "New"},
        {"id": "a\0b", "name": "New"},
        {"id": "system:admin", "name": "New"},
        {"id": "..", "name": "New"},
        {"id": "x" * 254, "name": "New"},
        {"id": "new@example.com", "name": "a\nb"},
        {"id": "new@example.com", "name": "x" * 254},
    ],
)
def test_ids_and_names_that_do_not_fit_are_invalid(client: Client, values: dict[str, str]) -> None:
    answer = client.call("CreateUser", as_user(ROOT), **values)
    assert answer.status == "INVALID_ARGUMENT"
    assert answer.details.startswith(("id:", "name:"))


# GetUser


def test_a_user_has_roles_and_the_accesses_that_hold_now(client: Client) -> None:
    UserRole.objects.create(user_id=ANN, role=Role.PROCESS_ETL_TASK)
    UserRole.objects.create(user_id=ANN, role=Role.EDIT_TASK)
    access(ANN, MODULE, WRITE, READ, until=NOW + timedelta(seconds=1))
    request(ANN, PROFILE)
    answer = client.call("GetUser", as_user(ANN), id=ANN)
    user = answer.message.user
    assert (user.id, user.name, list(user.roles)) == (ANN, ANN, [0, 3])
    held = [
        (row.id, row.ext_datamodule_id, list(row.access_types))
        for row in user.ext_datamodule_accesses
    ]
    assert held == [("ann-warehouse", MODULE, [READ, WRITE])]


def test_a_user_is_read_in_four_queries_with_the_one_for_the_caller(
    client: Client, django_assert_num_queries: Any
) -> None:
    access(ANN, MODULE, READ)
    access(ANN, PROFILE, READ)
    with django_assert_num_queries(4):
        client.call("GetUser", as_user(ANN), id=ANN)


def test_an_access_is_not_shown_from_the_second_at_which_it_is_over(client: Client) -> None:
    access(ANN, MODULE, READ, until=NOW)
    answer = client.call("GetUser", as_user(ANN), id=ANN)
    assert list(answer.message.user.ext_datamodule_accesses) == []


def test_an_owner_sees_no_roles_and_only_accesses_to_their_module(client: Client) -> None:
    UserRole.objects.create(user_id=ANN, role=Role.EDIT_TASK)
    access(ANN, MODULE, READ)
    access(ANN, PROFILE, READ)
    user = client.call("GetUser", as_user(OLGA), id=ANN).message.user
    assert list(user.roles) == []
    assert [row.ext_datamodule_id for row in user.ext_datamodule_accesses] == [MODULE]


@pytest.mark.parametrize("user_id", ["nobody@example.com", BOB])
def test_a_user_who_is_not_there_or_not_for_the_caller_is_not_found(
    client: Client, user_id: str
) -> None:
    assert client.call("GetUser", as_user(ANN), id=user_id).status == "NOT_FOUND"


@pytest.mark.parametrize("user_id", ["", "a\0b", "x" * 254])
def test_what_is_no_id_of_a_user_is_invalid(client: Client, user_id: str) -> None:
    assert client.call("GetUser", as_user(ROOT), id=user_id).status == "INVALID_ARGUMENT"


# AddAccess


def test_a_request_is_recorded_and_its_id_is_in_the_trailing_metadata(client: Client) -> None:
    contract = client.contract
    answer = client.call(
        "AddAccess", as_user(ANN), user_id=ANN, access=contract.access(MODULE, WRITE, WRITE)
    )
    assert (answer.status, answer.message.result) == ("OK", True)
    row = Access.objects.get(id=answer.trailing[ACCESS_ID])
    assert (row.user_id, row.module_id, row.state) == (ANN, MODULE, "PENDING")
    assert row.requested_by == ANN


def test_reason_and_end_come_in_the_metadata(client: Client) -> None:
    reason = "для обучения 🚀"
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}
    metadata = as_user(ANN, x_reason_bin=reason.encode(), x_duration="P1W")
    row = Access.objects.get(id=client.call("AddAccess", metadata, **order).trailing[ACCESS_ID])
    assert (row.reason, row.duration) == (reason, timedelta(days=7))
    order = {"user_id": BOB, "access": client.contract.access(MODULE, READ)}
    metadata = as_user(BOB, x_until="2026-07-01T03:00:00+03:00")
    row = Access.objects.get(id=client.call("AddAccess", metadata, **order).trailing[ACCESS_ID])
    assert row.asked_until.isoformat() == "2026-07-01T00:00:00+00:00"


def test_the_longest_reason_in_the_largest_characters_is_taken(client: Client) -> None:
    reason = "🚀" * 2000
    metadata = as_user(ANN, x_reason_bin=reason.encode())
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}
    for _ in range(5):  # gRPC refuses large metadata at random between two limits
        assert client.call("AddAccess", metadata, **order).status in {"OK", "ALREADY_EXISTS"}
    assert Access.objects.get(user_id=ANN).reason == reason


def test_the_id_of_the_client_makes_the_request_repeatable(client: Client) -> None:
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ, id="my-1")}
    for _ in range(2):
        answer = client.call("AddAccess", as_user(ANN), **order)
        assert (answer.message.result, answer.trailing[ACCESS_ID]) == (True, "my-1")
    assert Access.objects.filter(user_id=ANN).count() == 1
    other = {"user_id": ANN, "access": client.contract.access(MODULE, WRITE, id="my-1")}
    answer = client.call("AddAccess", as_user(ANN), **other)
    assert (answer.status, answer.trailing[ACCESS_ID]) == ("ALREADY_EXISTS", "my-1")
    order["user_id"] = BOB
    assert client.call("AddAccess", as_user(BOB), **order).status == "ALREADY_EXISTS"


def test_a_second_request_names_the_open_one(client: Client) -> None:
    request(ANN, MODULE, id="open-1")
    order = {"user_id": ANN, "access": client.contract.access(MODULE, WRITE)}
    answer = client.call("AddAccess", as_user(ANN), **order)
    assert (answer.status, answer.trailing[ACCESS_ID]) == ("ALREADY_EXISTS", "open-1")


def test_what_the_catalogue_gives_exists_without_an_id(client: Client) -> None:
    order = {"user_id": PAUL, "access": client.contract.access(PROFILE, READ)}
    answer = client.call("AddAccess", as_user(PAUL), **order)
    assert answer.status == "ALREADY_EXISTS"
    assert ACCESS_ID not in answer.trailing


@pytest.mark.parametrize(
    ("module", "types", "access_id"),
    [
        (MODULE, [], ""),
        (MODULE, [3], ""),
        (MODULE, [READ, -1], ""),
        (MODULE, [READ, 2**31 - 1], ""),
        (MODULE, [READ] * 4, ""),
        (MODULE, [READ] * 10_000, ""),
        ("", [READ], ""),
        ("Not_A_Label", [READ], ""),
        ("a\0b", [READ], ""),
        ("x" * 64, [READ], ""),
        (MODULE, [READ], "with space"),
        (MODULE, [READ], "x" * 65),
        (MODULE, [READ], "a\0b"),
    ],
)
def test_an_access_that_does_not_fit_is_invalid(
    client: Client, module: str, types: list[int], access_id: str
) -> None:
    asked = client.contract.access(module, *types, id=access_id)
    answer = client.call("AddAccess", as_user(ANN), user_id=ANN, access=asked)
    assert answer.status == "INVALID_ARGUMENT"
    assert answer.details.startswith("access.")


def test_an_access_that_is_absent_is_invalid(client: Client) -> None:
    assert client.call("AddAccess", as_user(ANN), user_id=ANN).status == "INVALID_ARGUMENT"
    assert client.call("AddAccess", as_user(ANN)).status == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "options",
    [
        {"x_reason_bin": b"a\0b"},
        {"x_reason_bin": b"\xff\xfe"},
        {"x_reason_bin": b"x" * 2001},
        {"x_duration": "P1M"},
        {"x_duration": ""},
        {"x_duration": "P1D", "x_until": "2026-07-01T00:00:00Z"},
        {"x_until": "2026-07-01"},
        {"x_until": "2026-07-01T00:00:00"},
        {"x_until": "2026-06-01T12:00:00Z"},
    ],
)
def test_options_that_do_not_fit_are_invalid(
    client: Client, options: dict[str, str | bytes]
) -> None:
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}
    assert client.call("AddAccess", as_user(ANN, **options), **order).status == "INVALID_ARGUMENT"


def test_a_required_reason_that_is_missing_is_a_failed_precondition(start: Start) -> None:
    client = start(reason_required="true")
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}
    assert client.call("AddAccess", as_user(ANN), **order).status == "FAILED_PRECONDITION"
    assert client.call("AddAccess", as_user(ANN, x_reason_bin=b"why"), **order).status == "OK"


def test_too_many_open_requests_exhaust_a_person(start: Start) -> None:
    client = start(open_requests="1")
    request(ANN, MODULE)
    order = {"user_id": ANN, "access": client.contract.access(PROFILE, READ)}
    assert client.call("AddAccess", as_user(ANN), **order).status == "RESOURCE_EXHAUSTED"


def test_a_module_or_a_user_that_is_deactivated_is_a_failed_precondition(client: Client) -> None:
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}
    Module.objects.filter(id=MODULE).update(requestable=False)
    assert client.call("AddAccess", as_user(ANN), **order).status == "FAILED_PRECONDITION"
    Module.objects.filter(id=MODULE).update(requestable=True)
    User.objects.filter(id=ANN).update(active=False)
    assert client.call("AddAccess", as_user(OLGA), **order).status == "FAILED_PRECONDITION"


@pytest.mark.parametrize(("user_id", "module"), [(ANN, "unknown"), ("nobody@example.com", MODULE)])
def test_a_module_or_a_user_that_is_not_there_is_not_found(
    client: Client, user_id: str, module: str
) -> None:
    order = {"user_id": user_id, "access": client.contract.access(module, READ)}
    assert client.call("AddAccess", as_user(ROOT), **order).status == "NOT_FOUND"


# RemoveAccess


def test_an_access_is_removed_by_its_id_or_its_module(client: Client) -> None:
    access(ANN, MODULE, READ)
    access(ANN, PROFILE, WRITE)
    by_id = client.contract.access(id="ann-warehouse")
    by_module = client.contract.access(PROFILE)
    for asked in (by_id, by_module):
        for _ in range(2):  # what has ended stays as it is
            answer = client.call("RemoveAccess", as_user(ANN), user_id=ANN, access=asked)
            assert (answer.status, answer.message.result) == ("OK", True)
    assert {row.state for row in Access.objects.filter(user_id=ANN)} == {"REVOKED"}


def test_some_types_are_removed_and_those_that_are_not_held_are_ignored(client: Client) -> None:
    access(ANN, MODULE, READ, WRITE)
    asked = client.contract.access(MODULE, WRITE, OWNER)
    assert client.call("RemoveAccess", as_user(ANN), user_id=ANN, access=asked).status == "OK"
    row = Access.objects.get(user_id=ANN)
    assert (row.types, row.state) == (1 << READ, "APPROVED")


def test_a_request_is_withdrawn_whole(client: Client) -> None:
    request(ANN, MODULE, READ, WRITE)
    asked = client.contract.access(MODULE, WRITE)
    assert client.call("RemoveAccess", as_user(ANN), user_id=ANN, access=asked).status == "OK"
    assert Access.objects.get(user_id=ANN).state == "WITHDRAWN"


def test_of_an_access_that_is_over_and_an_open_request_the_request_is_withdrawn(
    client: Client,
) -> None:
    access(ANN, MODULE, READ, until=NOW, id="over")
    request(ANN, MODULE, id="open")
    asked = client.contract.access(MODULE)
    assert client.call("RemoveAccess", as_user(ANN), user_id=ANN, access=asked).status == "OK"
    states = dict(Access.objects.filter(user_id=ANN).values_list("id", "state"))
    assert states == {"over": "EXPIRED", "open": "WITHDRAWN"}


def test_id_and_module_or_user_that_disagree_are_not_found(client: Client) -> None:
    access(ANN, MODULE, READ)
    access(ANN, PROFILE, READ)
    other_module = client.contract.access(PROFILE, id="ann-warehouse")
    for user_id, asked in [(ANN, other_module), (BOB, client.contract.access(id="ann-ml"))]:
        answer = client.call("RemoveAccess", as_user(ROOT), user_id=user_id, access=asked)
        assert answer.status == "NOT_FOUND"
    assert {row.state for row in Access.objects.filter(user_id=ANN)} == {"APPROVED"}


def test_neither_id_nor_module_is_invalid(client: Client) -> None:
    for values in ({}, {"access": client.contract.access("", READ)}):
        answer = client.call("RemoveAccess", as_user(ANN), user_id=ANN, **values)
        assert answer.status == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("user_id", "module", "types", "access_id"),
    [
        ("", MODULE, [], ""),
        (ANN, "Not_A_Label", [], ""),
        (ANN, MODULE, [7], ""),
        (ANN, MODULE, [], "a\0b"),
        (ANN, MODULE, [READ] * 4, ""),
    ],
)
def test_a_removal_that_does_not_fit_is_invalid(
    client: Client, user_id: str, module: str, types: list[int], access_id: str
) -> None:
    asked = client.contract.access(module, *types, id=access_id)
    answer = client.call("RemoveAccess", as_user(ANN), user_id=user_id, access=asked)
    assert answer.status == "INVALID_ARGUMENT"


def test_nothing_to_remove_is_not_found(client: Client) -> None:
    asked = client.contract.access(MODULE)
    answer = client.call("RemoveAccess", as_user(ANN), user_id=ANN, access=asked)
    assert answer.status == "NOT_FOUND"


def test_the_last_owner_cannot_go(client: Client) -> None:
    asked = client.contract.access(MODULE)
    answer = client.call("RemoveAccess", as_user(OLGA), user_id=OLGA, access=asked)
    assert answer.status == "FAILED_PRECONDITION"


# AddRole and RemoveRole


def test_roles_are_added_and_removed_one_by_one(client: Client) -> None:
    for role in (3, 0, 3):
        answer = client.call("AddRole", as_user(ROOT), user_id=ANN, role=role)
        assert (answer.status, answer.message.result) == ("OK", True)
    assert list(client.call("GetUser", as_user(ANN), id=ANN).message.user.roles) == [0, 3]
    for _ in range(2):
        answer = client.call("RemoveRole", as_user(ROOT), user_id=ANN, role=3)
        assert (answer.status, answer.message.result) == ("OK", True)
    assert list(client.call("GetUser", as_user(ANN), id=ANN).message.user.roles) == [0]


def test_a_role_that_is_absent_is_the_one_with_number_zero(client: Client) -> None:
    assert client.call("AddRole", as_user(ROOT), user_id=ANN).status == "OK"
    assert list(client.call("GetUser", as_user(ANN), id=ANN).message.user.roles) == [0]


@pytest.mark.parametrize("method", ["AddRole", "RemoveRole"])
@pytest.mark.parametrize("number", [4, -1, 2**31 - 1, -(2**31)])
def test_an_unknown_role_is_invalid(client: Client, method: str, number: int) -> None:
    answer = client.call(method, as_user(ROOT), user_id=ANN, role=number)
    assert answer.status == "INVALID_ARGUMENT"


@pytest.mark.parametrize("method", ["AddRole", "RemoveRole"])
def test_the_role_of_an_unknown_user_is_not_found(client: Client, method: str) -> None:
    assert client.call(method, as_user(ROOT), user_id="x@example.com").status == "NOT_FOUND"
    assert client.call(method, as_user(ROOT)).status == "INVALID_ARGUMENT"


def test_a_deactivated_user_gets_no_role(client: Client) -> None:
    User.objects.filter(id=ANN).update(active=False)
    answer = client.call("AddRole", as_user(ROOT), user_id=ANN)
    assert answer.status == "FAILED_PRECONDITION"


# ApproveAccessRequest


@pytest.mark.parametrize(("state", "stored"), [(True, "APPROVED"), (False, "DENIED")])
def test_an_owner_decides_a_request_and_may_do_so_again(
    client: Client, state: bool, stored: str
) -> None:
    request(id="open")
    decision = {"access_request_id": "open", "owner_user_id": OLGA, "state": state}
    for _ in range(2):
        answer = client.call("ApproveAccessRequest", as_user(OLGA), **decision)
        assert (answer.status, answer.message.result) == ("OK", True)
    row = Access.objects.get(id="open")
    assert (row.state, row.decided_by) == (stored, OLGA)
    decision["state"] = not state
    answer = client.call("ApproveAccessRequest", as_user(OLGA), **decision)
    assert answer.status == "FAILED_PRECONDITION"


def test_a_state_that_is_absent_denies(client: Client) -> None:
    request(id="open")
    decision = {"access_request_id": "open", "owner_user_id": OLGA}
    assert client.call("ApproveAccessRequest", as_user(OLGA), **decision).status == "OK"
    assert Access.objects.get(id="open").state == "DENIED"


@pytest.mark.parametrize("owner", ["", ANN, ROOT, OLGA.upper(), f" {OLGA}", "a\0b"])
def test_owner_user_id_must_be_the_caller(client: Client, owner: str) -> None:
    request(id="open")
    decision = {"access_request_id": "open", "owner_user_id": owner, "state": True}
    answer = client.call("ApproveAccessRequest", as_user(OLGA), **decision)
    assert answer.status == "PERMISSION_DENIED"
    assert Access.objects.get(id="open").state == "PENDING"


def test_a_service_account_decides_for_the_person_it_acts_for(client: Client) -> None:
    request(id="open")
    token = service_account(Scope.ACT_FOR)
    decision = {"access_request_id": "open", "owner_user_id": OLGA, "state": True}
    answer = client.call("ApproveAccessRequest", as_token(token), **decision)
    assert answer.status == "PERMISSION_DENIED"
    answer = client.call("ApproveAccessRequest", as_token(token, x_acting_for=OLGA), **decision)
    assert answer.status == "OK"
    row = Access.objects.get(id="open")
    assert (row.decided_by, row.acting_for) == ("token:robot", OLGA)


def test_a_deputy_decides_for_the_absent_owner_under_their_own_id(client: Client) -> None:
    request(id="open")
    request(BOB, id="own")
    until = NOW + timedelta(days=1)
    Absence.objects.create(person_id=OLGA, deputy_id=BOB, until=until)

    def status(access_id: str, owner: str) -> str:
        decision = {"access_request_id": access_id, "owner_user_id": owner, "state": True}
        return client.call("ApproveAccessRequest", as_user(BOB), **decision).status

    assert status("open", OLGA) == "PERMISSION_DENIED"
    assert status("own", BOB) == "PERMISSION_DENIED"
    assert [status("open", BOB) for _ in range(2)] == ["OK", "OK"]
    row = Access.objects.get(id="open")
    assert (row.state, row.decided_by, row.acting_for) == ("APPROVED", BOB, OLGA)
    Absence.objects.update(until=NOW)
    assert status("open", BOB) == "NOT_FOUND"


@pytest.mark.parametrize("access_id", ["", "a\0b", "x" * 65, "with space"])
def test_what_is_no_id_of_a_request_is_invalid(client: Client, access_id: str) -> None:
    decision = {"access_request_id": access_id, "owner_user_id": OLGA, "state": True}
    answer = client.call("ApproveAccessRequest", as_user(OLGA), **decision)
    assert answer.status == "INVALID_ARGUMENT"


def test_a_request_that_is_not_there_is_not_found(client: Client) -> None:
    decision = {"access_request_id": "unknown", "owner_user_id": OLGA, "state": True}
    answer = client.call("ApproveAccessRequest", as_user(OLGA), **decision)
    assert answer.status == "NOT_FOUND"


def test_a_request_that_nobody_decided_in_time_is_over(client: Client) -> None:
    request(id="open", pending_until=NOW)
    decision = {"access_request_id": "open", "owner_user_id": OLGA, "state": True}
    answer = client.call("ApproveAccessRequest", as_user(OLGA), **decision)
    assert answer.status == "FAILED_PRECONDITION"
    assert Access.objects.get(id="open").state in {AccessState.PENDING, AccessState.EXPIRED}
