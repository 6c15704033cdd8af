"""Usage: how much of each component an allocation used, month by month."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

from profiles_management.puhuri.client.filters import (
    Filter,
    filter_uuid,
    filtered,
    query_params,
    same,
)
from profiles_management.puhuri.client.models import Usage
from profiles_management.puhuri.client.service import Row, Service, set_fields
from profiles_management.puhuri.client.wire import Moment, quantity

_PATH = "/api/marketplace-component-usages/"


class _UsageRow(Row[Usage], frozen=True, kw_only=True):
    type: str | None = None
    name: str | None = None
    measured_unit: str | None = None
    usage: Decimal  # text with two decimals; an integer in 2021
    date: Moment | None = None
    billing_period: str | None = None
    resource_uuid: str | None = None
    resource_name: str | None = None
    project_uuid: str | None = None
    project_name: str | None = None
    offering_uuid: str | None = None
    offering_name: str | None = None
    customer_uuid: str | None = None
    customer_name: str | None = None

    def model(self) -> Usage:
        fields = set_fields(
            self,
            resource_uuid="allocation_uuid",
            resource_name="allocation_name",
            date="reported_at",
        )
        month = _month(self.billing_period, self.date)
        return Usage(**fields | {"usage": quantity(self.usage), "billing_period": month})


class Usages(Service):
    """Operations on usages."""

    def find(  # noqa: PLR0913 - the filters of the API
        self,
        *,
        allocation: str | None = None,
        offering: str | None = None,
        project: str | None = None,
        customer: str | None = None,
        type: str | None = None,  # noqa: A002 - the field's name in the API
        date_after: date | None = None,
        date_before: date | None = None,
        billing_period: date | None = None,
    ) -> Iterator[Usage]:
        """Return reported usages. The server shows those of everybody: each row is checked here.

        Args:
            allocation, offering, project, customer: a uuid.
            type: a component, whole.
            date_after, date_before: when it was reported; both days are included.
            billing_period: the first day of the month.

        Raises:
            PuhuriError: see Service.
        """
        filters = (
            Filter("resource_uuid", filter_uuid(allocation), same("allocation_uuid")),
            Filter("offering_uuid", filter_uuid(offering), same("offering_uuid")),
            Filter("project_uuid", filter_uuid(project), same("project_uuid")),
            Filter("customer_uuid", filter_uuid(customer), same("customer_uuid")),
            Filter("type", type, same("type")),
            Filter("date_after", date_after, lambda usage, day: _day(usage) >= day),
            Filter("date_before", date_before, lambda usage, day: _day(usage) <= day),
            Filter("billing_period", billing_period, same("billing_period")),
        )
        usages = self.objects(_PATH, query_params(filters), _UsageRow, what="list the usage")
        return filtered(usages, filters)


def _day(usage: Usage) -> date:
    """Return when it was reported, in the time zone of the server, as its own filters compare."""
    return date.min if usage.reported_at is None else usage.reported_at.date()


def _month(text: str | None, reported: datetime | None) -> date | None:
    """Return the first day of the month that a usage is for.

    Raises:
        ValueError: the text is no date.
    """
    if not text:
        return None if reported is None else reported.date().replace(day=1)
    month = None
    with suppress(ValueError):  # its message has the text, which may repeat a secret
        month = date.fromisoformat(text)
    if month is None:
        raise ValueError("a billing period is not a date")
    return month
