"""What goes to juju-log, whatever its level: no names of people, no credentials, and few lines.

Our own lines and those of ops are shown. What libraries and errors say is text of others, in which
nobody can tell a name or a password from other words: of a line of a library its place is shown, of
an error its type and where it was.
"""

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from types import TracebackType

import ops.log
from ops.log import JujuLogHandler

logger = logging.getLogger(__name__)

# Each record becomes a juju-log process. One of DEBUG is one that Juju, as it comes, throws away
# again; and these write a dozen for each request.
_CHATTY = ("httpx2", "httpcore2", "httpx", "httpcore", "dulwich", "paramiko")
_SHOWN = (
    "__main__",
    "charm",
    "charms.profiles_management",
    "ops",
    "profiles_charm",
    "profiles_management",
)
_DEEPEST = 10  # errors behind an error

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def guard() -> None:
    """Make juju-log quiet and free of names; ops has set it up."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in root.handlers:
        # the second with JUJU_DEBUG
        if isinstance(handler, JujuLogHandler) or type(handler) is logging.StreamHandler:
            handler.setFormatter(SilentFormatter())
    # It is called by position alone.
    warnings.showwarning = _show_warning  # type: ignore[assignment]
    if sys.excepthook.__module__ == "ops.log":
        sys.excepthook = silenced(sys.excepthook)
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda thread: _note(thread.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda ignored: _note(ignored.exc_value)


class SilentFormatter(logging.Formatter):
    """Formats a record without text of others."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an error with it is shown by its type and where it was."""
        ours = any(record.name == name or record.name.startswith(f"{name}.") for name in _SHOWN)
        shown = ours or record.pathname == ops.log.__file__  # which speaks through the root logger
        place = f"{record.name} logged a message in {record.module}, line {record.lineno}, which is not shown"
        text = record.getMessage() if shown else place
        error = record.exc_info[1] if record.exc_info else None
        return text if error is None else f"{text}\n{trace(error)}"


def silenced(hook: Hook) -> Hook:
    """Return a hook for uncaught errors that is given them without what they say."""

    def called(_: object, error: BaseException, where: TracebackType | None) -> None:
        silent = without_text(error.with_traceback(where))
        hook(type(silent), silent, where)

    called.__module__ = __name__
    return called


def trace(error: BaseException) -> str:
    """Return an error and those behind it by their types and places."""
    return "".join(traceback.format_exception(without_text(error))).rstrip()


def without_text(error: BaseException, depth: int = 0) -> BaseException:
    """Return an error of the same name and place that says nothing; so for those behind it."""
    kind = type(error)
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    silent: BaseException = type(kind.__name__, (Exception,), names)()
    if depth < _DEEPEST:
        silent.__cause__ = without_text(error.__cause__, depth + 1) if error.__cause__ else None
        silent.__context__ = (
            without_text(error.__context__, depth + 1) if error.__context__ else None
        )
    silent.__suppress_context__ = error.__suppress_context__
    return silent.with_traceback(error.__traceback__)


def said_by(error: BaseException) -> str:
    """Return an error in one line without what it says: its type, and the answer or the place that led to it."""
    answer = getattr(getattr(error, "response", None), "status_code", None)
    if answer is not None:
        return f"{type(error).__name__}: {answer}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "profiles_charm" in frame.filename] or frames
    place = f" in {own[-1].name}, line {own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{place}"


def _note(error: BaseException | None) -> None:
    if error is not None:
        logger.error("an error that nobody handles: %s", said_by(error))


def _show_warning(
    _: object, category: type[Warning], filename: str, lineno: int, *_more: object
) -> None:
    logger.warning("%s in %s, line %s", category.__name__, filename, lineno)
