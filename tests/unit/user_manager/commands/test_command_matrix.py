"""Every command in one table: what it needs, what it records, and who it records as the actor.

A command asks for no identity. It runs with the settings and the database of the service, so that
its rights are those of whoever may start it.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import django
import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from user_manager import commands as entry_point
from user_manager.commands import program
from user_manager.configuration import load
from user_manager.domain.caller import SYSTEM_ACTOR
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, Event, Module
from user_manager.services.administrators import add_administrator
from user_manager.services.tokens import create_token, digest_of
from user_manager.services.users import change_user, create_user
from user_manager.serving import grpc_server, http_server, metrics_port
from user_manager.serving.shared_metrics import VARIABLE
from user_manager_commands import commands

pytestmark = pytest.mark.django_db

SOURCES = Path(entry_point.__file__).parents[2]
ANN = "ann@example.com"
DORA = "dora@example.com"  # an administrator
GIL = "gil@example.com"  # has left
SECRET_KEY = "x0" * 15 + "-y!" * 15


@dataclass(frozen=True)
class Row:
    """An example of a command that does what it is for, in the world of these tests.

    Attributes:
        arguments: what follows the words of the command.
        records: the kinds of the events.
        away: the exit code while the database does not answer.
        shows_token: whether it prints the token of a service account.
    """

    arguments: str = ""
    records: str = ""
    away: int = 1
    shows_token: bool = False


ROWS = {
    "serve": Row(away=0),  # it starts, and /readyz says that it is not ready
    "grpc": Row(away=0),
    "sweep": Row(records="expired"),
    "migrate": Row(),
    "check": Row(),
    "user add": Row("new@example.com --role EDIT_TASK", records="user_created role_added"),
    "user list": Row(),
    "user export": Row("--format json"),
    "user data": Row(ANN),
    "user pseudonymise": Row(f"{GIL} --yes", records="user_pseudonymised"),
    "user import": Row("users.csv", records="user_created role_added"),
    "administrator add": Row(ANN, records="administrator_added"),
    "administrator remove": Row(DORA, records="administrator_removed"),
    "administrator list": Row(),
    "token create": Row("new --scope read", records="token_created", shows_token=True),
    "token list": Row(),
    "token revoke": Row("robot", records="token_revoked"),
}


def words_of(command):
    return [*command.split(), *ROWS[command].arguments.split()]


def test_every_command_has_a_row():
    assert set(ROWS) == set(commands())


# with settings and a database


@pytest.fixture
def token(system_call, settings, monkeypatch, tmp_path):
    """Make people, a service account and an access that is over; return the token."""
    settings.SECRET_KEY = SECRET_KEY
    for module in (http_server, grpc_server):
        monkeypatch.setattr(module, "serve", lambda _: None)
    monkeypatch.setattr(metrics_port, "start", lambda _: None)
    monkeypatch.setenv(VARIABLE, "")  # what `serve` sets is undone
    monkeypatch.chdir(tmp_path)
    (tmp_path / "users.csv").write_text("id,name,roles\nnew@example.com,New,EDIT_TASK\n")
    for user_id in (ANN, DORA, GIL):
        create_user(system_call, user_id, user_id)
    change_user(system_call, GIL, active=False)
    add_administrator(system_call, DORA)
    hour_ago = system_call.now - timedelta(hours=1)
    Access.objects.create(
        id="over",
        user_id=ANN,
        module=Module.objects.create(id="dwh", kind="external"),
        types=1,
        asked_types=1,
        state="APPROVED",
        requested_by=ANN,
        requested_at=hour_ago,
        pending_until=hour_ago,
        decided_at=hour_ago,
        until=system_call.now,
    )
    return create_token(system_call, "robot", [Scope.READ])


@pytest.mark.parametrize("command", ROWS)
def test_it_asks_for_no_identity_and_records_the_program_as_the_actor(run, token, command):
    before = Event.objects.count()
    assert run(*words_of(command)).code == 0
    recorded = list(Event.objects.order_by("seq")[before:])
    assert [event.kind for event in recorded] == ROWS[command].records.split()
    assert {event.actor for event in recorded} <= {SYSTEM_ACTOR}


@pytest.mark.parametrize("command", ROWS)
def test_only_the_command_that_makes_a_token_prints_one(run, token, command):
    done = run(*words_of(command))
    shown = done.out + done.err
    assert ("um_" in shown) == ROWS[command].shows_token
    for secret in (token, digest_of(token), SECRET_KEY):
        assert secret not in shown


@pytest.mark.parametrize("command", ROWS)
def test_without_a_database_it_says_so_in_one_line(run, token, monkeypatch, command):
    def refuse(*_: object) -> None:
        raise OperationalError("password authentication failed for um@db.example.com")

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "cursor", refuse)
        done = run(*words_of(command))
    assert done.code == ROWS[command].away
    assert "db.example.com" not in done.out + done.err
    assert len(done.err.splitlines()) == done.code
    assert ("USER_MANAGER_DATABASE_URL" in done.err) == (done.code == 1)


@pytest.mark.parametrize("command", ROWS)
def test_an_option_that_it_does_not_have_is_wrong_usage_and_changes_nothing(run, token, command):
    before = Event.objects.count()
    assert run(*words_of(command), "--as-user", ANN).code == 2
    assert Event.objects.count() == before


# before it runs


@pytest.fixture
def start(monkeypatch, capsys):
    """Return what starts the program with settings alone, as the shell does."""

    def start_program(settings, *words, runs=False):
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", dict(settings))
            patch.setattr(django, "setup", load)  # the settings of Django begin with it
            patch.setattr(sys, "argv", ["user-manager", *words])
            if not runs:
                patch.setattr(program, "run", lambda: pytest.fail("the command ran"))
            with pytest.raises(SystemExit) as ended:
                entry_point.entry()
        return ended.value.code, capsys.readouterr()

    return start_program


@pytest.mark.parametrize("command", ROWS)
def test_without_the_secret_key_it_does_not_start(start, command):
    code, shown = start({}, *words_of(command))
    assert (code, shown.out) == (2, "")
    assert "USER_MANAGER_SECRET_KEY is not set" in shown.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USER_MANAGER_OPEN_REQUESTS", "hunter2"),
        ("USER_MANAGER_DATABASE_URL", "postgresql://um:hunter2@db.example.com:port/um"),
        ("USER_MANAGER_DATABASE_URLS", "hunter2"),
    ],
)
@pytest.mark.parametrize("command", ROWS)
def test_with_a_wrong_setting_it_does_not_start_and_names_the_setting(start, command, name, value):
    settings = {"USER_MANAGER_SECRET_KEY": SECRET_KEY, name: value}
    code, shown = start(settings, *words_of(command))
    assert (code, shown.out) == (2, "")
    assert name in shown.err
    assert "hunter2" not in shown.err


def test_a_process_with_a_wrong_setting_ends_with_2():
    ours = ("DJANGO_", "USER_MANAGER_")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    environment |= {"USER_MANAGER_DATABASE_URL": "hunter2", "PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-m", "user_manager", "migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.partition(" ")[0].strip(":") for line in done.stderr.splitlines()] == [
        "USER_MANAGER_SECRET_KEY",
        "USER_MANAGER_DATABASE_URL",
    ]


@pytest.mark.parametrize("command", ROWS)
def test_its_help_needs_no_settings(start, command):
    code, shown = start({}, *command.split(), "--help", runs=True)
    assert (code, shown.err) == (0, "")
    assert command in shown.out
