"""`user-manager administrator`."""

from typing import Annotated

import typer
from django.conf import settings

from user_manager.commands.system_call import system_call
from user_manager.models import Administrator
from user_manager.services.administrators import add_administrator, remove_administrator

app = typer.Typer(no_args_is_help=True, help="Manage administrators.")
UserId = Annotated[str, typer.Argument(help="The id of a user.")]


@app.command()
def add(user_id: UserId) -> None:
    """Make a user an administrator."""
    add_administrator(system_call(), user_id)


@app.command()
def remove(user_id: UserId) -> None:
    """Take the rights of an administrator away. Those of USER_MANAGER_ADMINISTRATORS stay."""
    remove_administrator(system_call(), user_id)


@app.command("list")
def list_all() -> None:
    """List all administrators, and where they come from."""
    listed = settings.USER_MANAGER.policy.administrators
    stored = set(Administrator.objects.values_list("user_id", flat=True))
    for user_id in sorted(listed | stored):
        origin = "setting" if user_id in listed else "database"
        typer.echo(f"{user_id}\t{origin}")
