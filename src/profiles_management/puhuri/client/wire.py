"""What the services share: uuids, quantities and moments as the API writes them. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from profiles_management.pmr.portal_values import uuid
from profiles_management.puhuri.client.models import Quantity

_LARGEST_QUANTITY: Final = 20  # digits before the point: limits are 64-bit integers


Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment of an answer. One without a zone is refused: it could not be compared with others."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a server sent. A moment that is outside the calendar in UTC is refused."""

    def __post_init__(self) -> None:
        for value in msgspec.structs.astuple(self):
            if isinstance(value, datetime):
                _check_moment(value)


def _check_moment(value: datetime) -> None:
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment outside the calendar") from None


def uuid_of_url(url: str) -> str:
    """Return the uuid at the end of the URL of an object.

    Raises:
        ValueError: there is none.
    """
    return uuid(url.rstrip("/").rpartition("/")[2])


def moment(value: datetime | None) -> str | None:
    """Return a moment as the API takes it, in UTC; None is no end.

    Raises:
        ValueError: it has no zone.
    """
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def quantity(value: Decimal) -> Quantity:
    """Return a number as an int where it is whole.

    Raises:
        ValueError: it is not finite, or has more digits than any limit.
    """
    if not value.is_finite() or value.adjusted() > _LARGEST_QUANTITY:
        raise ValueError("a number is not finite, or too large")
    whole = value.to_integral_value()
    return int(whole) if whole == value else value.normalize()


def quantities(limits: Mapping[str, Decimal | None] | None) -> dict[str, Quantity]:
    """Return the limits of an answer; one that is null is left out."""
    return {name: quantity(value) for name, value in (limits or {}).items() if value is not None}


def number(value: Quantity) -> int | float:
    """Return a quantity as JSON has it: whole ones without a point, as servers before 8.x want."""
    whole = int(value)
    return whole if whole == value else float(value)
