"""The command `profiles-management`: parses, calls the library, prints. It needs the extra `cli`."""

import os
import signal
import sys
from types import FrameType

_EXTRA = {"rich", "typer"}
_INTERRUPTED = 130


def entry() -> None:
    """Run the command with the arguments of the process, and end the process with its exit code."""
    _open_streams()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    try:
        from profiles_management.cli.main import main  # noqa: PLC0415 - only here can its absence be told in a line
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(f"error: the command needs {error.name}. Run: pip install 'profiles-management[cli]'\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    sys.exit(main(sys.argv[1:]))


def _open_streams() -> None:
    """Make the three streams usable: closed ones lead nowhere, and what an encoding cannot say is escaped."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - open to the end
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _interrupted(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal calls it
    """Stop in order at the first Ctrl-C, which waits for requests under way; at the second, at once."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    os.write(2, b"\nStopping; press Ctrl-C again to stop at once.\n")
    raise KeyboardInterrupt
