"""Connections to an API server, and what is said where one fails: whose fault it is, and no credential."""

import ssl
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx2

from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster_errors import ClusterError

if TYPE_CHECKING:
    from profiles_management.kubeflow.cluster.kubeconfig.proxies import Proxy

_EXPIRED = 10  # the codes of x509_verify_cert_error_string(3)
_OTHER_NAME = frozenset({62, 64})
_NOT_TRUSTED = frozenset({2, 18, 19, 20, 21})
_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
)


class Connections(httpx2.BaseTransport):
    """Sends requests over connections that threads share.

    Args:
        trusting: returns what a connection trusts; called again where another client certificate is
            to be shown.
        variable: the name of the variable that says which certificates the system trusts; empty
            where none does.
    """

    def __init__(
        self,
        server: Server,
        proxy: "Proxy | None",
        trusting: Callable[[], ssl.SSLContext],
        variable: str = "",
    ) -> None:
        self._server = server
        self._proxy = proxy
        self._trusting = trusting
        self._variable = variable
        self._former: list[httpx2.BaseTransport] = []
        self._now = self._open(trusting())

    def show(self, identify: Callable[[ssl.SSLContext], None]) -> None:
        """Make new connections from now on, each with what `identify` puts into its context.

        Those under way end as they began.
        """
        context = self._trusting()
        identify(context)
        self._former.append(self._now)
        self._now = self._open(context)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request.

        Raises:
            ClusterError: it will not succeed by itself: a certificate that is not trusted, a proxy
            that refuses us. httpx2.HTTPError: it may.
        """
        try:
            return self._now.handle_request(request)
        except httpx2.ProxyError as error:
            raise self._of_proxy(error) from None
        except httpx2.NetworkError as error:
            # what caused it stays known: `answers` says what to check
            raise self._of_network(error) from None
        except httpx2.RemoteProtocolError:
            raise httpx2.RemoteProtocolError(
                f"the answer breaks off, or is not HTTP{self._hint()}"
            ) from None

    def close(self) -> None:
        """Close every connection."""
        for transport in (*self._former, self._now):
            transport.close()

    def _open(self, context: ssl.SSLContext) -> httpx2.BaseTransport:
        proxy = httpx2.Proxy(self._proxy.url) if self._proxy is not None else None
        return httpx2.HTTPTransport(verify=context, proxy=proxy, trust_env=False)

    # what is wrong

    def _of_proxy(self, error: httpx2.ProxyError) -> Exception:
        """Word a refusal of the proxy; its own text is not repeated."""
        code = str(error)[:3]
        named = f"he proxy that {self._proxy.said if self._proxy is not None else 'the environment'} names"
        if code == str(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED.value):
            return ClusterError(
                f"T{named} wants a user and a password. Write it as http://USER:PASSWORD@HOST:PORT."
            )
        return httpx2.ProxyError(f"t{named} {f'answers {code}' if code.isdigit() else 'fails'}")

    def _of_network(self, error: httpx2.NetworkError) -> Exception:
        fault = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
        if isinstance(fault, ssl.SSLCertVerificationError):
            return ClusterError(self._of_certificate(fault))
        reason = str(getattr(fault, "reason", None) or "")
        if reason in _NOT_TLS:
            return ClusterError(
                f"The server of {self._server.said} does not speak TLS. If that is meant, write http://."
            )
        if fault is not None:
            return type(error)(f"TLS fails: {reason or 'the connection ended'}")
        through = (
            f" (through the proxy that {self._proxy.said} names)" if self._proxy is not None else ""
        )
        # No connection, and there is a proxy: it is the proxy that was not reached.
        kind = (
            httpx2.ProxyError if through and isinstance(error, httpx2.ConnectError) else type(error)
        )
        return kind(f"{error}{through}{self._hint()}")

    def _of_certificate(self, fault: ssl.SSLCertVerificationError) -> str:
        server = f"the server of {self._server.said}"
        if fault.verify_code == _EXPIRED:
            return f"The certificate of {server} has expired, or that of its authority. It has to be renewed there."
        if fault.verify_code in _OTHER_NAME:
            name = self._server.name or self._server.host
            return f"The certificate of {server} is not for {name}. Set tls-server-name to a name that it is for."
        if fault.verify_code in _NOT_TRUSTED:
            return f"The certificate of {server} is of an authority that is not trusted. {self._trusted()}"
        return f"The certificate of {server} is refused: {fault.verify_message}."

    def _trusted(self) -> str:
        if self._server.ca:
            return "Correct its certificate-authority."
        if self._variable:
            return f"It has no certificate-authority; the environment variable {self._variable} says what is trusted."
        return "It has no certificate-authority, and this system does not trust that authority. Add it."

    def _hint(self) -> str:
        """Say what may be meant where a server that wants TLS is spoken to without it."""
        if self._server.encrypted:
            return ""
        return f" (the server of {self._server.said} is http://; write https:// if it speaks TLS)"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
