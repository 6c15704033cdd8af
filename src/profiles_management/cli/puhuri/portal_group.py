"""The group of commands `puhuri`."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import typer

from profiles_management.cli.program import command, command_group
from profiles_management.cli.variables import variable

PREFIX: Final = "PUHURI_"
"""What the environment variables of a portal's options begin with."""

_GROUP: Final = command_group(
    "puhuri", "Work with a research portal (Puhuri Core, which is Waldur) in place of a cluster."
)

portal_command: Callable[..., Callable[..., int]] = partial(command, group=_GROUP)
"""Registers a command of the group; see cli.program.command."""


def portal_option(name: str, text: str, panel: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare an option that a variable of the portal can set too."""
    more = {"envvar": variable(name, PREFIX)} | more
    return typer.Option(name, help=text, show_envvar=False, rich_help_panel=panel, **more)
