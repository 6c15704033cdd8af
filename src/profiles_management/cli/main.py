"""One run of the command: what it ends with, and one place that turns errors into text and a code.

Exit codes, the first that applies: 1 an error (of usage too), 3 the brake stopped it, 4 something is still pending at
the deadline, 2 `plan --exit-code` found changes, 0 done. 130 after Ctrl-C.
"""

from collections.abc import Sequence

import typer

from profiles_management.cli.commands import app
from profiles_management.cli.session import Session

NAME = "profiles-management"
INTERRUPTED = 130


def main(arguments: Sequence[str], session: Session | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: without the name of the program.
        session: clock, targets and terminal; by default those of the process.
    """
    session = session or Session()
    try:
        code = app(args=list(arguments), prog_name=NAME, standalone_mode=False, obj=session) or 0
    except typer.Abort:
        session.error("No answer, so nothing was done.")
        return 1
    except typer.TyperException as error:
        session.error(f"{error.format_message()}\n{_help(error)}")
        return 1
    except OSError as error:  # the disk is full, a program that fetches credentials is missing
        session.error(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
        return 1
    if code == INTERRUPTED:  # typer's answer to Ctrl-C
        session.error("Interrupted. Nothing is lost: the next run finishes what was begun.")
    return int(code)


def _help(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else NAME
    return f"See: {path} --help"
