"""The command's subcommands."""

import typer

app = typer.Typer(name="user-manager", no_args_is_help=True, add_completion=False)


@app.callback()
def program() -> None:
    """Manage who may use what: people ask for access, owners decide, the cluster follows."""


def entry() -> None:
    """Run the command."""
    app()
