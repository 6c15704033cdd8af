"""Which generation of the API a server has, found out by reading alone.

A is from before September 2023: memberships are `project-permissions` and an order has items. In a
mixed one, until December 2023, memberships are granted with `add_user`. In B an order is about one
allocation. Since 8.x limits can be fractions.
"""

from dataclasses import dataclass
from http import HTTPStatus

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.portal_connection import Connection
from profiles_management.puhuri.client.portal_request import Request

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
        return Generation(has_public_offerings=_is_there(offerings))
    if _is_there(permissions) and _is_there(_first_row(connection, ORDER_ITEMS, deadline)):
        return Generation(has_grants=True)
    # the state came with 8.x; an older server refuses it as a filter
    newest = _first_row(connection, ORDERS, deadline, state="pending-start-date")
    if newest.status == HTTPStatus.NOT_FOUND:
        raise newest.unreadable("there is neither /api/project-permissions/ nor this list")
    return Generation(
        lists_permissions=_is_there(permissions),
        has_grants=True,
        has_flat_orders=True,
        has_fractions=_is_there(newest),
    )


def _first_row(connection: Connection, path: str, deadline: float, **params: str) -> Answer:
    """Return the answer to the question for a list, which may not be there.

    Raises:
        PuhuriError: it does not say whether it is.
    """
    query = (*params.items(), ("page_size", "1"))
    request = Request("GET", path, query, what="say which version it is")
    answer = connection.ask(request, deadline=deadline)
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
        return answer
    if answer.status != HTTPStatus.OK:
        raise answer.error()
    answer.read(list[dict[str, object]])
    return answer


def _is_there(answer: Answer) -> bool:
    return answer.status == HTTPStatus.OK
