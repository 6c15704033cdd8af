"""What a request says about its caller, before any of it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from user_manager.configuration import Configuration
from user_manager.domain.errors import Unauthenticated

ACTING_FOR = "x-acting-for"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The part of a request that identity is read from.

    Attributes:
        peer: the address at the other end of the connection, never a forwarded one.
        headers: names in lower case. What is not UTF-8 has surrogates, which no id may have.
    """

    peer: str
    headers: Mapping[str, str] = field(repr=False)

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`; None without it."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def acting_for(self) -> str | None:
        """The id of the person for whom a service account acts; None for nobody."""
        return self.headers.get(ACTING_FOR)

    def identity_header(self, configuration: Configuration) -> str | None:
        """Return the value of the identity header; None without it.

        Raises:
            Unauthenticated: the header comes from a peer outside of TRUSTED_PROXIES.
        """
        value = self.headers.get(configuration.identity_header.lower())
        if value is not None and not self._is_from_proxy(configuration):
            raise Unauthenticated("The identity header comes from an address that is not trusted.")
        return value

    def _is_from_proxy(self, configuration: Configuration) -> bool:
        try:
            address = ip_address(self.peer)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped  # a socket for both families shows IPv4 peers so
        return any(address in network for network in configuration.trusted_proxies)
