"""What a portal has as tables, as CSV and as data. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any, Final

import msgspec

from profiles_management.puhuri.client.models import Component, OfferingPlan
from profiles_management.puhuri.mapping.usage_months import month_text
from profiles_management.reconcile.describe import Data
from profiles_management.reconcile.lines import Line, line, table
from profiles_management.reconcile.rows import day
from profiles_management.report.csv_table import csv_text

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
Value = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Listing:
    """How objects of one kind are shown.

    Attributes:
        name: of the kind; in data the key of the list.
        columns: the value of each column of the table and of the CSV, by its heading.
    """

    name: str
    columns: Mapping[str, Value]

    def lines(self, rows: Sequence[Any]) -> list[Line]:
        """Return the objects as a table."""
        if not rows:
            return [line(f"No {self.name} found.")]
        cells = [[_text(value(row)) or "-" for value in self.columns.values()] for row in rows]
        return table([[*self.columns], *cells])

    def csv(self, rows: Iterable[Any]) -> str:
        """Return the objects as CSV."""
        cells = [[_text(value(row)) for value in self.columns.values()] for row in rows]
        return csv_text([heading.replace(" ", "_") for heading in self.columns], cells)

    def data(self, rows: Sequence[Any]) -> Data:
        """Return the objects as data that JSON can hold, with every field."""
        return {self.name: json.loads(_ENCODER.encode(rows))}


def _fields(**names: str) -> dict[str, Value]:
    """Return the values of columns that are fields; a heading has spaces for underscores."""
    return {heading.replace("_", " "): _field(name) for heading, name in names.items()}


def _field(name: str) -> Value:
    return lambda row: getattr(row, name)


@singledispatch
def _text(value: object) -> str:
    return str(value)


@_text.register
def _(_value: None) -> str:
    return ""


@_text.register
def _(value: Decimal) -> str:
    return f"{value:f}"


@_text.register
def _(value: date) -> str:
    return value.isoformat()


@_text.register
def _(value: datetime) -> str:
    return day(value.isoformat(timespec="seconds").replace("+00:00", "Z"))


@_text.register(dict)
def _(value: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_text(amount)}" for name, amount in value.items())


@_text.register(tuple)
def _(value: tuple[object, ...]) -> str:
    return ", ".join(map(_text, value))


@_text.register
def _(value: OfferingPlan) -> str:
    return value.name


@_text.register
def _(value: Component) -> str:
    return value.type


def _month(row: Any) -> str:  # noqa: ANN401 - a Usage
    """Return the month of a usage, such as 2027-01."""
    return "" if row.billing_period is None else month_text(row.billing_period)


CUSTOMERS: Final = Listing(
    "customers", _fields(name="name", abbreviation="abbreviation", uuid="uuid")
)
PROJECTS: Final = Listing(
    "projects",
    _fields(
        name="name",
        backend_id="backend_id",
        customer="customer_name",
        end_date="end_date",
        uuid="uuid",
    ),
)


def members(now: datetime) -> Listing:
    """Return how members are shown: a portal lists roles that ended until its daily clean-up."""
    return Listing(
        "members",
        _fields(
            project="project_name",
            username="username",
            name="full_name",
            role="role",
            until="expiration_time",
        )
        | {"state": lambda grant: "ended" if grant.is_over(now) else "active"}
        | _fields(user_uuid="user_uuid", project_uuid="project_uuid"),
    )


OFFERINGS: Final = Listing(
    "offerings",
    _fields(
        name="name",
        state="state",
        provider="customer_name",
        plans="plans",
        components="components",
        uuid="uuid",
    ),
)
ALLOCATIONS: Final = Listing(
    "allocations",
    _fields(
        name="name",
        project="project_name",
        offering="offering_name",
        state="state",
        limits="limits",
        uuid="uuid",
    ),
)
ORDERS: Final = Listing(
    "orders",
    _fields(
        type="type",
        state="state",
        allocation="name",
        project="project_name",
        offering="offering_name",
        limits="limits",
        created="created",
        uuid="uuid",
    ),
)
USAGE: Final = Listing(
    "usage",
    {"month": _month}
    | _fields(
        project="project_name",
        allocation="allocation_name",
        component="type",
        usage="usage",
        unit="measured_unit",
    ),
)
