"""`user-manager token`."""

from typing import Annotated

import typer

from user_manager.commands.system_call import system_call
from user_manager.domain.times import format_time, parse_time
from user_manager.domain.vocabulary import Scope
from user_manager.models import Token
from user_manager.services.tokens import create_token, revoke_token

app = typer.Typer(no_args_is_help=True, help="Manage tokens of service accounts.")
Name = Annotated[str, typer.Argument(help="The name of the service account, a DNS-1123 label.")]
Scopes = Annotated[list[Scope], typer.Option("--scope", help="What it may do. Repeatable.")]


Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="TIME",
        help="When it stops working, such as 2026-12-31T18:00:00Z (default: never).",
    ),
]


@app.command()
def create(name: Name, scope: Scopes, until: Until = None) -> None:
    """Create a token and print it. It is not stored and cannot be shown again."""
    expires_at = None if until is None else parse_time(until, "--until")
    typer.echo(create_token(system_call(), name, scope, expires_at))


@app.command()
def revoke(name: Name) -> None:
    """Revoke a token. It does not work from then on."""
    revoke_token(system_call(), name)


@app.command("list")
def list_all() -> None:
    """List all tokens with their scopes, their end and their last use."""
    for token in Token.objects.order_by("name"):
        typer.echo("\t".join([token.name, ",".join(token.scopes), _state(token), _use(token)]))


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return f"revoked {format_time(token.revoked_at)}"
    if token.expires_at is not None:
        return f"ends {format_time(token.expires_at)}"
    return "no end"


def _use(token: Token) -> str:
    if token.last_used_at is None:
        return "never used"
    return f"last used {format_time(token.last_used_at)}"
