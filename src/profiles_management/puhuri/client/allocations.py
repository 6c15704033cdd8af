"""Allocations: the share of an offering that a project has. The API calls them resources."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from profiles_management.puhuri.client.errors import PuhuriAway
from profiles_management.puhuri.client.models import Allocation, Order, OrderType, Quantity, Uuid
from profiles_management.puhuri.client.orders import Orders
from profiles_management.puhuri.client.portal_connection import flat
from profiles_management.puhuri.client.service import Row, Service, present
from profiles_management.puhuri.client.wire import number, quantities
from profiles_management.puhuri.client.wire import uuid as checked_uuid

_PATH: Final = "/api/marketplace-resources/"


class _AllocationRow(Row[Allocation], frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    state: str | None = None
    project_uuid: str | None = None
    project_name: str | None = None
    customer_uuid: str | None = None
    customer_name: str | None = None
    offering_uuid: str | None = None
    offering_name: str | None = None
    plan_uuid: str | None = None
    plan_name: str | None = None
    backend_id: str | None = None
    end_date: date | None = None
    created: datetime | None = None
    limits: dict[str, Decimal | None] | None = None

    def model(self) -> Allocation:
        return Allocation(**present(self) | {"limits": quantities(self.limits)})


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
            PuhuriError: see its kinds.
        """
        filters = {
            "name": name,
            "name_exact": name_exact,
            "project_uuid": project and checked_uuid(project),
            "customer_uuid": customer and checked_uuid(customer),
            "offering_uuid": offering and checked_uuid(offering),
            "state": state,
            "backend_id": backend_id,
        }
        params = [*flat(filters), ("o", "created")]
        return self.objects(_PATH, params, _AllocationRow, what="list the allocations")

    def get(self, uuid: str) -> Allocation:
        """Return an allocation.

        Raises:
            NotFound: there is none with this uuid, or the token may not see it.
        """
        path = f"{_PATH}{checked_uuid(uuid)}/"
        return self.object(path, _AllocationRow, what="show an allocation")

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
            PuhuriAway: it is not known whether the order was made.
            PuhuriError: see its kinds.
        """
        orders = Orders(self.session)
        known = {order.uuid for order in orders.find(project=project, offering=offering)}
        item: dict[str, Any] = {
            "offering": orders.offering_url(checked_uuid(offering)),
            "attributes": {**(attributes or {}), "name": name},
            "limits": {component: number(limit) for component, limit in limits.items()},
        }
        if plan_url:
            item["plan"] = plan_url
        if accepts_terms:
            item["accepting_terms_of_service"] = True
        try:
            return orders.create(checked_uuid(project), item)
        except PuhuriAway as away:
            made = [
                order
                for order in orders.find(project=project, offering=offering, type=OrderType.CREATE)
                if order.uuid not in known and order.name == name
            ]
            if not away.unanswered or len(made) != 1:
                raise
            return made[0]

    def set_limits(self, uuid: str, limits: Mapping[str, Quantity]) -> str:
        """Order other limits, and return the uuid of the order.

        Args:
            limits: of every component: one that is left out loses its limit.

        Raises:
            Refused: there is an open order, or the limits are those it has.
            PuhuriAway: it is not known whether the order was made.
            PuhuriError: see its kinds.
        """
        body = {"limits": {component: number(limit) for component, limit in limits.items()}}
        return self._order(uuid, "update_limits", body, "change the limits of an allocation")

    def terminate(self, uuid: str, attributes: Mapping[str, Any] | None = None) -> str:
        """Order the end of an allocation, and return the uuid of the order.

        Raises:
            Refused: there is an open order, or it is neither OK nor Erred.
            PuhuriAway: it is not known whether the order was made.
            PuhuriError: see its kinds.
        """
        body = {"attributes": dict(attributes or {})}
        return self._order(uuid, "terminate", body, "terminate an allocation")

    def rename(self, uuid: str, *, name: str, description: str | None = None) -> None:
        """Change the name of an allocation, and its description unless that is None.

        Raises:
            PuhuriError: see its kinds.
        """
        fields = (
            {"name": name} if description is None else {"name": name, "description": description}
        )
        path = f"{_PATH}{checked_uuid(uuid)}/"
        self.write("PATCH", path, fields, what="rename an allocation", is_repeatable=True)

    def _order(self, uuid: str, action: str, body: Mapping[str, Any], what: str) -> str:
        path = f"{_PATH}{checked_uuid(uuid)}/{action}/"
        answer = self.write("POST", path, body, what=what, is_repeatable=False)
        return answer.read(_OrderUuid).order_uuid
