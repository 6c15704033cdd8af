"""The error output of an exec plugin: copied to a terminal, and its end kept for a message."""

import os
import sys
from typing import Any

from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile.lines import printable

_KEPT = 8192  # bytes, from the end
_SHOWN = 400  # characters


class PluginErrors:
    """The error output of one run, which is shown without credentials.

    Args:
        secrets: the credentials that must not be shown.
        interactive: whether the plugin may ask the user, who must then see the question. Otherwise
            the error output is shown only if the plugin fails.
    """

    def __init__(self, secrets: frozenset[str], *, interactive: bool) -> None:
        self._secrets = secrets
        self._is_shown = interactive and is_terminal(sys.stderr)
        self._end = b""
        self._pending = b""

    def add(self, piece: bytes) -> None:
        """Keep the end of the output, and copy its whole lines to the terminal."""
        self._end = (self._end + piece)[-_KEPT:]
        lines, newline, rest = (self._pending + piece).rpartition(b"\n")
        self._pending = rest
        self._show(lines + newline)

    def show_rest(self) -> None:
        """Copy a last line without a line end to the terminal; it may be a question."""
        rest, self._pending = self._pending, b""
        self._show(rest)

    def _show(self, text: bytes) -> None:
        if self._is_shown and text:
            sys.stderr.write(redacted(text.decode(errors="replace"), self._secrets))
            sys.stderr.flush()

    def after(self, before: str, printed: frozenset[str]) -> str:
        """Return the end of the output on one line after a text; '' where there is none.

        Args:
            before: the text.
            printed: the credentials that the plugin printed.
        """
        words = self._end.decode(errors="replace").split()
        if len(self._end) == _KEPT:  # the first word may be a part of a credential
            words = words[1:]
        text = redacted(" ".join(words), self._secrets | printed, opaque=True)
        line = printable(" ".join(text.split()))
        if not line:
            return ""
        if len(line) > _SHOWN:
            line = f"…{line[-_SHOWN:]}"
        return f"{before}{line}"


def is_terminal(stream: Any) -> bool:  # noqa: ANN401 - None where it was closed
    """Return whether a stream is a terminal; a closed stream is not."""
    try:
        return os.isatty(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return False
