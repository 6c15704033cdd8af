"""The subcommands, and what an error looks like."""

import sys

import typer
from django.db import DatabaseError

from profiles_management.pmr.names import escaped
from user_manager.commands import administrators, running, tokens, users
from user_manager.configuration import ConfigurationError
from user_manager.domain.errors import Invalid, UserManagerError

app = typer.Typer(
    name="user-manager",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(users.app, name="user")
app.add_typer(administrators.app, name="administrator")
app.add_typer(tokens.app, name="token")
running.add_to(app)


@app.callback()
def program() -> None:
    """Manage who may use what: people ask for access, owners decide, the cluster follows.

    Settings are environment variables that begin with USER_MANAGER_.
    """


def run() -> None:
    """Run the command. An error is one line, or one for each wrong value; the exit code is 1."""
    try:
        app()
    except Invalid as error:
        lines = [f"{row.path}: {row.what}" for row in error.errors] or [error.detail]
        _fail(*lines)
    except UserManagerError as error:
        _fail(error.detail)
    except ConfigurationError as error:
        _fail(*str(error).splitlines())
    except DatabaseError:
        _fail(
            "The database does not answer, or it lacks migrations. "
            "Check USER_MANAGER_DATABASE_URL, and run: user-manager migrate"
        )


def _fail(*lines: str) -> None:
    """Print lines, in which nothing that somebody wrote commands the terminal, and end."""
    for line in lines:
        typer.echo(escaped(line), err=True)
    sys.exit(1)
