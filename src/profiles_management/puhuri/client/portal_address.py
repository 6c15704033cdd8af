"""The address of a server, and the HTTP client for it: certificates, proxies, headers."""

import ssl
from typing import Final

import httpx2

from profiles_management.puhuri.client.errors import PuhuriError

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_url(url: str) -> str:
    """Return the address of a server without `/api` and without a slash at its end.

    Raises:
        PuhuriError: it is not https, or http on loopback, or has a user, a query or a fragment.
    """
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise _not_an_address() from None
    is_safe = address.scheme == "https" or (address.scheme == "http" and _is_loopback(address))
    if not is_safe or not address.host or address.query or address.fragment:
        raise _not_an_address()
    if address.userinfo:
        raise PuhuriError("The URL of the portal has a user or a password in it.")
    return url.rstrip("/").removesuffix("/api")


def _is_loopback(address: httpx2.URL) -> bool:
    return address.host in _LOOPBACK


def _not_an_address() -> PuhuriError:
    return PuhuriError(
        "The URL of the portal is not https://HOST, as in https://puhuri.example.org."
    )


def http_client(url: str, ca: str, timeout: float) -> httpx2.Client:
    """Return a client that verifies certificates and uses the proxies of the environment.

    No proxy is used for this machine: over HTTP the token would leave it.

    Args:
        url: the address of the server.
        ca: certificates in PEM to trust in place of the system's; '' for none.
        timeout: seconds for one request.

    Raises:
        PuhuriError: the CA or a proxy cannot be used.
    """
    try:
        # messages are translated where no language is asked for
        headers = {"Accept": "application/json", "Accept-Language": "en"}
        return httpx2.Client(
            verify=_ssl_context(ca),
            timeout=timeout,
            headers=headers,
            trust_env=not _is_loopback(httpx2.URL(url)),
        )
    except (ValueError, ImportError, httpx2.InvalidURL):
        # the error may have the proxy's password
        names = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or NO_PROXY"
        raise PuhuriError(
            "A proxy of the environment cannot be used.", remedy=f"Check {names}."
        ) from None


def _ssl_context(ca: str) -> ssl.SSLContext:
    plain = ca.encode("ascii", "ignore").decode()  # comments may be in any language
    try:
        return ssl.create_default_context(cadata=plain or None)
    except (ssl.SSLError, ValueError):
        raise PuhuriError(
            "The CA is not a certificate.",
            remedy="Give it in PEM, beginning with -----BEGIN CERTIFICATE-----.",
        ) from None


def check_certificate(error: httpx2.RequestError) -> None:
    """Refuse a server whose certificate is not trusted: asking again would not help.

    Raises:
        PuhuriError: that is why there was no connection.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise PuhuriError(
                f"The certificate of the portal is not trusted: {cause.verify_message}.",
                remedy="Check the CA and the URL.",
            ) from None
        cause = cause.__cause__ or cause.__context__
