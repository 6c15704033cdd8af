"""The group of commands `puhuri`."""

from collections.abc import Callable
from functools import partial
from typing import Final

from profiles_management.cli.program import command, command_group

_GROUP: Final = command_group(
    "puhuri", "Work with a research portal (Puhuri Core, which is Waldur) in place of a cluster."
)

portal_command: Callable[..., Callable[..., int]] = partial(command, group=_GROUP)
"""Registers a command of the group; see cli.program.command."""
