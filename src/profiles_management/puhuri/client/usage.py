"""Usage: how much of each component an allocation used, month by month."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from profiles_management.puhuri.client.models import Usage
from profiles_management.puhuri.client.portal_request import flat
from profiles_management.puhuri.client.service import Row, Service, present
from profiles_management.puhuri.client.wire import Filter, filter_uuid, filtered, quantity

_PATH = "/api/marketplace-component-usages/"


class _UsageRow(Row[Usage], frozen=True, kw_only=True):
    type: str | None = None
    name: str | None = None
    measured_unit: str | None = None
    usage: Decimal  # text with two decimals; an integer in 2021
    date: datetime | None = None
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
        fields = present(
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
            PuhuriError: see its kinds.
        """
        allocation, offering = filter_uuid(allocation), filter_uuid(offering)
        project, customer = filter_uuid(project), filter_uuid(customer)
        asked = {
            "resource_uuid": allocation,
            "offering_uuid": offering,
            "project_uuid": project,
            "customer_uuid": customer,
            "type": type,
            "date_after": date_after,
            "date_before": date_before,
            "billing_period": billing_period,  # unknown in 2021
        }
        usages = self.objects(_PATH, flat(asked), _UsageRow, what="list the usage")
        checked = (
            Filter(allocation, lambda usage, wanted: usage.allocation_uuid == wanted),
            Filter(offering, lambda usage, wanted: usage.offering_uuid == wanted),
            Filter(project, lambda usage, wanted: usage.project_uuid == wanted),
            Filter(customer, lambda usage, wanted: usage.customer_uuid == wanted),
            Filter(type, lambda usage, wanted: usage.type == wanted),
            Filter(billing_period, lambda usage, wanted: usage.billing_period == wanted),
            Filter(date_after, lambda usage, wanted: _day(usage) >= wanted),
            Filter(date_before, lambda usage, wanted: _day(usage) <= wanted),
        )
        return filtered(usages, checked)


def _day(usage: Usage) -> date:
    """Return when it was reported, in the time zone of the server, as its own filters compare."""
    return date.min if usage.reported_at is None else usage.reported_at.date()


def _month(text: str | None, reported: datetime | None) -> date | None:
    """Return the first day of the month that a usage is for.

    Raises:
        ValueError: the text is no date.
    """
    if text:
        return date.fromisoformat(text)
    return None if reported is None else reported.date().replace(day=1)
