"""Orders: requests for allocations, for other limits and for ends, and who decides about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from profiles_management.pmr.portal_values import uuid as checked_uuid
from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.errors import PuhuriAway
from profiles_management.puhuri.client.filters import (
    Filter,
    filter_uuid,
    filtered,
    query_params,
    same,
)
from profiles_management.puhuri.client.generations import ORDER_ITEMS, ORDERS
from profiles_management.puhuri.client.models import Order, OrderState, Uuid
from profiles_management.puhuri.client.service import (
    Row,
    Service,
    field_params,
    in_known_state,
    look_up_again,
    set_fields,
    to_model,
)
from profiles_management.puhuri.client.wire import Moment, quantities

# of the first generation, by the state of the order, and of its item where the order is under way
_ORDER_STATES: Final[dict[str, str]] = {
    "requested for approval": OrderState.PENDING_CONSUMER,
    "rejected": OrderState.REJECTED,
}
_ITEM_STATES: Final[dict[str, str]] = {
    "pending": OrderState.PENDING_PROVIDER,
    "executing": OrderState.EXECUTING,
    "terminating": OrderState.EXECUTING,
    "terminated": OrderState.CANCELED,
    "done": OrderState.DONE,
    "erred": OrderState.ERRED,
}


_APPROVED: Final = frozenset({OrderState.EXECUTING, OrderState.DONE, OrderState.ERRED})
_APPROVED_BY_CONSUMER: Final = _APPROVED | {
    OrderState.PENDING_PROVIDER,
    OrderState.PENDING_PROJECT,
    OrderState.PENDING_START_DATE,
}
_ENDED: Final = frozenset({OrderState.REJECTED, OrderState.CANCELED})


@dataclass(frozen=True, slots=True)
class _Decision:
    """A decision about an order.

    Attributes:
        first: what the first generation calls it.
        states: those that an order has after it.
        by_item: whether the first generation decides about the item, not the order.
    """

    action: str
    first: str
    states: frozenset[OrderState]
    by_item: bool = False

    @property
    def what(self) -> str:
        """What it does, for messages."""
        return f"{self.action.partition('_')[0]} an order"


class _ItemRow(Row[Order], frozen=True, kw_only=True):
    """One item of an order of the first generation, which has what all items share."""

    state: str | None = None
    type: str | None = None
    resource_name: str | None = None
    attributes: Any = None
    marketplace_resource_uuid: str | None = None
    project_uuid: str | None = None
    project_name: str | None = None
    customer_uuid: str | None = None
    offering_uuid: str | None = None
    offering_name: str | None = None
    plan_uuid: str | None = None
    limits: dict[str, Decimal | None] | None = None
    error_message: str | None = None
    created: Moment | None = None

    def model(self) -> Order:
        fields = set_fields(self, marketplace_resource_uuid="allocation_uuid")
        fields["name"] = _name(fields.pop("resource_name", ""), fields.pop("attributes", None))
        return Order(**fields | {"limits": quantities(self.limits)})


class _OrderRow(_ItemRow, frozen=True, kw_only=True):
    """An order about one allocation."""

    project_uuid: Uuid
    customer_uuid: Uuid


class _OrderOfItems(Row[tuple[Order, ...]], frozen=True, kw_only=True):
    """An order of the first generation: one state for all items, and a state of each."""

    state: str | None = None
    project_uuid: Uuid
    project_name: str | None = None
    customer_uuid: Uuid
    created: Moment | None = None
    items: tuple[_ItemRow, ...]

    def model(self) -> tuple[Order, ...]:
        return tuple(self._order(item) for item in self.items)

    def _order(self, item: _ItemRow) -> Order:
        of_item = _ITEM_STATES.get(item.state or "", "")
        state: str = _ORDER_STATES.get(self.state or "", of_item)
        of_order = set_fields(self)
        del of_order["items"]
        fields = of_order | {"uuid": self.uuid, "item_uuid": item.uuid, "state": state}
        return msgspec.structs.replace(item.model(), **fields)


class Orders(Service):
    """Operations on orders."""

    def find(
        self,
        *,
        project: str | None = None,
        customer: str | None = None,
        offering: str | None = None,
        allocation: str | None = None,
        state: str | None = None,
        type: str | None = None,  # noqa: A002 - the field's name in the API
    ) -> Iterator[Order]:
        """Return the orders that the token may see, the oldest first.

        Args:
            project, customer, offering, allocation: a uuid.
            state: a member of OrderState.
            type: a member of OrderType.

        Raises:
            PuhuriError: see Service.
        """
        first = (
            Filter("project_uuid", filter_uuid(project), same("project_uuid")),
            Filter("customer_uuid", filter_uuid(customer), same("customer_uuid")),
        )
        filters = (
            *first,
            Filter("offering_uuid", filter_uuid(offering), same("offering_uuid")),
            Filter("resource_uuid", filter_uuid(allocation), same("allocation_uuid")),
            Filter("state", state, same("state")),
            Filter("type", type, same("type")),
        )
        if self.session.generation.has_flat_orders:
            return filtered(in_known_state(self._flat(filters), state, OrderState), filters)
        return filtered(self._of_items(first), filters)

    def _flat(self, filters: Iterable[Filter]) -> Iterator[Order]:
        params = [*query_params(filters), ("o", "created")]
        return self.objects(ORDERS, params, _OrderRow, what="list the orders")

    def _of_items(self, filters: Iterable[Filter]) -> Iterator[Order]:
        params = [*query_params(filters), ("o", "created")]
        for orders in self.objects(ORDERS, params, _OrderOfItems, what="list the orders"):
            yield from orders

    def get(self, uuid: str) -> Order:
        """Return an order; the first item of one that has several.

        Raises:
            UnreadableAnswer: it has no item.
            NotFound: there is none with this uuid, or the token may not see it.
        """
        if self.session.generation.has_flat_orders:
            return self.object(ORDERS, uuid, _OrderRow, what="show an order")
        path = f"{ORDERS}{checked_uuid(uuid)}/"
        return self._first(self.get_answer(path, field_params(_OrderOfItems), what="show an order"))

    def create(self, project: str, item: Mapping[str, Any]) -> Order:
        """Order an allocation; see Allocations.create."""
        body: dict[str, Any] = {"project": self.url("projects", project)}
        what = "order an allocation"
        if self.session.generation.has_flat_orders:
            answer = self.write("POST", ORDERS, body | dict(item), what=what, is_repeatable=False)
            return to_model(answer, answer.read(_OrderRow))
        body["items"] = [dict(item)]
        answer = self.write("POST", ORDERS, body, what=what, is_repeatable=False)
        return self._first(answer)

    def offering_url(self, offering: str) -> str:
        """Return the URL of an offering, as an order names it."""
        is_public = self.session.generation.has_public_offerings
        return self.url(
            "marketplace-public-offerings" if is_public else "marketplace-offerings", offering
        )

    def approve_by_consumer(self, uuid: str) -> None:
        """Approve an order as the customer that asked for it.

        Raises:
            NotAllowed: the owner of the token may not decide for the customer.
            Refused: it waits for nobody, or for somebody else.
        """
        self._decide(uuid, _Decision("approve_by_consumer", "approve", _APPROVED_BY_CONSUMER))

    def approve_by_provider(self, uuid: str) -> None:
        """Approve an order as the provider of the offering.

        Raises:
            NotAllowed: the owner of the token may not decide for the provider.
            Refused: it waits for nobody, or for somebody else.
        """
        self._decide(uuid, _Decision("approve_by_provider", "approve", _APPROVED, by_item=True))

    def reject_by_consumer(self, uuid: str) -> None:
        """Reject an order as the customer that asked for it; see approve_by_consumer."""
        self._decide(uuid, _Decision("reject_by_consumer", "reject", _ENDED))

    def reject_by_provider(self, uuid: str) -> None:
        """Reject an order as the provider of the offering; see approve_by_provider.

        Rejecting a creation terminates the allocation.
        """
        self._decide(uuid, _Decision("reject_by_provider", "reject", _ENDED, by_item=True))

    def cancel(self, uuid: str) -> None:
        """Cancel an order that is not finished.

        An allocation whose creation is cancelled stays Creating.

        Raises:
            Refused: it is finished.
        """
        self._decide(uuid, _Decision("cancel", "terminate", _ENDED, by_item=True))

    def _decide(self, uuid: str, decision: _Decision) -> None:
        path = f"{ORDERS}{checked_uuid(uuid)}/{decision.action}/"
        if not self.session.generation.has_flat_orders:
            place = f"{ORDERS}{uuid}"
            if decision.by_item:
                place = f"{ORDER_ITEMS}{self.get(uuid).item_uuid}"
            path = f"{place}/{decision.first}/"
        try:
            self.write("POST", path, what=decision.what, is_repeatable=False)
        except PuhuriAway as away:
            look_up_again(away, lambda: self.get(uuid).state in decision.states or None)

    def _first(self, answer: Answer) -> Order:
        items = to_model(answer, answer.read(_OrderOfItems))
        if not items:
            raise answer.unreadable("an order without an item")
        return items[0]


def _name(name: str | None, attributes: object) -> str:
    """Return the name of an allocation, which an order has as an attribute until there is one."""
    if name:
        return name
    asked = attributes.get("name") if isinstance(attributes, dict) else ""
    return asked if isinstance(asked, str) else ""
