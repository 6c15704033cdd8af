"""The program: what every command has in common, and where it is registered."""

import inspect
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import fields
from typing import Annotated

import typer

from profiles_management.cli import requests, variables
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.formats import installed_version
from profiles_management.cli.help import NAME, Command, Program
from profiles_management.cli.kubectl import REQUESTS
from profiles_management.cli.options import TargetOptions
from profiles_management.cli.session import Session
from profiles_management.cli.setting_options import ApplyOptions, as_option
from profiles_management.cli.source_options import UNTRUSTED_PROFILES
from profiles_management.cli.spread import spread
from profiles_management.cli.user_manager_options import TOKEN_NAME
from profiles_management.pmr.problems import Interrupted, ProfilesError, SettingsError
from profiles_management.reconcile.describe import Data

_GROUPS = (GitOptions, TargetOptions)
VARIABLES = (
    frozenset(field.name.upper() for group in _GROUPS for field in fields(group))
    | ApplyOptions.variables()
    | {"GIT_TOKEN", "OUTPUT", "TIMEOUT", variables.variable_name(UNTRUSTED_PROFILES)}
    | {TOKEN_NAME, "PORTAL", "PORTAL_CA"}
)

app = typer.Typer(
    help="Manage Kubeflow profiles from one document: owners, contributors and quotas.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_VERBOSITY = inspect.Parameter(
    "verbosity",
    inspect.Parameter.KEYWORD_ONLY,
    default=0,
    annotation=Annotated[
        int,
        typer.Option(
            "--verbosity",
            "-v",
            metavar="LEVEL",
            help=f"Print each request from level {REQUESTS} on, as kubectl does.",
            show_default=False,
        ),
    ],
)


def command(
    function: Callable[..., int], *, name: str = "", text: str = "", group: typer.Typer = app
) -> Callable[..., int]:
    """Register a command; an error becomes a message and an exit code.

    Args:
        name: of the command; by default that of the function.
        text: of its help; by default the docstring of the function.
        group: the commands that it is one of; see command_group.
    """
    run, name = spread(function), name or function.__name__.strip("_").replace("_", "-")

    def guarded(*, verbosity: int, **given: object) -> int:
        session = given["ctx"].obj  # type: ignore[attr-defined]
        failure: ProfilesError
        try:
            with requests.shown(session.terminal) if verbosity >= REQUESTS else nullcontext():
                return session.ended(run(**given))  # type: ignore[no-any-return]
        except SettingsError as error:
            failure = as_option(error, given["ctx"])  # type: ignore[arg-type]
        except ProfilesError as error:
            failure = error
        except typer.TyperException as error:
            error.ctx = getattr(error, "ctx", None) or given["ctx"]  # type: ignore[attr-defined]
            raise
        except KeyboardInterrupt:
            failure = Interrupted()
        more = always(name, session)
        code: int = session.fail(failure, output=given.get("output", "text"), more=more)
        return code

    guarded.__doc__ = text or function.__doc__
    signature = inspect.signature(run)
    guarded.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), _VERBOSITY]
    )
    group.command(name, cls=Command)(guarded)
    return function


def command_group(name: str, text: str) -> typer.Typer:
    """Register commands that share the first word.

    Args:
        text: of the help of the group.
    """
    group = typer.Typer(rich_markup_mode=None, cls=Program)
    app.add_typer(group, name=name, help=text, invoke_without_command=True, callback=_show_help)
    return group


def _show_help(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def always(command: str, session: Session) -> Data:
    """Return what the data of a command hold also when it fails."""
    return (
        {"valid": False, **session.document_data, "warnings": []} if command == "validate" else {}
    )


def about() -> str:
    """Return the name of the program and its version."""
    return f"{NAME} {installed_version() or 'from its source'}"


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(about())
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    ctx: typer.Context,
    _asked: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            "-v",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    _show_help(ctx)
    for what in variables.unknown(os.environ, VARIABLES):
        ctx.obj.note(what)
