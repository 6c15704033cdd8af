"""The program: what every command has in common, and where it is registered."""

import os
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from profiles_management.cli import variables
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.options import SettingOptions, TargetOptions, as_option
from profiles_management.cli.spread import spread
from profiles_management.pmr.problems import Interrupted, ProfilesError, SettingsError

VARIABLES = frozenset(
    field.name.upper() for group in (GitOptions, TargetOptions, SettingOptions) for field in fields(group)
) | {"GIT_TOKEN", "OUTPUT", "TIMEOUT"}

app = typer.Typer(
    help="Kubeflow profiles from one document: who owns, who contributes, how much each may use.",
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(function: Callable[..., int]) -> Callable[..., int]:
    """Register a command under its name; an error becomes a message and an exit code."""
    run = spread(function)

    def guarded(**given: object) -> int:
        session = given["ctx"].obj  # type: ignore[attr-defined]
        failure: ProfilesError
        try:
            return run(**given)
        except SettingsError as error:
            failure = as_option(error)
        except ProfilesError as error:
            failure = error
        except typer.TyperException as error:
            error.ctx = getattr(error, "ctx", None) or given["ctx"]  # type: ignore[attr-defined]
            raise
        except KeyboardInterrupt:
            failure = Interrupted()
        code: int = session.fail(failure, output=given.get("output", "text"))
        return code

    guarded.__doc__ = function.__doc__
    guarded.__signature__ = run.__signature__  # type: ignore[attr-defined]
    app.command(function.__name__.replace("_", "-"))(guarded)
    return function


def _version(asked: bool) -> None:
    if asked:
        try:
            found = version("profiles-management")
        except PackageNotFoundError:
            found = "from its source"
        typer.echo(f"profiles-management {found}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    ctx: typer.Context,
    _asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
    for what in variables.unknown(os.environ, VARIABLES):
        ctx.obj.note(what)
