"""Git over https: the protocol by dulwich, on connections that keep limits of bytes and time.

The certificate is always verified. Requests go only to the host of the URL. A redirect to another
host is refused, so that credentials never reach it. Of the environment only the system's
certificates are used.
"""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urljoin

import httpcore2
from dulwich.client import AbstractHttpGitClient

from profiles_management.git import refusals
from profiles_management.git.address import Address, parse
from profiles_management.git.budget import Budget
from profiles_management.git.connection import connect
from profiles_management.git.git_source import Credentials
from profiles_management.git.stream import BROKE_OFF, Stream
from profiles_management.pmr.problems import GitError
from profiles_management.reconcile.retry import Passing

T = TypeVar("T")

# some servers serve Git only to user agents that begin with git/
AGENT: Final = "git/2.47 (profiles-management)"

_REDIRECTS: Final = {301, 302, 303, 307, 308}
_MOST_REDIRECTS: Final = 5
_OK: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_EXPIRED: Final = 10
_MISMATCH: Final = {62, 64}  # X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH
_UNKNOWN_CA: Final = {2, 18, 19, 20, 21}


def client(
    address: Address, credentials: Credentials | None, ca: str, budget: Budget
) -> HttpsClient:
    """Return a client; nothing is sent yet.

    Raises:
        GitError: the credentials are not for https, or the CA is not a certificate.
    """
    if credentials is not None and not (credentials.user and credentials.token):
        raise GitError("https requires both a user and a token, or neither.")
    authorization = "" if credentials is None else f"Basic {_basic(credentials)}"
    return HttpsClient(address, authorization, _ssl_context(ca), budget)


def secrets(credentials: Credentials | None) -> list[str]:
    """Return the texts that no message may contain, the longest first."""
    if credentials is None or not credentials.token:
        return []
    texts = {_basic(credentials), credentials.token, credentials.user}
    return sorted(texts - {""}, key=len, reverse=True)


def _basic(credentials: Credentials) -> str:
    return base64.b64encode(f"{credentials.user}:{credentials.token}".encode()).decode()


def _ssl_context(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=ca or None)
    except (ssl.SSLError, ValueError):
        form = "Give it in PEM, beginning with -----BEGIN CERTIFICATE-----."
        raise GitError(f"The CA is not a certificate. {form}") from None


class HttpsClient(AbstractHttpGitClient):
    """The HTTP client of dulwich, with our own requests."""

    def __init__(
        self, address: Address, authorization: str, context: ssl.SSLContext, budget: Budget
    ) -> None:
        super().__init__(str(address), thin_packs=False, quiet=True)
        self._address = address
        self._authorization = authorization
        self._pool = httpcore2.ConnectionPool(ssl_context=context, network_backend=_Backend(budget))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _get_url(self, path: str | bytes) -> str:  # noqa: ARG002 - the address has it
        return f"{self._address}/"

    def _http_request(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # noqa: ARG002, FBT001, FBT002 - as dulwich declares it
    ) -> tuple[Any, Callable[[int], bytes]]:
        """Send a request to the host of the URL, and follow redirects on the same host."""
        start, given = url, bool(self._authorization)
        for _ in range(_MOST_REDIRECTS):
            if not self._address.is_origin_of(url):
                raise GitError(_elsewhere(url))
            response = self._send(url, headers or {}, data)
            location = response.header(b"location")
            if response.status not in _REDIRECTS or not location:
                response.check(given=given)
                response.redirect_location = url if url != start else ""
                return response, response.stream.read
            response.close()
            url = urljoin(url, location)
            if data is not None or not refusals.leads_to_repository(url):
                raise GitError(refusals.of_redirect(url, given=given))
        raise GitError("the server redirects in a loop. Check the URL.")

    def _send(
        self, url: str, headers: Mapping[str, str], data: bytes | Iterator[bytes] | None
    ) -> _Response:
        sent = [
            ("Host", self._address.origin.removeprefix("https://")),
            ("User-Agent", AGENT),
            *headers.items(),
        ]
        if self._authorization:
            sent.append(("Authorization", self._authorization))
        request = httpcore2.Request(
            "GET" if data is None else "POST", url, headers=sent, content=data
        )
        try:
            return _Response(self._pool.handle_request(request))
        except (httpcore2.ProtocolError, httpcore2.NetworkError):
            raise Passing(BROKE_OFF) from None


class _Response:
    """An answer in the form that dulwich expects."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response
        self._parts = iter(response.iter_stream())
        self.status = response.status
        self.content_type = self.header(b"content-type")
        self.redirect_location = ""
        self.stream = Stream(self._receive)

    def header(self, name: bytes) -> str:
        """Return the value of a header; empty if the answer does not have it."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: bytes) -> list[str]:
        """Return all values of a header."""
        return [
            value.decode("latin-1") for key, value in self._response.headers if key.lower() == name
        ]

    def close(self) -> None:
        """Return the connection to the pool."""
        self._response.close()

    def check(self, *, given: bool) -> None:
        """Raise an error for an answer that is not Git's.

        Args:
            given: whether the request had credentials.
        """
        if self.status == _OK and self.content_type.startswith("application/x-git-"):
            return
        schemes, page = self.headers(b"www-authenticate"), self._page()
        self.close()
        if self.status == _TOO_MANY or self.status >= _SERVER_ERROR:
            wait = self.header(b"retry-after")
            seconds = float(wait) if wait.isdecimal() else 0.0
            raise Passing(f"the server answered {self.status}.", seconds=seconds)
        raise GitError(refusals.of_status(self.status, schemes, page, given=given))

    def _page(self) -> bytes:
        """Return the beginning of an answer that may be a web page."""
        page = b""
        while self.status == _OK and len(page) < refusals.PAGE_SIZE and (part := self._receive()):
            page += part
        return page

    def _receive(self) -> bytes:
        try:
            return next(self._parts, b"")
        except (httpcore2.ProtocolError, httpcore2.NetworkError):
            raise Passing(BROKE_OFF) from None


def _elsewhere(url: str) -> str:
    """Return the message for a redirect to another host; it names a URL that contains no secret."""
    what = "the server redirects to another host."
    try:
        target = parse(url.partition("?")[0].removesuffix(refusals.SERVICE))
    except GitError:
        return what
    return f"{what} If that host is correct, use its URL: {target}"


class _Backend(httpcore2.NetworkBackend):
    """Makes connections that keep the limits of the budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the budget has it
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Connection(connect(host, port, self._budget), self._budget)


class _Connection(httpcore2.NetworkStream):
    """A socket that counts every byte, and whose waits end at the deadline."""

    def __init__(self, connection: socket.socket, budget: Budget) -> None:
        self._socket = connection
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._budget.take(self._wait(lambda: self._socket.recv(max_bytes)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._wait(lambda: self._socket.sendall(buffer))

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        wrapped = self._wait(
            lambda: ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        )
        return _Connection(wrapped, self._budget)

    def _wait(self, talk: Callable[[], T]) -> T:
        """Send or receive.

        Raises:
            GitError: the deadline has passed, or the certificate is not trusted.
            Passing: the connection is lost.
        """
        try:
            self._socket.settimeout(self._budget.left())
            return talk()
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise GitError(_of_certificate(error)) from None
        except TimeoutError:
            self.close()
            raise self._budget.late() from None
        except (ssl.SSLEOFError, ConnectionError):
            self.close()
            raise Passing(BROKE_OFF) from None
        except ssl.SSLError as error:
            self.close()
            reason = error.reason or "unknown"
            raise GitError(f"the server breaks the TLS protocol ({reason}).") from None
        except OSError:  # such as: no route to the host
            self.close()
            raise Passing(BROKE_OFF) from None


def _of_certificate(error: ssl.SSLCertVerificationError) -> str:
    """Return the message for a certificate that is not valid or not trusted."""
    if error.verify_code == _EXPIRED:
        return "the certificate of the server has expired. Its administrator must renew it."
    if error.verify_code in _MISMATCH:
        return "the certificate of the server is not for this host. Check the URL."
    if error.verify_code in _UNKNOWN_CA:
        remedy = "If the CA is correct, give its certificate."
        return f"the certificate of the server is from a CA that is not trusted. {remedy}"
    return f"the certificate of the server is not valid: {error.verify_message}."
