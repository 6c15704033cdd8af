"""Slips in the command line: messages that name the option or the command that was meant."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from pydantic import ValidationError

from profiles_management.cli.kubectl import NOT_HERE
from profiles_management.pmr.names import near
from profiles_management.reconcile.lines import printable

_ALIKE = 0.75  # of an option: shorter words than names of people, so more alike
_OF_PYDANTIC = "Value error, "  # before what typer says of a value that is not in a list
NUMBERS: Mapping[str, str] = {
    "--brake-minimum": "a whole number, such as 5",
    "--brake-share": "a share from 0 to 1, such as 0.5",
    "--timeout": "seconds, such as 300",
    "--untrusted-max-contributors": "a whole number, such as 20000",
    "--untrusted-max-profiles": "a whole number, such as 2000",
    "--verbosity": "a whole number, such as 6",
    "--writers": "a whole number, such as 8",
}
"""What the options that are numbers take. typer says it in pydantic's words."""


def message(error: typer.TyperException) -> str:
    """Return the message of an error in the command line, with what was probably meant."""
    option = getattr(error, "option_name", "")
    context = getattr(error, "ctx", None)
    if not error.message.startswith("No such option") or context is None:
        if refusal := _refused_number(error):
            return refusal
        error.message = error.message.removeprefix(_OF_PYDANTIC)
        return error.format_message().replace("\n\t", " ")  # typer lists choices below each other
    return f"No such option: {option}.{_hint(option, context)}"


def _refused_number(error: typer.TyperException) -> str:
    """Return what a number has to be; '' if the error is about something else."""
    parameter, cause = getattr(error, "param", None), error.__cause__
    names = parameter.opts if parameter is not None else ()
    option = next((name for name in names if name in NUMBERS), "")
    if not option or not isinstance(cause, ValidationError):
        return ""
    given = printable(str(cause.errors()[0]["input"]))
    return f'{option} is "{given}". Give {NUMBERS[option]}.'


def _hint(option: str, context: Any) -> str:  # noqa: ANN401 - a Context of click, which typer holds inside
    commands = [
        name for name, options in _options(context.find_root().command) if option in options
    ]
    if option in NOT_HERE:
        return f" {NOT_HERE[option]}"
    if commands and context.parent is None:
        return f" Write it after the command: it is an option of {_listed(commands)}."
    if commands:
        return f" It is an option of {_listed(commands)}."
    own = {name for parameter in context.command.params for name in parameter.opts}
    meant = near(option, own, _ALIKE)
    return f" Did you mean {meant}?" if meant else ""


def _options(program: Any) -> Iterator[tuple[str, set[str]]]:  # noqa: ANN401 - as above
    for name, command in program.commands.items():
        yield name, {option for parameter in command.params for option in parameter.opts}


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
