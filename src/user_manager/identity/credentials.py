"""What a request says about its caller, before any of it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from user_manager.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Credentials:
    """The part of a request that identity is read from.

    Attributes:
        peer: the address at the other end of the connection, never a forwarded one.
        headers: names in lower case. Values are text of UTF-8 bytes.
    """

    peer: str
    headers: Mapping[str, str]

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`; None without it."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def is_from_proxy(self, configuration: Configuration) -> bool:
        """Return whether the peer is one of TRUSTED_PROXIES."""
        try:
            address = ip_address(self.peer)
        except ValueError:
            return False
        return any(address in network for network in configuration.trusted_proxies)
