"""The command `profiles-management`, which needs the extra `cli`."""

import os
import sys
import traceback
from types import TracebackType

from profiles_management.cli.signals import Signals
from profiles_management.pmr.extras import install
from profiles_management.pmr.redaction import names_secret, redacted

_EXTRA = {"rich", "typer"}
_LONGEST = 1_000  # characters of a line of a traceback


def entry() -> None:
    """Run the command with the arguments of the process, and end the process with its exit code."""
    _open_streams()
    sys.excepthook = _crashed
    signals = Signals()
    signals.watch()
    try:
        # imported here, so that a missing package is one line of an error
        from profiles_management.cli.main import main  # noqa: PLC0415
        from profiles_management.cli.session import Session  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(f"error: the command needs {error.name}. {install('cli')}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(signals.exit_code)
    try:
        code = main(sys.argv[1:], Session(clock=signals.clock, signals=signals))
    except KeyboardInterrupt:
        code = signals.exit_code
    signals.hold()
    sys.exit(code)


def _crashed(_: object, error: BaseException, where: TracebackType | None) -> None:
    """Print an unexpected error, which is a bug, without credentials.

    Its text may come from libraries, so credentials of the environment, and texts that look like
    credentials, are hidden.
    """
    secrets = [value for name, value in os.environ.items() if names_secret(name)]
    lines = traceback.format_exception(error.with_traceback(where))
    sys.stderr.write(
        "".join(f"{redacted(line[:_LONGEST], secrets)}\n" for line in "".join(lines).splitlines())
    )


def _open_streams() -> None:
    """Make the three streams usable: replace closed ones, and escape unencodable characters."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - open to the end
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
