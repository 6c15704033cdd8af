"""Messages for errors in the command line, with the option or command that was probably meant."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import typer
from pydantic import ValidationError

from profiles_management.cli.kubectl import NOT_HERE
from profiles_management.cli.variables import variable
from profiles_management.pmr.names import near
from profiles_management.reconcile.lines import printable

_ALIKE = 0.75  # for options, which are shorter than names of people
_OF_PYDANTIC = "Value error, "  # before typer's message for a value that is not in a list
NUMBERS: Mapping[str, str] = {
    "--brake-minimum": "a whole number, such as 5",
    "--brake-share": "a share from 0 to 1, such as 0.5",
    "--rate": "requests a second, such as 10",
    "--timeout": "seconds, such as 300",
    "--untrusted-max-contributors": "a whole number, such as 20000",
    "--untrusted-max-profiles": "a whole number, such as 2000",
    "--verbosity": "a whole number, such as 6",
    "--writers": "a whole number, such as 8",
}
"""The values of options that are numbers; typer's messages come from pydantic."""


def message(error: typer.TyperException) -> str:
    """Return the message of an error in the command line, with a similar option."""
    option = getattr(error, "option_name", "")
    context = getattr(error, "ctx", None)
    if error.message.startswith("No such option") and context is not None:
        return f"No such option: {option}.{_hint(option, context)}"
    refusal = _refused_value(error)
    if refusal:
        return refusal
    error.message = error.message.removeprefix(_OF_PYDANTIC)
    _name_variable(error, context)
    return error.format_message().replace("\n\t", " ")  # typer lists choices below each other


def shown_name(option: str, context: Any) -> str:  # noqa: ANN401 - a Context of click
    """Return what a message calls an option: its variable, if the value comes from there."""
    parameters = context.command.params
    parameter = next((known for known in parameters if option in known.opts), None)
    if parameter is None:
        return option
    name: str = parameter.envvar or variable(option)
    source = context.get_parameter_source(parameter.name)
    is_typed = source is not None and source.name == "COMMANDLINE"
    if is_typed or name not in os.environ:
        return option
    return name


def _name_variable(error: typer.TyperException, context: Any) -> None:  # noqa: ANN401 - as above
    """Name a variable in place of an option that nobody typed."""
    if context is None or not isinstance(error, typer.BadParameter):
        return
    parameter = error.param
    option = error.param_hint if parameter is None else parameter.opts[0]
    if not isinstance(option, str):
        return
    name = shown_name(option, context)
    if name != option:
        error.param_hint = name


def _refused_value(error: typer.TyperException) -> str:
    """Return the message for an invalid number or truth value; '' for other errors."""
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    cause = error.__cause__
    if parameter is None or context is None or not isinstance(cause, ValidationError):
        return ""
    option: str = parameter.opts[0]
    form = NUMBERS.get(option, "")
    if getattr(parameter, "is_flag", False):
        form = "true or false"
    if not form:
        return ""
    given = printable(str(cause.errors()[0]["input"]))
    return f'{shown_name(option, context)} is "{given}". Give {form}.'


def _hint(option: str, context: Any) -> str:  # noqa: ANN401 - a Context of click
    if option in NOT_HERE:
        return f" {NOT_HERE[option]}"
    is_group = hasattr(context.command, "commands")
    group = context.command if is_group else context.parent.command
    everywhere = _leaves(context.find_root().command)
    commands = _with(option, group.commands.items()) or _with(option, everywhere)
    if commands and is_group:
        return f" Write it after the command: it is an option of {commands}."
    if commands:
        return f" It is an option of {commands}."
    similar = near(option, _options_of(context.command), _ALIKE)
    if not similar:
        return ""
    return f" Did you mean {similar}?"


def _with(option: str, commands: Iterable[tuple[str, Any]]) -> str:
    """Return the names of the commands that have an option, as a list in words; '' for none."""
    names = [name for name, command in commands if option in _options_of(command)]
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _leaves(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a group of click
    """Yield the commands of a group and of the groups in it, with the words that call them."""
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from _leaves(command, words)
        else:
            yield words, command


def _options_of(command: Any) -> set[str]:  # noqa: ANN401 - as above
    return {option for parameter in command.params for option in parameter.opts}
