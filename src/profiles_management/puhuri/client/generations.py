"""Which generation of the API a server has, found out by reading alone.

A is from before September 2023: memberships are `project-permissions` and an order has items. In a
mixed one, until December 2023, memberships are granted with `add_user`. In B an order is about one
allocation. Since 8.x limits can be fractions.
"""

from dataclasses import dataclass
from http import HTTPStatus

from profiles_management.puhuri.client.portal_connection import Connection, Request

PERMISSIONS = "/api/project-permissions/"
ORDER_ITEMS = "/api/marketplace-order-items/"
ORDERS = "/api/marketplace-orders/"
OFFERINGS = "/api/marketplace-public-offerings/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What a server can do; the defaults are those of the first generation.

    Attributes:
        has_public_offerings: whether offerings are `marketplace-public-offerings`, since November
            2022.
        lists_permissions: whether memberships can be listed as `project-permissions`.
        has_grants: whether memberships are made with `add_user`, not as `project-permissions`.
        has_flat_orders: whether an order is about one allocation; else it has items.
        has_fractions: whether limits can be fractions.
    """

    has_public_offerings: bool = True
    lists_permissions: bool = True
    has_grants: bool = False
    has_flat_orders: bool = False
    has_fractions: bool = False


def generation_of(connection: Connection, *, deadline: float) -> Generation:
    """Ask a server, in two or three requests, which generation it is.

    Raises:
        PuhuriError: it does not answer, or not as any generation does.
    """
    permissions = _first_row(connection, PERMISSIONS, deadline)
    if "POST" in permissions.allowed:
        offerings = _first_row(connection, OFFERINGS, deadline)
        return Generation(has_public_offerings=offerings.is_there)
    if permissions.is_there and _first_row(connection, ORDER_ITEMS, deadline).is_there:
        return Generation(has_grants=True)
    # the state came with 8.x; an older server refuses it as a filter
    newest = _first_row(connection, ORDERS, deadline, state="pending-start-date")
    return Generation(
        lists_permissions=permissions.is_there,
        has_grants=True,
        has_flat_orders=True,
        has_fractions=newest.is_there,
    )


@dataclass(frozen=True, slots=True)
class _Route:
    is_there: bool
    allowed: frozenset[str] = frozenset()


def _first_row(connection: Connection, path: str, deadline: float, **params: str) -> _Route:
    """Return whether a list is there, and with which methods.

    Raises:
        PuhuriError: this cannot be said.
    """
    query = (*params.items(), ("page_size", "1"))
    request = Request("GET", path, query, what="say which version it is")
    answer = connection.ask(request, deadline=deadline)
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
        return _Route(is_there=False)
    if answer.status != HTTPStatus.OK:
        raise answer.error()
    answer.read(list[dict[str, object]])
    return _Route(is_there=True, allowed=answer.allowed)
