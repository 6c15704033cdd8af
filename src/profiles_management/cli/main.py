"""One run of the command: its exit code, and the one place that prints errors.

Exit codes, the first that applies: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 1 an
error (of usage too), 3 the brake stopped it, 4 something is still pending at the deadline, 2 `plan
--exit-code` found changes, 0 done.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache

import typer
from typer.main import get_command

from profiles_management.cli import (
    about,  # noqa: F401 - these modules register commands
    audit,  # noqa: F401
    commands,  # noqa: F401
    completion,
    offboard,  # noqa: F401
    rbac,  # noqa: F401
    usage_errors,
)
from profiles_management.cli.failures import SystemFailure, UsageError, failed
from profiles_management.cli.help import NAME
from profiles_management.cli.program import app
from profiles_management.cli.puhuri import (
    export_commands,  # noqa: F401
    listing_commands,  # noqa: F401
    portal_commands,  # noqa: F401
    report_commands,  # noqa: F401
)
from profiles_management.cli.session import Session
from profiles_management.pmr.problems import Interrupted
from profiles_management.pmr.redaction import redacted


def main(arguments: Sequence[str], session: Session | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: the arguments, without the name of the program.
        session: the clock, the targets, the terminal and the signals; by default the process's.
    """
    session = session or Session()
    completion.prepare()
    code = _run(arguments, session)
    if session.signals.received:
        return session.signals.exit_code
    return code


def _run(arguments: Sequence[str], session: Session) -> int:
    try:
        code = _program()(args=list(arguments), prog_name=NAME, standalone_mode=False, obj=session)
        return int(code or 0)
    except typer.Abort:
        with suppress(OSError):  # the terminal is gone
            session.error(_abort_message(session))
    # typer ends the process where a pipe is closed, and after a completion
    except SystemExit as ended:
        if not ended.code:
            raise
    except typer.TyperException as error:
        message = f"{redacted(usage_errors.message(error))}\n{_help(error)}"
        return failed(UsageError(message), arguments, session)
    except OSError as error:  # the disk is full, a program that fetches credentials is missing
        with suppress(OSError):  # the terminal is gone
            return failed(SystemFailure(redacted(_system_message(error))), arguments, session)
    return 1


@cache
def _program() -> Callable[..., int | None]:
    """Return the parser of the command line. Building it takes longer than most commands run."""
    return get_command(app)


def _abort_message(session: Session) -> str:
    if session.signals.received:
        return str(Interrupted())
    return "No answer. Nothing was changed."


def _system_message(error: OSError) -> str:
    why = error.strerror or str(error)
    if not error.filename:
        return why
    return f"{error.filename}: {why}"


def _help(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else NAME
    return f"See: {path} --help"
