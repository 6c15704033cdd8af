"""Whom an open order waits for. Pure."""

from collections.abc import Mapping
from typing import Final

from profiles_management.puhuri.client.models import Order, OrderState

_WHO_ACTS: Final[Mapping[str, str]] = {
    OrderState.PENDING_CONSUMER: "somebody of the customer to approve its order",
    OrderState.PENDING_PROVIDER: "the provider of {offering} to approve its order",
    OrderState.PENDING_PROJECT: "the start of the project",
    OrderState.PENDING_START_DATE: "the start date of its order",
    OrderState.EXECUTING: "the provider of {offering} to carry out its order",
}


def who_acts(order: Order) -> str:
    """Return whom an open order waits for."""
    text = _WHO_ACTS.get(order.state, "its order")
    return text.format(offering=order.offering_name or "the offering")
