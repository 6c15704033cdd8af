"""Git over https: dulwich's protocol on connections of our own, which count every byte and know the deadline.

The certificate is verified, always. Requests go to the host of the URL and nowhere else; a redirect
to another one is refused, so that no credentials ever leave it. Nothing of the environment is read
but the system's certificates.
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
from profiles_management.git.source import Credentials
from profiles_management.git.stream import BROKE_OFF, Stream
from profiles_management.pmr.problems import GitError
from profiles_management.reconcile.retry import Passing

T = TypeVar("T")

# some servers serve Git only to what calls itself git/
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
        GitError: the credentials are not those for https, or the CA is none.
    """
    if credentials is not None and not (credentials.user and credentials.token):
        raise GitError("https wants credentials of a user and a token. Give both, or none.")
    authorization = f"Basic {_basic(credentials)}" if credentials is not None else ""
    return HttpsClient(address, authorization, _trusting(ca), budget)


def secrets(credentials: Credentials) -> list[str]:
    """Return what must not be in any message, the longest first."""
    found = (
        {_basic(credentials), credentials.token, credentials.user} if credentials.token else set()
    )
    return sorted(found - {""}, key=len, reverse=True)


def _basic(credentials: Credentials) -> str:
    return base64.b64encode(f"{credentials.user}:{credentials.token}".encode()).decode()


def _trusting(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=ca or None)
    except (ssl.SSLError, ValueError):
        raise GitError(
            "The CA is no certificate. Give it in PEM, from -----BEGIN CERTIFICATE----- on."
        ) from None


class HttpsClient(AbstractHttpGitClient):
    """Dulwich's client for HTTP, with requests of our own."""

    def __init__(
        self, address: Address, authorization: str, trusting: ssl.SSLContext, budget: Budget
    ) -> None:
        super().__init__(str(address), thin_packs=False, quiet=True)
        self._address = address
        self._authorization = authorization
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trusting, network_backend=_Backend(budget)
        )

    def close(self) -> None:
        """Close what is open."""
        self._pool.close()

    def _get_url(self, path: str | bytes) -> str:  # noqa: ARG002 - the URL has it all
        return f"{self._address}/"

    def _http_request(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # noqa: ARG002, FBT001, FBT002 - as dulwich declares it
    ) -> tuple[Any, Callable[[int], bytes]]:
        """Send a request to the host of the URL, and follow where it redirects to on the same host."""
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
        raise GitError("it redirects in a circle. Look at the URL.")

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
    """An answer, as dulwich wants it."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response
        self._parts = iter(response.iter_stream())
        self.status = response.status
        self.content_type = self.header(b"content-type")
        self.redirect_location = ""
        self.stream = Stream(self._receive)

    def header(self, name: bytes) -> str:
        """Return a header, empty if it is not there."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: bytes) -> list[str]:
        """Return all headers of a name."""
        return [
            value.decode("latin-1") for key, value in self._response.headers if key.lower() == name
        ]

    def close(self) -> None:
        """Give the connection back."""
        self._response.close()

    def check(self, *, given: bool) -> None:
        """Refuse what is no answer of Git's; `given` tells whether credentials were sent."""
        if self.status == _OK and self.content_type.startswith("application/x-git-"):
            return
        schemes, page = self.headers(b"www-authenticate"), self._page()
        self.close()
        if self.status == _TOO_MANY or self.status >= _SERVER_ERROR:
            asked = self.header(b"retry-after")
            raise Passing(
                f"the server answered {self.status}.",
                seconds=float(asked) if asked.isdecimal() else 0.0,
            )
        raise GitError(refusals.of_status(self.status, schemes, page, given=given))

    def _page(self) -> bytes:
        """Return the beginning of an answer that may be a page."""
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
    what = "it redirects to another host."
    try:
        return f"{what} If that is right, use its URL: {parse(url.partition('?')[0].removesuffix(refusals.SERVICE))}"
    except GitError:  # it may hold a secret
        return what


class _Backend(httpcore2.NetworkBackend):
    """Connections that keep to the budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the budget knows
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Connection(connect(host, port, self._budget), self._budget)


class _Connection(httpcore2.NetworkStream):
    """A socket whose every wait ends with the deadline, and whose every byte is counted."""

    def __init__(self, made: socket.socket, budget: Budget) -> None:
        self._socket = made
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
        """Do what may wait for the other side.

        Raises:
            GitError: time is up, or the certificate is refused.
            Passing: the connection is lost.
        """
        try:
            self._socket.settimeout(self._budget.left())
            return talk()
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise GitError(_refused(error)) from None
        except TimeoutError:
            self.close()
            raise self._budget.late() from None
        except (ssl.SSLEOFError, ConnectionError):
            self.close()
            raise Passing(BROKE_OFF) from None
        except ssl.SSLError as error:
            self.close()
            raise GitError(
                f"it does not speak TLS as it should ({error.reason or 'unknown'})."
            ) from None
        except OSError:  # no route to it any more, for one
            self.close()
            raise Passing(BROKE_OFF) from None


def _refused(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return "the certificate of the server has expired. It has to be renewed there."
    if error.verify_code in _MISMATCH:
        return "the certificate of the server is not for this host. Look at the URL."
    if error.verify_code in _UNKNOWN_CA:
        return "the certificate of the server is of a CA that is not trusted. If the CA is right, give its certificate."
    return f"the certificate of the server is refused: {error.verify_message}."
