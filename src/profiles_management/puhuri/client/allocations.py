"""Allocations: the share of an offering that a project has. The API calls them resources."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from profiles_management.pmr.portal_values import LONGEST_ALLOCATION_NAME, is_limit
from profiles_management.pmr.portal_values import uuid as checked_uuid
from profiles_management.puhuri.client.errors import PuhuriAway, Refused
from profiles_management.puhuri.client.filters import (
    Filter,
    filter_uuid,
    filtered,
    part,
    query_params,
    same,
)
from profiles_management.puhuri.client.models import Allocation, Order, OrderType, Quantity, Uuid
from profiles_management.puhuri.client.orders import Orders
from profiles_management.puhuri.client.service import Row, Service, look_up_again, set_fields
from profiles_management.puhuri.client.wire import Moment, number, quantities

_PATH: Final = "/api/marketplace-resources/"


class _AllocationRow(Row[Allocation], frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    state: str | None = None
    project_uuid: Uuid
    project_name: str | None = None
    customer_uuid: Uuid
    customer_name: str | None = None
    offering_uuid: Uuid
    offering_name: str | None = None
    plan_uuid: str | None = None
    plan_name: str | None = None
    backend_id: str | None = None
    end_date: date | None = None
    created: Moment | None = None
    limits: dict[str, Decimal | None] | None = None

    def model(self) -> Allocation:
        return Allocation(**set_fields(self) | {"limits": quantities(self.limits)})


class _OrderUuid(msgspec.Struct, frozen=True):
    order_uuid: Uuid


class Allocations(Service):
    """Operations on allocations."""

    def find(
        self,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        project: str | None = None,
        customer: str | None = None,
        offering: str | None = None,
        state: str | None = None,
        backend_id: str | None = None,
    ) -> Iterator[Allocation]:
        """Return the allocations that the token may see, terminated ones too, the oldest first.

        Args:
            name: a part of it, small and capital letters alike.
            project, customer, offering: a uuid.
            state: a member of AllocationState.

        Raises:
            PuhuriError: see Service.
        """
        filters = (
            Filter("name", name, part("name")),
            Filter("name_exact", name_exact, same("name")),
            Filter("project_uuid", filter_uuid(project), same("project_uuid")),
            Filter("customer_uuid", filter_uuid(customer), same("customer_uuid")),
            Filter("offering_uuid", filter_uuid(offering), same("offering_uuid")),
            Filter("state", state, same("state")),
            Filter("backend_id", backend_id, same("backend_id")),
        )
        params = [*query_params(filters), ("o", "created")]
        allocations = self.objects(_PATH, params, _AllocationRow, what="list the allocations")
        return filtered(allocations, filters)

    def get(self, uuid: str) -> Allocation:
        """Return an allocation.

        Raises:
            NotFound: there is none with this uuid, or the token may not see it.
        """
        return self.object(_PATH, uuid, _AllocationRow, what="show an allocation")

    def create(
        self,
        *,
        project: str,
        offering: str,
        plan_url: str,
        name: str,
        limits: Mapping[str, Quantity],
        attributes: Mapping[str, Any] | None = None,
        accepts_terms: bool = False,
    ) -> Order:
        """Order an allocation, and return the order.

        The server makes a second one of the same name. Without an answer, the order is looked for
        among those of the project.

        Args:
            project, offering: a uuid.
            plan_url: the URL of a plan, as the offering has it; '' for none.
            name: up to 150 characters.
            attributes: the answers to the offering's questions.
            accepts_terms: whether its terms of service are accepted.

        Raises:
            Refused: the name, a limit or `end_date` of the attributes is none that a server takes,
                among others.
            PuhuriAway: it is not known whether the order was made.
            PuhuriError: see Service.
        """
        _check_name(name)
        _check_end(attributes or {})
        orders = Orders(self.session)
        item: dict[str, Any] = {
            "offering": orders.offering_url(checked_uuid(offering)),
            "attributes": {**(attributes or {}), "name": name},
            "limits": _numbers(limits),
        }
        if plan_url:
            item["plan"] = plan_url
        if accepts_terms:
            item["accepting_terms_of_service"] = True
        known = {order.uuid for order in orders.find(project=project, offering=offering)}
        try:
            return orders.create(checked_uuid(project), item)
        except PuhuriAway as away:
            placed = orders.find(project=project, offering=offering, type=OrderType.CREATE)
            return look_up_again(
                away,
                lambda: _only(
                    order for order in placed if order.uuid not in known and order.name == name
                ),
            )

    def set_limits(self, uuid: str, limits: Mapping[str, Quantity]) -> str:
        """Order other limits, and return the uuid of the order.

        Args:
            limits: of every component: one that is left out loses its limit.

        Raises:
            Refused: there is an open order, or the limits are those it has.
            PuhuriAway: it is not known whether the order was made.
            PuhuriError: see Service.
        """
        body = {"limits": _numbers(limits)}
        what = "change the limits of an allocation"
        return self._order(uuid, OrderType.UPDATE, "update_limits", body, what)

    def terminate(self, uuid: str) -> str:
        """Order the end of an allocation, and return the uuid of the order.

        Raises:
            Refused: there is an open order, or it is neither OK nor Erred.
            PuhuriAway: it is not known whether the order was made.
            PuhuriError: see Service.
        """
        what = "terminate an allocation"
        return self._order(uuid, OrderType.TERMINATE, "terminate", {"attributes": {}}, what)

    def _order(
        self, uuid: str, kind: OrderType, action: str, body: Mapping[str, Any], what: str
    ) -> str:
        uuid = checked_uuid(uuid)
        known = {order.uuid for order in self._orders(uuid, kind)}
        path = f"{_PATH}{uuid}/{action}/"
        try:
            answer = self.write("POST", path, body, what=what, is_repeatable=False)
        except PuhuriAway as away:
            return look_up_again(
                away,
                lambda: _only(
                    order for order in self._orders(uuid, kind) if order.uuid not in known
                ),
            ).uuid
        return answer.read(_OrderUuid).order_uuid

    def _orders(self, uuid: str, kind: OrderType) -> Iterator[Order]:
        """Return the orders for an allocation; see Orders.find.

        The first generation does not filter orders by allocation.
        """
        has_filter = self.session.generation.has_flat_orders
        project = None if has_filter else self.get(uuid).project_uuid
        return Orders(self.session).find(project=project, allocation=uuid, type=kind)


def _only(orders: Iterable[Order]) -> Order | None:
    """Return an order if there is exactly one."""
    placed = [*orders]
    return placed[0] if len(placed) == 1 else None


def _check_name(name: str) -> None:
    """Accept a name that the server does not fail with: a longer one is a plain 500.

    Raises:
        Refused: it has no or too many characters.
    """
    if not name.strip() or len(name) > LONGEST_ALLOCATION_NAME:
        words = f"The name of an allocation has 1 to {LONGEST_ALLOCATION_NAME} characters"
        raise Refused(
            f"{words}: {name[:LONGEST_ALLOCATION_NAME]!r}.", status=0, fields={"name": (words,)}
        )


def _check_end(attributes: Mapping[str, Any]) -> None:
    """Accept an end of an allocation that the server does not fail with: another is a plain 500.

    Raises:
        Refused: it is not a date.
    """
    try:
        date.fromisoformat(attributes.get("end_date", "9999-12-31"))
    except (TypeError, ValueError):
        words = "It is not a date such as 2027-01-31"
        message = f"The attribute end_date of the allocation is wrong. {words}."
        fields = {"attributes.end_date": (words,)}
        raise Refused(message, status=0, fields=fields) from None


def _numbers(limits: Mapping[str, Quantity]) -> dict[str, int | float]:
    """Return limits as JSON has them.

    A server takes negative ones for a new allocation, and fails with a plain 500 from 2^63 on.

    Raises:
        Refused: one is negative or too large.
    """
    wrong = [name for name, limit in limits.items() if not is_limit(limit)]
    if wrong:
        words = "A limit is a number from 0 to 2^63 - 1"
        message = f"{words}: {', '.join(wrong)}."
        raise Refused(message, status=0, fields=dict.fromkeys(wrong, (words,)))
    return {component: number(limit) for component, limit in limits.items()}
