"""The commands of the User Manager, as the program itself lists them."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from user_manager.commands.program import app


def commands() -> dict[str, Any]:
    """Return each command under its words, such as `user add`."""
    return dict(_commands(get_command(app)))


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command
