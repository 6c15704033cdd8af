"""One run of the command: what it ends with, and one place that turns errors into text and a code.

Exit codes, the first that applies: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 1 an
error (of usage too), 3 the brake stopped it, 4 something is still pending at the deadline, 2 `plan
--exit-code` found changes, 0 done.
"""

from collections.abc import Sequence
from contextlib import suppress

import typer

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
from profiles_management.cli.session import Session
from profiles_management.pmr.problems import Interrupted
from profiles_management.pmr.redaction import redacted


def main(arguments: Sequence[str], session: Session | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: without the name of the program.
        session: clock, targets, terminal and signals; by default those of the process.
    """
    session = session or Session()
    completion.prepare()
    code = _run(arguments, session)
    return session.signals.exit_code if session.signals.received else code


def _run(arguments: Sequence[str], session: Session) -> int:
    try:
        return int(
            app(args=list(arguments), prog_name=NAME, standalone_mode=False, obj=session) or 0
        )
    except typer.Abort:
        with suppress(OSError):  # the terminal is gone
            session.error(
                str(Interrupted())
                if session.signals.received
                else "No answer, so nothing was done."
            )
    # typer ends the process where a pipe is closed, and after a completion
    except SystemExit as ended:
        if not ended.code:
            raise
    except typer.TyperException as error:
        return failed(
            UsageError(f"{redacted(usage_errors.message(error))}\n{_help(error)}"),
            arguments,
            session,
        )
    except OSError as error:  # the disk is full, a program that fetches credentials is missing
        what = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        with suppress(OSError):  # the terminal is gone
            return failed(SystemFailure(redacted(what)), arguments, session)
    return 1


def _help(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else NAME
    return f"See: {path} --help"
