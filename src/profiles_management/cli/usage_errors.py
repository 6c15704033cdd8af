"""Slips in the command line: messages that name the option or the command that was meant."""

from collections.abc import Iterator
from typing import Any

import typer

from profiles_management.cli.kubectl import NOT_HERE
from profiles_management.pmr.names import near

_ALIKE = 0.75  # of an option: shorter words than names of people, so more alike
_OF_PYDANTIC = "Value error, "  # before what typer says of a value that is not in a list


def message(error: typer.TyperException) -> str:
    """Return the message of an error in the command line, with what was probably meant."""
    option = getattr(error, "option_name", "")
    context = getattr(error, "ctx", None)
    if not error.message.startswith("No such option") or context is None:
        error.message = error.message.removeprefix(_OF_PYDANTIC)
        return error.format_message().replace("\n\t", " ")  # typer lists choices below each other
    return f"No such option: {option}.{_hint(option, context)}"


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
