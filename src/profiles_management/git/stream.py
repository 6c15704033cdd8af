"""The bytes that a server sends, in the sizes that the Git protocol reads."""

from __future__ import annotations

from collections.abc import Callable

from profiles_management.reconcile.retry import Passing

BROKE_OFF = "the server ended the connection in the middle of its answer. Try again."

_LENGTH = 4
_ERROR = b"ERR "


class Refused(Exception):
    """The server refuses a request. The text is the server's, and has not been checked."""


class Stream:
    """Reads exactly as many bytes as requested, or none at the end.

    Args:
        receive: returns some bytes, and none at the end.
    """

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._rest = b""
        self._previous_size = 0

    def read(self, size: int) -> bytes:
        """Return `size` bytes, or none at the end.

        Raises:
            Passing: the connection ended before `size` bytes were received.
            Refused: the bytes are an error line. A server may send one in place of any other line,
                and dulwich overlooks some (https://git-scm.com/docs/gitprotocol-pack, error-line).
        """
        parts, have = [self._rest], len(self._rest)
        while have < size and (part := self._receive()):
            parts.append(part)
            have += len(part)
        whole = b"".join(parts)
        if 0 < have < size:
            raise Passing(BROKE_OFF)
        self._rest = whole[size:]
        if self._previous_size == _LENGTH and whole.startswith(_ERROR):
            raise Refused(whole[len(_ERROR) : size].decode("utf-8", "replace"))
        self._previous_size = size
        return whole[:size]
