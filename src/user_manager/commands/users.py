"""`user-manager user`."""

import json
import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import transaction

from user_manager.commands.person_data import person_form
from user_manager.commands.system_call import system_call
from user_manager.domain.errors import Invalid
from user_manager.domain.user_lists import read_csv, read_json, write_csv, write_json
from user_manager.domain.vocabulary import Role
from user_manager.selectors.person_data import read_person_data
from user_manager.selectors.users import all_users
from user_manager.services.importing import import_users
from user_manager.services.pseudonymising import pseudonymise as pseudonymise_user
from user_manager.services.users import add_role, create_user

app = typer.Typer(no_args_is_help=True, help="Manage users.")
_LARGEST = 64 * 1024 * 1024  # bytes of a list
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Format(StrEnum):
    """The format of a list of users."""

    CSV = "csv"
    JSON = "json"


class RoleName(StrEnum):
    """The roles by name."""

    EDIT_TASK = "EDIT_TASK"
    MANAGE_DATA = "MANAGE_DATA"
    CREATE_EXT_DATAMODULE = "CREATE_EXT_DATAMODULE"
    PROCESS_ETL_TASK = "PROCESS_ETL_TASK"


UserId = Annotated[str, typer.Argument(help="The id: the name that Kubernetes knows them by.")]
Name = Annotated[str, typer.Option("--name", help="The name for people (default: the id).")]
Roles = Annotated[list[RoleName] | None, typer.Option("--role", help="A role. Repeatable.")]
FormatOption = Annotated[Format, typer.Option("--format", help="The format (default csv).")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
File = Annotated[Path, typer.Argument(help="A CSV file, or JSON if its name ends in .json.")]


@app.command()
def add(user_id: UserId, name: Name = "", role: Roles = None) -> None:
    """Create a user, with roles."""
    call = system_call()
    with transaction.atomic():  # a user without the roles would be half of it
        create_user(call, user_id, name or user_id)
        for role_name in role or []:
            add_role(call, user_id, Role[role_name])


@app.command("list")
def list_all() -> None:
    """List all users: id, name, roles, and whether they are deactivated."""
    for user in all_users():
        state = "" if user.active else "deactivated"
        typer.echo("\t".join([user.id, user.name, ",".join(user.roles), state]).rstrip())


@app.command()
def export(format_: FormatOption = Format.CSV) -> None:
    """Print all users in the form that `import` reads."""
    rows = [(user.id, user.name, user.roles) for user in all_users()]
    write = write_csv if format_ is Format.CSV else write_json
    typer.echo(write(rows), nl=False)


@app.command("import")
def import_file(file: File) -> None:
    """Create all users of a file and add their roles, or change nothing and show every error."""
    text = _text_of(file)
    rows = read_json(text) if file.suffix == ".json" else read_csv(text)
    count = import_users(system_call(), rows)
    typer.echo(f"{count.new} users created, {count.existing} existed.")


@app.command()
def data(user_id: UserId) -> None:
    """Print everything that is stored about a user as JSON."""
    call = system_call()
    form = person_form(read_person_data(call, user_id), call)
    typer.echo(_readable_json(form))


@app.command()
def pseudonymise(user_id: UserId, yes: Yes = False) -> None:  # noqa: FBT002 - a flag
    """Replace id and name of a deactivated user by a pseudonym, everywhere and for good."""
    if not yes:
        _confirm(f"Replace the id and the name of {user_id} for good?")
    pseudonymise_user(system_call(), user_id)
    # without the pseudonym: nothing should keep whose it is
    typer.echo("The id and the name are replaced by a pseudonym.")


def _readable_json(form: Mapping[str, Any]) -> str:
    """Return JSON in which what commands a terminal or reorders text is escaped."""
    text = json.dumps(form, indent=2, ensure_ascii=False)
    return _UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _confirm(question: str) -> None:
    """Ask on a terminal.

    Raises:
        Invalid: the answer is no, or nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise Invalid("This cannot be undone. To do it without a terminal, pass --yes.")
    if not typer.confirm(question, err=True):
        raise Invalid("Nothing was changed.")


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST:
            raise Invalid(f"{file} has more than {_LARGEST:,} bytes. Split it.")
        return file.read_text("utf-8-sig")  # spreadsheets write a byte order mark
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8. In Excel, save it as CSV UTF-8.") from None
