"""The command `user-manager`: what it prints, its exit codes, and what an error changes."""

import json
import re
from datetime import timedelta

import pytest
from django.db import OperationalError

from user_manager.commands import program, running
from user_manager.models import Administrator, Event, Token, User, UserRole
from user_manager.services.tokens import digest_of
from user_manager.services.users import change_user
from user_manager.serving import grpc_server, metrics_port

pytestmark = pytest.mark.django_db
ANN = "ann@example.com"


# users


def test_user_add_creates_a_user_with_roles(run):
    assert run("user", "add", ANN, "--name", "Ann", "--role", "EDIT_TASK").code == 0
    assert run("user", "list").lines == [f"{ANN}\tAnn\tEDIT_TASK"]


def test_user_add_takes_the_id_as_the_name(run):
    run("user", "add", ANN)
    assert User.objects.get().name == ANN


def test_user_add_again_adds_the_roles(run):
    run("user", "add", ANN)
    run("user", "add", ANN, "--role", "EDIT_TASK", "--role", "MANAGE_DATA")
    assert UserRole.objects.count() == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a\nb"], "printable"),
        (["system:x"], "system:"),
        ([ANN, "--name", "Other"], "another name"),
    ],
)
def test_user_add_shows_an_error_in_one_line_and_changes_nothing(run, arguments, words):
    run("user", "add", ANN)
    done = run("user", "add", *arguments, "--role", "EDIT_TASK")
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1
    assert (User.objects.count(), UserRole.objects.count()) == (1, 0)


def test_user_add_that_cannot_give_a_role_does_not_name_the_user_either(run):
    run("user", "add", ANN)
    User.objects.update(active=False, signed_in=True)
    assert run("user", "add", ANN, "--name", "Ann", "--role", "EDIT_TASK").code == 1
    assert User.objects.get().name == ANN


def test_an_unknown_role_is_an_error_of_usage(run):
    assert run("user", "add", ANN, "--role", "KING").code == 2


def test_user_list_marks_who_is_deactivated(run, system_call):
    run("user", "add", ANN)
    change_user(system_call, ANN, active=False)
    assert run("user", "list").out == f"{ANN}\t{ANN}\t\tdeactivated\n"


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_is_read_again_by_import(run, tmp_path, kind):
    run("user", "add", ANN, "--name", 'Ann, "A;" Ö', "--role", "MANAGE_DATA", "--role", "EDIT_TASK")
    run("user", "add", "=cmd@example.com", "--name", "'+1")
    text = run("user", "export", "--format", kind).out
    before = users()
    UserRole.objects.all().delete()
    User.objects.all().delete()
    file = tmp_path / f"users.{kind}"
    file.write_text(text, encoding="utf-8")
    assert run("user", "import", file).out == "2 users created, 0 existed.\n"
    assert users() == before
    assert run("user", "import", file).out == "0 users created, 2 existed.\n"


def users():
    rows = UserRole.objects.order_by("user", "role").values_list("user", "role")
    return list(User.objects.order_by("id").values_list("id", "name")), list(rows)


def test_user_import_shows_every_error_with_its_line_and_changes_nothing(run, tmp_path):
    run("user", "add", ANN)
    file = tmp_path / "users.csv"
    file.write_text(
        "id,name,roles\n"
        "new@example.com,New,EDIT_TASK\n"
        "system:x,Root,\n"
        "b@example.com,,\n"
        "c@example.com,C,KING\n"
        "NEW@example.com,New,\n"
    )
    done = run("user", "import", file)
    assert done.code == 1
    assert [line.partition(":")[0] for line in done.err.splitlines()] == [
        "line 3, id",
        "line 4, name",
        "line 5, roles",
        "line 6, id",
    ]
    assert User.objects.count() == 1


def test_user_import_shows_what_contradicts_the_users_there(run, tmp_path):
    run("user", "add", ANN)
    file = tmp_path / "users.json"
    rows = [{"id": "new@example.com", "name": "New"}, {"id": ANN.upper(), "name": "Ann"}]
    file.write_text(json.dumps(rows, indent=1))
    before = Event.objects.count()
    done = run("user", "import", file)
    assert (done.code, done.err.splitlines()) == (
        1,
        [f"line 6: The user {ANN} exists; ids must differ in more than case."],
    )
    assert (User.objects.count(), Event.objects.count()) == (1, before)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"\xff\xfe", "not UTF-8"), (b"", "line 1"), (b"a,b\n", "line 1")],
)
def test_user_import_refuses_a_file_that_it_cannot_read(run, tmp_path, content, words):
    file = tmp_path / "users.csv"
    if content is not None:
        file.write_bytes(content)
    done = run("user", "import", file)
    assert (done.code, words in done.err) == (1, True)


def test_user_import_reads_the_byte_order_mark_of_a_spreadsheet(run, tmp_path):
    file = tmp_path / "users.csv"
    file.write_bytes(b"\xef\xbb\xbfid,name,roles\r\nann@example.com,Ann,\r\n")
    assert run("user", "import", file).code == 0


# administrators


def test_administrators_are_added_listed_and_removed(run, settings):
    policy = settings.USER_MANAGER.policy
    run("user", "add", ANN)
    assert run("administrator", "add", ANN).code == 0
    assert f"{ANN}\tdatabase" in run("administrator", "list").lines
    assert len(run("administrator", "list").lines) == len(policy.administrators) + 1
    assert run("administrator", "remove", ANN).code == 0
    assert not Administrator.objects.exists()


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_an_administrator_must_be_there(run, verb):
    done = run("administrator", verb, "nobody@example.com")
    assert (done.code, done.out) == (1, "")
    assert "nobody@example.com" in done.err


# tokens


def test_a_token_is_shown_once(run):
    done = run("token", "create", "robot", "--scope", "read", "--scope", "act-for")
    assert re.fullmatch(r"um_[\w-]{43}\n", done.out)
    row = Token.objects.get()
    assert row.digest == digest_of(done.out.strip())
    assert run("token", "list").lines == ["robot\tact-for,read\tno end\tnever used"]


def test_a_token_may_have_an_end(run):
    run("token", "create", "robot", "--scope", "read", "--until", "2026-12-31T18:00:00+03:00")
    assert run("token", "list").lines == ["robot\tread\tends 2026-12-31T15:00:00Z\tnever used"]


@pytest.mark.parametrize("until", ["2026-05-31T00:00:00Z", "2026-12-31", "tomorrow"])
def test_an_end_in_the_past_or_without_an_offset_is_refused(run, until):
    done = run("token", "create", "robot", "--scope", "read", "--until", until)
    assert (done.code, done.out, Token.objects.count()) == (1, "", 0)
    assert "until" in done.err


def test_a_revoked_token_says_since_when(run):
    run("token", "create", "robot", "--scope", "read")
    assert run("token", "revoke", "robot").code == 0
    assert "revoked 2026-06-01T00:00:00Z" in run("token", "list").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["create", "Robot", "--scope", "read"], 1),
        (["create", "robot"], 2),
        (["create", "robot", "--scope", "root"], 2),
        (["revoke", "nobody"], 1),
    ],
)
def test_a_wrong_token_command_changes_nothing(run, arguments, code):
    done = run("token", *arguments)
    assert (done.code, done.out, Token.objects.count()) == (code, "", 0)


def test_no_output_but_that_of_create_has_a_token(run):
    token = run("token", "create", "robot", "--scope", "read").out.strip()
    outputs = [
        run("token", "list"),
        run("token", "create", "robot", "--scope", "read"),
        run("token", "revoke", token),
        run("token", "revoke", "robot"),
    ]
    for done in outputs:
        assert token not in done.out + done.err
        assert digest_of(token) not in done.out + done.err
    assert [done.code for done in outputs] == [0, 1, 1, 0]


# the rest


def test_a_sweep_ends_with_0(run):
    assert run("sweep").code == 0


@pytest.mark.parametrize(("options", "pause"), [(["--every", "30"], 30), (["--every", "0"], None)])
def test_a_sweep_repeats_after_the_given_seconds(run, monkeypatch, options, pause):
    pauses = []
    monkeypatch.setattr(running, "sweep_until_stopped", lambda _, every: pauses.append(every))
    assert run("sweep", *options).code == 0
    assert pauses == ([] if pause is None else [timedelta(seconds=pause)])


@pytest.mark.parametrize("is_shared", [True, False])
def test_grpc_opens_the_port_of_the_metrics_unless_serve_has_opened_it(
    run, monkeypatch, settings, is_shared
):
    opened = []
    monkeypatch.setattr(running, "has_shared_metrics", lambda: is_shared)
    monkeypatch.setattr(metrics_port, "start", opened.append)
    monkeypatch.setattr(grpc_server, "serve", lambda _: None)
    assert run("grpc").code == 0
    assert opened == ([] if is_shared else [settings.USER_MANAGER.metrics_port])


def test_a_database_that_is_away_is_one_line_without_its_address(run, monkeypatch):
    def fail(*_):
        raise OperationalError("password authentication failed for secret@db.example.com")

    monkeypatch.setattr(program.users, "all_users", fail)
    done = run("user", "list")
    assert (done.code, "secret" in done.err) == (1, False)
    assert len(done.err.splitlines()) == 1


def test_check_names_what_is_wrong_for_production(run, settings):
    settings.SECRET_KEY = "short"
    done = run("check")
    assert done.code == 1
    assert "security.W009" in done.err


def test_check_names_the_setting_with_which_cookies_are_sent_without_tls(run, settings):
    settings.SECRET_KEY = "x0" * 15 + "-y!" * 15
    settings.CSRF_COOKIE_SECURE = False
    done = run("check")
    assert (done.code, done.err.startswith("USER_MANAGER_PUBLIC_URL begins with http:")) == (
        1,
        True,
    )


def test_check_of_good_settings_ends_with_0(run, settings, monkeypatch):
    settings.SECRET_KEY = "x0" * 15 + "-y!" * 15
    assert run("check").code == 0


def test_without_arguments_the_help_is_shown(run):
    done = run("--help")
    assert done.code == 0
    for name in ("user", "administrator", "token", "serve", "grpc", "migrate", "check", "sweep"):
        assert name in done.out
