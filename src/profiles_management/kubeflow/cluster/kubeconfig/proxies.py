"""The proxy between us and an API server, from the kubeconfig or from the environment.

HTTP_PROXY, HTTPS_PROXY and NO_PROXY work as in kubectl (golang.org/x/net/http/httpproxy). ALL_PROXY
is read where they are not set, as in curl; kubectl ignores it.
"""

import importlib.util
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from profiles_management.kubeflow.cluster.kubeconfig.servers import (
    Server,
    is_loopback,
    url_parts,
    with_scheme,
)
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.setting_checks import split as entries_of
from profiles_management.pmr.extras import install

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 80, "https": 443}
_ALL = "ALL_PROXY"
_NOT_A_URL = "is not a URL. Write it as http://HOST:PORT."


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """A proxy; `said` is its origin, for messages. The URL may have a password."""

    url: str
    said: str


def proxy_of(server: Server, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for a server, None where there is none.

    Raises:
        ClusterError: the proxy cannot be used; the message names the kubeconfig or the environment
            variable.
    """
    if server.proxy:
        return _checked(server.proxy, f"proxy-url of {server.said}")
    name = _variable(server, environment)
    if not name or _is_exempt(server, _get(environment, "NO_PROXY")):
        return None
    if not is_loopback(server.host):
        return _of_environment(name, environment)
    if name == _ALL:
        _of_environment(name, environment)  # an invalid ALL_PROXY is refused for every server
    return None


def _variable(server: Server, environment: Mapping[str, str]) -> str:
    """Return the environment variable that names the proxy, '' where none does."""
    scheme = urlsplit(server.url).scheme
    names = (f"{scheme}_proxy".upper(), _ALL)
    return next(filter(partial(_get, environment), names), "")


def _get(environment: Mapping[str, str], name: str) -> str:
    return (environment.get(name) or environment.get(name.lower()) or "").strip()


def _of_environment(name: str, environment: Mapping[str, str]) -> Proxy:
    return _checked(with_scheme(_get(environment, name)), f"the environment variable {name}")


def _checked(url: str, said: str) -> Proxy:
    fault = _fault(url)
    if fault:
        place = re.sub("^the ", "The ", said)
        raise ClusterError(f"{place} {fault}")
    return Proxy(url, said)


def _fault(url: str) -> str:
    """Return what is wrong with the URL of a proxy, as the rest of a sentence; '' for nothing."""
    parts = url_parts(url)
    if parts is None:
        return _NOT_A_URL
    if parts.scheme not in _SCHEMES:
        return "is a URL of another scheme than http, https and socks5. Correct it, or take it out."
    if not parts.hostname:
        return _NOT_A_URL
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        return f"names a SOCKS proxy, which needs socksio. {install('socks')}"
    return ""


def _is_exempt(server: Server, patterns: str) -> bool:
    """Return whether NO_PROXY names a server: by name, domain, address, range or `*`."""
    parts = urlsplit(server.url)
    host, port = server.host.lower(), str(parts.port or _PORTS[parts.scheme])
    return any(_matches(host, port, pattern) for pattern in entries_of(patterns.lower()))


def _matches(host: str, port: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    if "/" in pattern:
        return _is_in_range(host, pattern)
    name, its_port = _host_and_port(pattern)
    if its_port not in ("", port):
        return False
    name = name.removeprefix("*")
    if name.startswith("."):
        return host.endswith(name)  # subdomains only
    return f".{host}".endswith(f".{name}")


def _host_and_port(pattern: str) -> tuple[str, str]:
    """Return the host and the port of a pattern; an IPv6 address has a port only in brackets."""
    if pattern.startswith("["):
        host, _, port = pattern[1:].partition("]")
        return host, port.removeprefix(":")
    host, _, port = pattern.partition(":")
    if ":" in port:
        return pattern, ""
    return host, port


def _is_in_range(host: str, pattern: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return False
