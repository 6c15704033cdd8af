"""What the metadata of an RPC says: who calls, and what the messages have no field for."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from user_manager.domain.errors import Invalid, Unauthenticated
from user_manager.identity.credentials import ACTING_FOR, Credentials

_BINARY_SUFFIX = "-bin"

Entry = tuple[str, str | bytes]


class Metadata:
    """The metadata of one RPC.

    Names are in lower case, as HTTP/2 demands. A name with `-bin` carries UTF-8, any other one
    ASCII. What is neither becomes surrogates, which no id and no text may have.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in entries:
            self._values.setdefault(name, []).append(_text(value))

    def option(self, name: str) -> str | None:
        """Return what the caller asks for under a name; None if nothing.

        Raises:
            Invalid: it is given more than once.
        """
        values = self._values.get(name, [])
        if len(values) > 1:
            raise Invalid.at(name, "is given more than once")
        return values[0] if values else None

    def first(self, name: str) -> str:
        """Return the first value of a name; '' without one."""
        return next(iter(self._values.get(name, [])), "")

    def credentials(self, peer: str, identity_header: str) -> Credentials:
        """Return what identity is read from.

        Args:
            peer: as gRPC writes the address of the connection, such as `ipv4:10.0.0.1:50123`.
            identity_header: the name of the header that a trusted proxy sets.

        Raises:
            Unauthenticated: a header has two values that differ.
        """
        names = (identity_header.lower(), ACTING_FOR)
        headers = {name: self._same(name, name + _BINARY_SUFFIX) for name in names}
        headers["authorization"] = self._same("authorization")
        return Credentials(peer_address(peer), _without_none(headers))

    def _same(self, *names: str) -> str | None:
        """Return the value that these names share; None without one."""
        values = {value for name in names for value in self._values.get(name, [])}
        if len(values) > 1:
            raise Unauthenticated(f"The metadata {names[0]} has several values.")
        return values.pop() if values else None


def _text(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    # gRPC reads other bytes as Latin-1 when they are not UTF-8: nobody knows what was sent
    return value.encode().decode("ascii", "surrogateescape")


def _without_none(headers: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value is not None}


def peer_address(peer: str) -> str:
    """Return the IP address in gRPC's name of a peer; '' for a socket of another kind.

    An IPv6 address is in brackets, which gRPC percent-encodes: `ipv6:%5B::1%5D:50123`.
    """
    family, _, place = peer.partition(":")
    if family not in {"ipv4", "ipv6"}:
        return ""
    address, _, _ = unquote(place).rpartition(":")
    return address.strip("[]")
