"""The commands `help` and `version`."""

from typing import Annotated, cast

import typer

from profiles_management.cli.help import Program
from profiles_management.cli.program import about, command


def _commands(ctx: typer.Context) -> list[str]:
    return [*cast("Program", ctx.find_root().command).commands]


_Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="COMMAND",
        help="Command whose help is shown (default: the program).",
        show_default=False,
        autocompletion=_commands,
    ),
]


@command
def help_(ctx: typer.Context, words: _Words = None) -> int:
    """Show the help of the program or of a command."""
    explained = ctx.find_root()
    for word in words or ():
        if not isinstance(explained.command, Program):
            break
        _, subcommand, _ = explained.command.resolve_command(explained, [word])
        if subcommand is not None:
            explained = type(ctx)(subcommand, info_name=word, parent=explained)
    typer.echo(explained.get_help())
    return 0


@command
def version(ctx: typer.Context) -> int:  # noqa: ARG001 - as every command has it
    """Show the version."""
    typer.echo(about())
    return 0
