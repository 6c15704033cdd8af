"""The proxy between us and an API server: that of the kubeconfig, or that of the environment.

HTTP_PROXY, HTTPS_PROXY and NO_PROXY mean what they mean for kubectl
(golang.org/x/net/http/httpproxy); ALL_PROXY, which it does not know, is read where they are silent,
as curl does.
"""

import importlib.util
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from profiles_management.kubeflow.cluster.kubeconfig.servers import Server, is_loopback
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.pmr.extras import install

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 80, "https": 443}
_ALL = "ALL_PROXY"


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """A proxy; `said` is where it is from, for messages. The URL may hold a password."""

    url: str
    said: str


def proxy_of(server: Server, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for a server, None where there is none.

    Raises:
        ClusterError: it cannot be used; the message says whether the kubeconfig or the environment
            names it.
    """
    if server.proxy:
        return _checked(server.proxy, f"proxy-url of {server.said}")
    own = "HTTPS_PROXY" if server.encrypted else "HTTP_PROXY"
    name, value = next(
        ((name, value) for name in (own, _ALL) if (value := _get(environment, name))), ("", "")
    )
    if not value or _is_exempt(server, _get(environment, "NO_PROXY")):
        return None
    if is_loopback(server.host) and name != _ALL:
        return None
    proxy = _checked(
        value if "://" in value else f"http://{value}", f"the environment variable {name}"
    )
    return None if is_loopback(server.host) else proxy


def _get(environment: Mapping[str, str], name: str) -> str:
    return (environment.get(name) or environment.get(name.lower()) or "").strip()


def _checked(url: str, said: str) -> Proxy:
    place = said[:1].upper() + said[1:] if said.startswith("the ") else said
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ClusterError(f"{place} is not a URL. Write it as http://HOST:PORT.") from None
    if parts.scheme not in _SCHEMES:
        raise ClusterError(
            f"{place} is a URL of another scheme than http, https and socks5. Correct it, or take it out."
        )
    if not parts.hostname or not url.isprintable() or " " in url:
        raise ClusterError(f"{place} is not a URL. Write it as http://HOST:PORT.")
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise ClusterError(f"{place} names a SOCKS proxy, which needs socksio. {install('socks')}")
    return Proxy(url, said)


def _is_exempt(server: Server, patterns: str) -> bool:
    """Whether NO_PROXY names a server: by its name, a domain, an address, a range of addresses, or `*`."""
    parts = urlsplit(server.url)
    port = parts.port or _PORTS[parts.scheme]
    return any(
        _fits(server.host.lower(), port, pattern.strip().lower()) for pattern in patterns.split(",")
    )


def _fits(host: str, port: int, pattern: str) -> bool:
    if pattern in ("", "*"):
        return pattern == "*"
    if "/" in pattern:
        return _is_in_range(host, pattern)
    pattern, wanted = _split(pattern)
    if wanted and wanted != str(port):
        return False
    name = pattern.removeprefix("*")
    return host == name or host.endswith(name if name.startswith(".") else f".{name}")


def _split(pattern: str) -> tuple[str, str]:
    """Return host and port of a pattern; an IPv6 address has a port only in brackets."""
    if pattern.startswith("["):
        host, _, port = pattern[1:].partition("]")
        return host, port.removeprefix(":")
    host, _, port = pattern.partition(":")
    return (pattern, "") if ":" in port else (host, port)


def _is_in_range(host: str, pattern: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return False
