"""The commands `help` and `version`."""

from typing import Annotated, cast

import typer

from profiles_management.cli.help import Program
from profiles_management.cli.program import about, command


def _commands(ctx: typer.Context) -> list[str]:
    return [*cast("Program", ctx.find_root().command).commands]


_Name = Annotated[
    str | None,
    typer.Argument(
        metavar="COMMAND",
        help="Command to explain (default: the program).",
        autocompletion=_commands,
    ),
]


@command
def help_(ctx: typer.Context, name: _Name = None) -> int:
    """Show the help of the program or of a command."""
    root = ctx.find_root()
    if name is None:
        typer.echo(root.get_help())
        return 0
    _, subcommand, _ = cast("Program", root.command).resolve_command(root, [name])
    if subcommand is not None:
        typer.echo(subcommand.get_help(type(ctx)(subcommand, info_name=name, parent=root)))
    return 0


@command
def version(ctx: typer.Context) -> int:  # noqa: ARG001 - as every command has it
    """Show the version."""
    typer.echo(about())
    return 0
