"""What an answer of a web service says, how much of it is read, and why there is none."""

from collections.abc import Iterator
from typing import Final

import httpx2

NEVER_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
"""The errors after which no server has seen the request."""

_MOST_WAIT: Final = 60.0  # seconds that a server may ask for
_MOST_DIGITS: Final = 15


class TooLarge(Exception):
    """An answer has more bytes than are read."""


def content(response: httpx2.Response, largest: int) -> bytes:
    """Return the bytes of an answer, uncompressed.

    One that is compressed several times is not unpacked. Its few bytes can become so many in
    between that unpacking them never ends, though none come out.

    Args:
        largest: the most bytes.

    Raises:
        httpx2.RequestError: they do not arrive, or cannot be unpacked.
        TooLarge: there are more.
    """
    if "," in response.headers.get("Content-Encoding", ""):
        raise httpx2.DecodingError("it is compressed several times", request=response.request)
    return b"".join(_parts(response, largest))


def _parts(response: httpx2.Response, left: int) -> Iterator[bytes]:
    for part in response.iter_bytes():
        left -= len(part)
        if left < 0:
            raise TooLarge
        yield part


def requested_wait(response: httpx2.Response) -> float:
    """Return the seconds that `Retry-After` asks for, at most 60; 0 where it does not."""
    seconds = number(response.headers.get("Retry-After", ""))
    return 0.0 if seconds is None else min(float(seconds), _MOST_WAIT)


def number(text: str) -> int | None:
    """Return the number in a header, None for anything else and for an absurd one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


def no_answer_reason(error: httpx2.RequestError) -> str:
    """Return why there was no answer, in words of this program or of the system.

    Those of the HTTP library may have the address, or what the server sent: it can be the token.
    """
    if isinstance(error, httpx2.TimeoutException):
        return "it did not answer in time"
    if isinstance(error, httpx2.ProxyError):
        return _of_proxy(error)
    if isinstance(error, httpx2.DecodingError):
        return "its answer cannot be unpacked"
    return _of_system(error) or "it did not send a whole answer in HTTP"


def _of_proxy(error: httpx2.ProxyError) -> str:
    status = str(error).partition(" ")[0]
    if status.isascii() and status.isdigit():
        return f"the proxy answered with status {status}"
    return "the proxy did not connect to it"


def _of_system(error: BaseException) -> str:
    """Return what the system says of a connection, '' where it says nothing."""
    of_system = (cause.strerror for cause in causes(error) if isinstance(cause, OSError))
    return (next(of_system, None) or "").rstrip(".")


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, then what caused it, and so on."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
