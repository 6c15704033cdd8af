"""What a server sends, handed out in the sizes that Git's protocol asks for."""

from __future__ import annotations

from collections.abc import Callable

from profiles_management.reconcile.retry import Passing

BROKE_OFF = "the server broke off in the middle of its answer. Try again."

_LENGTH = 4
_ERROR = b"ERR "


class Refused(Exception):
    """The server does not do what was asked; carries its words, which nobody has looked at yet."""


class Stream:
    """Reads exactly as much as is wanted, or nothing once the end is reached.

    Args:
        receive: returns some bytes, and none at the end.
    """

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._rest = b""
        self._before = 0

    def read(self, size: int) -> bytes:
        """Return `size` bytes, or none at the end.

        Raises:
            Passing: the end comes in between.
            Refused: it is the line with which a server breaks off; it may stand in place of any
                other, and dulwich passes it over in some
                (https://git-scm.com/docs/gitprotocol-pack, error-line).
        """
        parts, have = [self._rest], len(self._rest)
        while have < size and (part := self._receive()):
            parts.append(part)
            have += len(part)
        whole = b"".join(parts)
        if 0 < have < size:
            raise Passing(BROKE_OFF)
        self._rest = whole[size:]
        if self._before == _LENGTH and whole.startswith(_ERROR):
            raise Refused(whole[len(_ERROR) : size].decode("utf-8", "replace"))
        self._before = size
        return whole[:size]
