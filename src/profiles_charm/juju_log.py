"""The lines in juju-log, of every level: no names of people, no credentials, and few lines.

Lines of this charm and of ops are shown. Texts of libraries and errors can contain a name or a
password, which nobody can find in them. Of a library's line, the place is shown; of an error, its
type and its place.
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

# Each record is a juju-log process. Juju drops those of level DEBUG by default, and these libraries
# write a dozen of them for each request.
_CHATTY = ("httpx2", "httpcore2", "httpx", "httpcore", "dulwich", "paramiko")
_SHOWN = (
    "__main__",
    "charm",
    "charms.profiles_management",
    "ops",
    "profiles_charm",
    "profiles_management",
)
_DEEPEST = 10  # errors in a chain of causes

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def guard() -> None:
    """Keep names and credentials out of juju-log, after ops has set up logging."""
    _guard_records()
    _guard_errors()


def _guard_records() -> None:
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in root.handlers:
        # with JUJU_DEBUG there is a StreamHandler too
        if isinstance(handler, JujuLogHandler) or type(handler) is logging.StreamHandler:
            handler.setFormatter(SilentFormatter())


def _guard_errors() -> None:
    """Replace the hooks for errors that nobody handles, unless somebody else replaced them."""
    # Python calls it with positional arguments only.
    warnings.showwarning = _show_warning  # type: ignore[assignment]
    if sys.excepthook.__module__ == "ops.log":
        sys.excepthook = silenced(sys.excepthook)
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda thread: _note(thread.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda ignored: _note(ignored.exc_value)


class SilentFormatter(logging.Formatter):
    """Formats a record without texts of libraries and errors."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and of an error its type and place."""
        text = record.getMessage() if _is_shown(record) else _hidden(record)
        if record.exc_info and record.exc_info[1]:
            text += f"\n{trace(record.exc_info[1])}"
        return text


def _is_shown(record: logging.LogRecord) -> bool:
    """Whether a record is of this charm or of ops, which also logs through the root logger."""
    is_known = any(f"{record.name}.".startswith(f"{name}.") for name in _SHOWN)
    return is_known or record.pathname == ops.log.__file__


def _hidden(record: logging.LogRecord) -> str:
    place = f"{record.module}, line {record.lineno}"
    return f"{record.name} logged a message in {place}, which is not shown"


def silenced(hook: Hook) -> Hook:
    """Return a hook for uncaught errors that gets them without their text."""

    def called(_: object, error: BaseException, where: TracebackType | None) -> None:
        silent = without_text(error.with_traceback(where))
        hook(type(silent), silent, where)

    called.__module__ = __name__
    return called


def trace(error: BaseException) -> str:
    """Return an error and its causes, each by type and place."""
    return "".join(traceback.format_exception(without_text(error))).rstrip()


def without_text(error: BaseException, depth: int = 0) -> BaseException:
    """Return an error of the same name and place without text, and so its causes."""
    kind = type(error)
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    silent: BaseException = type(kind.__name__, (Exception,), names)()
    if error.__cause__ and depth < _DEEPEST:
        silent.__cause__ = without_text(error.__cause__, depth + 1)
    if error.__context__ and depth < _DEEPEST:
        silent.__context__ = without_text(error.__context__, depth + 1)
    silent.__suppress_context__ = error.__suppress_context__
    return silent.with_traceback(error.__traceback__)


def type_and_place(error: BaseException) -> str:
    """Return an error in one line without its text: its type, and the HTTP status or the place."""
    kind = type(error).__name__
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"{kind}: {status}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "profiles_charm" in frame.filename] or frames
    return f"{kind} in {own[-1].name}, line {own[-1].lineno}" if own else kind


def _note(error: BaseException | None) -> None:
    if error is not None:
        logger.error("unhandled error: %s", type_and_place(error))


def _show_warning(
    _: object, category: type[Warning], filename: str, lineno: int, *_more: object
) -> None:
    logger.warning("%s in %s, line %s", category.__name__, filename, lineno)
