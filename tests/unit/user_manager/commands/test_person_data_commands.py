"""The commands about the data of one person: what they print, ask and change."""

import io
import json
import sys
from dataclasses import replace

import pytest

from user_manager.domain.access_types import parse_types
from user_manager.domain.caller import Caller
from user_manager.models import Absence, Access, CatalogueContributor, Event, Module, Notice, User
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.services.users import change_user

pytestmark = pytest.mark.django_db
ANN = "ann@example.com"


@pytest.fixture
def former(run, system_call):
    """ANN, who asked for access, was refused and is deactivated."""
    run("user", "add", ANN, "--name", "Ann Lee", "--role", "EDIT_TASK")
    Module.objects.create(id="crm", kind="external")
    by_ann = replace(system_call, caller=Caller(user_id=ANN))
    order = AccessOrder(ANN, "crm", parse_types(["READ"]), "one", reason="Größe\n")
    add_access(by_ann, order)
    change_user(system_call, ANN, active=False)


def test_user_data_is_one_json_document(run, former):
    done = run("user", "data", ANN)
    data = json.loads(done.out)
    assert (done.code, done.err, data["at"]) == (0, "", "2026-06-01T00:00:00Z")
    assert data["user"] == {
        "id": ANN,
        "key": ANN,
        "name": "Ann Lee",
        "active": False,
        "signed_in": False,
        "created_at": "2026-06-01T00:00:00Z",
        "roles": ["EDIT_TASK"],
        "administrator": False,
    }
    (access,) = data["accesses"]
    assert (access["state"], access["reason"]) == ("WITHDRAWN", "Größe\n")
    assert [event["kind"] for event in data["events"]] == [
        "user_created",
        "role_added",
        "requested",
        "withdrawn",
        "user_deactivated",
    ]
    assert "Größe" in done.out


def test_user_data_has_every_column(run, former, system_call):
    person = {"kind": "User", "name": ANN, "role": "view", "source": "config"}
    CatalogueContributor.objects.create(module_id="crm", **person)
    times = dict.fromkeys(["created_at", "next_attempt_at"], system_call.now)
    Notice.objects.create(kind="requested", access="one", payload={"user": ANN}, **times)
    bob = User.objects.create(id="bob", key="bob", name="Bob", created_at=system_call.now)
    Absence.objects.create(person_id=ANN, deputy=bob, until=system_call.now)
    data = json.loads(run("user", "data", ANN).out)
    for model, (row, *_) in {
        User: [data["user"]],
        Absence: data["absences"],
        Access: data["accesses"],
        Event: data["events"],
        Notice: data["notices"],
    }.items():
        assert {field.name for field in model._meta.concrete_fields} <= row.keys()
    assert data["catalogue"]["contributor"] == [
        {"module": "crm", "role": "view", "until": None, "source": "config"}
    ]


HOSTILE = "\x1b[2J\x9b2J\u202e"


def test_no_text_commands_the_terminal(run, former):
    Access.objects.update(effect_detail=HOSTILE)
    data = run("user", "data", ANN)
    assert json.loads(data.out)["accesses"][0]["effect_detail"] == HOSTILE
    assert all(line.isprintable() for line in data.lines)
    CatalogueContributor.objects.create(module_id="crm", kind="User", name=ANN, source=HOSTILE)
    refusal = run("user", "pseudonymise", "--yes", ANN)
    assert "(source \\x1b[2J\\x9b2J\\u202e)" in refusal.err
    assert refusal.err.strip().isprintable()


@pytest.mark.parametrize("arguments", [["data"], ["pseudonymise", "--yes"]])
def test_the_person_must_be_there(run, arguments):
    done = run("user", *arguments, "nobody@example.com")
    assert (done.code, done.out) == (1, "")
    assert done.err == "The user nobody@example.com was not found.\n"


def test_user_pseudonymise_replaces_a_person(run, former):
    done = run("user", "pseudonymise", ANN, "--yes")
    assert (done.code, done.err) == (0, "")
    pseudonym = User.objects.get().id
    assert pseudonym.startswith("former-user-")
    assert pseudonym not in done.out
    assert ANN not in run("user", "list").out
    assert run("user", "data", ANN).code == 1


def test_user_pseudonymise_without_a_terminal_needs_yes(run, former, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    done = run("user", "pseudonymise", ANN)
    assert (done.code, done.out, User.objects.get().id) == (1, "", ANN)
    assert "--yes" in done.err


@pytest.mark.parametrize(("answer", "is_done"), [("y\n", True), ("n\n", False), ("", False)])
def test_user_pseudonymise_asks_on_a_terminal(run, former, monkeypatch, answer, is_done):
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    done = run("user", "pseudonymise", ANN)
    assert f"the name of {ANN} for good?" in done.err
    assert (done.code == 0, User.objects.get().id != ANN) == (is_done, is_done)
