"""Connections to an API server, and messages on failures, which contain no credentials."""

import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx2

from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster_errors import ClusterError, causes

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
        server: the API server.
        proxy: the proxy to use, None for a direct connection.
        trusting: returns a new context with the trusted certificates. It is called again for each
            new client certificate.
        variable: the name of the environment variable that sets the system's trusted certificates;
            empty where none is set.
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
        """Use a new context for new connections, after `identify` has set its client certificate.

        Open connections stay as they are.
        """
        context = self._trusting()
        identify(context)
        self._former.append(self._now)
        self._now = self._open(context)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request.

        Raises:
            ClusterError: a retry cannot succeed, for example if a certificate is not trusted or a
                proxy refuses us.
            httpx2.HTTPError: a retry may succeed.
        """
        try:
            return self._now.handle_request(request)
        except httpx2.ProxyError as error:
            raise self._of_proxy(error) from None
        except httpx2.NetworkError as error:
            # The cause stays attached: api_errors reads it.
            raise self._of_network(error) from None
        except httpx2.RemoteProtocolError:
            raise httpx2.RemoteProtocolError(
                f"the answer ends early, or is not HTTP{self._hint()}"
            ) from None

    def close(self) -> None:
        """Close every connection."""
        for transport in (*self._former, self._now):
            transport.close()

    def _open(self, context: ssl.SSLContext) -> httpx2.BaseTransport:
        if self._proxy is None:
            return httpx2.HTTPTransport(verify=context, trust_env=False)
        proxy = httpx2.Proxy(self._proxy.url)
        return httpx2.HTTPTransport(verify=context, proxy=proxy, trust_env=False)

    # errors

    def _of_proxy(self, error: httpx2.ProxyError) -> Exception:
        """Return the error for a proxy that refuses; its own text is not repeated."""
        code = str(error)[:3]
        origin = "the environment"
        if self._proxy is not None:
            origin = self._proxy.said
        proxy = f"proxy that {origin} names"
        if code == str(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED.value):
            return ClusterError(
                f"The {proxy} requires a user and a password. "
                "Write it as http://USER:PASSWORD@HOST:PORT."
            )
        if code.isdigit():
            return httpx2.ProxyError(f"the {proxy} answers {code}")
        return httpx2.ProxyError(f"the {proxy} fails")

    def _of_network(self, error: httpx2.NetworkError) -> Exception:
        faults = [cause for cause in causes(error) if isinstance(cause, ssl.SSLError)]
        if faults:
            return self._of_tls(error, faults[0])
        if self._proxy is None:
            return type(error)(f"{error}{self._hint()}")
        kind: type[httpx2.TransportError] = type(error)
        if isinstance(error, httpx2.ConnectError):
            kind = httpx2.ProxyError  # the first connection is to the proxy
        return kind(f"{error} (through the proxy that {self._proxy.said} names){self._hint()}")

    def _of_tls(self, error: httpx2.NetworkError, fault: ssl.SSLError) -> Exception:
        if isinstance(fault, ssl.SSLCertVerificationError):
            return ClusterError(f"The certificate of {self._named} {self._of_certificate(fault)}")
        reason = str(getattr(fault, "reason", None) or "")
        if reason in _NOT_TLS:
            what = f"T{self._named[1:]} does not speak TLS. If this is intended, write http://."
            return ClusterError(what)
        return type(error)(f"TLS fails: {reason or 'the connection ended'}")

    @property
    def _named(self) -> str:
        return f"the server of {self._server.said}"

    def _of_certificate(self, fault: ssl.SSLCertVerificationError) -> str:
        """Return why a certificate is refused, as the rest of a sentence, and what to do."""
        if fault.verify_code == _EXPIRED:
            return "has expired, or that of its authority. Its administrator must renew it."
        if fault.verify_code in _OTHER_NAME:
            name = self._server.name or self._server.host
            return f"is not for {name}. Set tls-server-name to a name that it is for."
        if fault.verify_code in _NOT_TRUSTED:
            return f"is from an authority that is not trusted. {self._trusted()}"
        return f"is not valid: {fault.verify_message}."

    def _trusted(self) -> str:
        if self._server.ca:
            return "Correct its certificate-authority."
        if self._variable:
            return (
                "It has no certificate-authority; "
                f"the environment variable {self._variable} sets the trusted certificates."
            )
        return (
            "It has no certificate-authority, "
            "and this system does not trust that authority. Add it."
        )

    def _hint(self) -> str:
        """Return a hint for servers that require TLS although the URL is http://."""
        if self._server.encrypted:
            return ""
        return f" (the server of {self._server.said} is http://; write https:// if it speaks TLS)"
