"""Failures outside of a command, such as an unknown option, as text or as data."""

import inspect
import os
from collections.abc import Collection, Sequence
from typing import ClassVar, get_args

import typer

from profiles_management.cli.program import always, app
from profiles_management.cli.session import Session
from profiles_management.cli.variables import PREFIX
from profiles_management.pmr.problems import ProfilesError


class UsageError(ProfilesError):
    """The command line cannot be understood."""

    code: ClassVar[str] = "usage"


class SystemFailure(ProfilesError):
    """The operating system failed, as with a full disk."""

    code: ClassVar[str] = "system-failure"


def failed(error: ProfilesError, arguments: Sequence[str], session: Session) -> int:
    """Print an error in the form that the arguments ask for, and return its exit code."""
    words = [word for word in arguments if not word.startswith("-")]
    form = _form(arguments)
    output = form if form in _forms_of(words, app) else "text"
    return session.fail(error, output=output, more=always("".join(words[:1]), session))


def _forms_of(words: Sequence[str], commands: typer.Typer) -> Collection[str]:
    """Return the forms of a command's errors; empty where `--output` is the form of a document.

    Args:
        words: the command line without options.
        commands: those that the first word may name.
    """
    name = "".join(words[:1])
    for group in commands.registered_groups:
        if group.name == name and group.typer_instance is not None:
            return _forms_of(words[1:], group.typer_instance)
    for command in commands.registered_commands:
        if command.name == name and command.callback is not None:
            output = inspect.signature(command.callback).parameters.get("output")
            return get_args(get_args(output.annotation)[0]) if output is not None else ()
    return ()


def _form(arguments: Sequence[str]) -> str:
    """Return the last requested form; the arguments may be invalid elsewhere."""
    form = os.environ.get(f"{PREFIX}OUTPUT", "")
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word in ("--output", "-o"):
            form = following
        elif word.startswith("--output="):
            form = word.removeprefix("--output=")
        elif word.startswith("-o"):
            form = word.removeprefix("-o").removeprefix("=")
    return form
