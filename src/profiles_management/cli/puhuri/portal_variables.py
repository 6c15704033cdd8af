"""Options of a portal that environment variables can set too."""

from typing import Any, Final

import typer

from profiles_management.cli.variables import variable

PREFIX: Final = "PUHURI_"
"""What the environment variables of a portal's options begin with."""

READING_PORTAL: Final = "Reading the portal"
"""What a command waits for while it reads a portal."""


def portal_option(name: str, text: str, panel: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare an option that a variable of the portal can set too."""
    more = {"envvar": variable(name, PREFIX)} | more
    return typer.Option(name, help=text, show_envvar=False, rich_help_panel=panel, **more)
