"""The HTTP client for a web service: certificates, proxies, headers."""

import ssl
from typing import Final

import httpx2

from profiles_management.web_services.request_time import RequestTime
from profiles_management.web_services.service_responses import causes
from profiles_management.web_services.service_url import is_loopback
from profiles_management.web_services.web_service import WebService

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST"})


def http_client(service: WebService, url: str, ca: str | None, time: RequestTime) -> httpx2.Client:
    """Return a client that verifies certificates and uses the proxies of the environment.

    It follows no redirect. No proxy is used for this machine: over HTTP the token would leave it.

    Args:
        url: the address of the server.
        ca: certificates in PEM to trust in place of the system's, None for those.
        time: how long a request may take.

    Raises:
        TargetError: the CA or a proxy cannot be used; of the class of the service.
    """
    try:
        # messages are translated where no language is asked for
        headers = {"Accept": "application/json", "Accept-Language": "en"}
        client = httpx2.Client(
            verify=_ssl_context(service, ca),
            timeout=None,
            headers=headers,
            trust_env=not is_loopback(url),
        )
    except (ValueError, ImportError, httpx2.InvalidURL):
        # the error may have the proxy's password
        names = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or NO_PROXY"
        raise service.error(
            "A proxy of the environment cannot be used.", remedy=f"Check {names}."
        ) from None
    # the library takes a network backend only with a transport, and then ignores the proxies
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001
        if isinstance(transport, httpx2.HTTPTransport):
            transport._pool._network_backend = time  # noqa: SLF001
    return client


def _ssl_context(service: WebService, ca: str | None) -> ssl.SSLContext:
    if ca is None:
        return ssl.create_default_context()
    plain = ca.encode("ascii", "ignore").decode()  # comments may be in any language
    try:
        return ssl.create_default_context(cadata=plain or "-")  # '' would be the system's
    except (ssl.SSLError, ValueError):
        raise service.error(
            "The CA is not a certificate.",
            remedy="Give it in PEM, beginning with -----BEGIN CERTIFICATE-----.",
        ) from None


def check_certificate(service: WebService, error: httpx2.RequestError) -> None:
    """Refuse a server that cannot be trusted, or has no TLS: asking again would not help.

    Raises:
        TargetError: that is why there was no connection; of the class of the service.
    """
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise service.error(
                f"The certificate of the {service.name} is not trusted: {cause.verify_message}.",
                remedy="Check the CA and the URL.",
            ) from None
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            raise service.error(
                f"The server at the URL of the {service.name} does not use TLS, as https:// does.",
                remedy="Check the URL and its port.",
            ) from None
