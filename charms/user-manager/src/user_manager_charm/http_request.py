"""One HTTP request with a limit of time and of bytes."""

from collections.abc import Mapping
from typing import NamedTuple

import httpcore2

from user_manager_charm.deadline import Deadline

LARGEST = 16 * 1024 * 1024
"""The most bytes of an answer, which is the limit of a document of the relation."""

_OK = 200
_RETRIES = 4  # of a connection, in 3.5 seconds: a service that was just started may not listen yet


class RequestError(Exception):
    """There is no usable answer. The message contains nothing of it."""


class NotConnectedError(RequestError):
    """Nobody answers at that address, or not in time. A later request may be answered."""


class Answer(NamedTuple):
    """An answer. The content of an error is not read."""

    status: int
    content_type: str
    etag: str
    content: bytes


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    patience: float,
) -> Answer:
    """Send a request.

    Args:
        body: JSON.
        patience: how many seconds everything together may take.

    Raises:
        NotConnectedError: there is no answer in time.
        RequestError: the answer is too large, or is not HTTP.
    """
    address = httpcore2.URL(url)
    host = f"{address.host.decode()}:{address.port}" if address.port else address.host.decode()
    fields = {"Host": host, "Content-Type": "application/json", **(headers or {})}
    try:
        with (
            httpcore2.ConnectionPool(network_backend=Deadline(patience), retries=_RETRIES) as pool,
            pool.stream(method, url, headers=[*fields.items()], content=body or None) as response,
        ):
            return _read(response)
    except (httpcore2.ReadTimeout, httpcore2.WriteTimeout):
        raise NotConnectedError(f"took longer than {patience:g} s") from None
    except (httpcore2.ConnectTimeout, httpcore2.NetworkError):
        raise NotConnectedError("is not answered") from None
    except httpcore2.ProtocolError:
        raise RequestError("was answered with something else than HTTP") from None


def _read(response: httpcore2.Response) -> Answer:
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    content_type = headers.get(b"content-type", "").partition(";")[0].strip().lower()
    content = _content(response) if response.status == _OK else b""
    return Answer(response.status, content_type, headers.get(b"etag", ""), content)


def _content(response: httpcore2.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_stream():
        size += len(part)
        if size > LARGEST:
            raise RequestError(f"was answered with more than {LARGEST:,} bytes")
        parts.append(part)
    return b"".join(parts)
