"""The filters of `puhuri customers`, `projects` and so on: those of the API, as options."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from profiles_management.cli.puhuri.portal_variables import portal_option
from profiles_management.pmr.portal_values import uuid
from profiles_management.puhuri.client.models import (
    AllocationState,
    OfferingState,
    OrderState,
    OrderType,
)
from profiles_management.puhuri.client.wire import uuid_of_url
from profiles_management.reconcile.lines import printable
from profiles_management.report.usage.usage_period import month_of

_PANEL: Final = "Filters"


def _filter(name: str, text: str, metavar: str = "TEXT", **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    return typer.Option(name, help=text, metavar=metavar, rich_help_panel=_PANEL, **more)


def _choice(name: str, text: str, values: type[StrEnum]) -> Any:  # noqa: ANN401 - as above
    return _filter(name, f"{text}: {', '.join(values)}.", name.strip("-").upper())


_FORMS: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    **dict.fromkeys(
        ("project", "user", "provider", "offering", "allocation", "category"),
        (uuid, "is not a uuid. The lists show it in their last column"),
    ),
    **dict.fromkeys(
        ("project_url", "user_url"), (uuid_of_url, "is not the URL of an object in the portal")
    ),
    **dict.fromkeys(
        ("date_after", "date_before"), (date.fromisoformat, "is not a date such as 2027-01-31")
    ),
    "billing_period": (month_of, "is not a month such as 2027-01"),
}
"""What the value of a filter has to be, and what is wrong with any other."""

Text = str | None
Name = Annotated[Text, _filter("--name", "Part of the name, in any letter case.")]
ExactName = Annotated[Text, _filter("--name-exact", "Name, as it is.")]
BackendId = Annotated[Text, _filter("--backend-id", "Identifier that the allocator gave, whole.")]
CustomerName = Annotated[
    str,
    portal_option(
        "--customer", "Customer, by uuid or exact name.", _PANEL, metavar="NAME", show_default=False
    ),
]
Project = Annotated[Text, _filter("--project", "Project, by uuid.", "UUID")]
OfferingUuid = Annotated[Text, _filter("--offering", "Offering, by uuid.", "UUID")]
AllocationUuid = Annotated[Text, _filter("--allocation", "Allocation, by uuid.", "UUID")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of one list. A field is called as the parameter of the client."""

    def arguments(self) -> dict[str, Any]:
        """Return the filters that are set, as the client takes them.

        Raises:
            typer.BadParameter: a value has another form.
        """
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _value(name, value) for name, value in given.items() if value}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - filters of every type
    form, what = _FORMS.get(name, (None, ""))
    if form is None:
        return value
    try:
        return form(value)
    except ValueError:
        option = f"--{name.replace('_', '-')}"
        raise typer.BadParameter(f'"{printable(value)}" {what}.', param_hint=option) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFilters(Filters):
    """Which customers."""

    name: Name = None
    name_exact: ExactName = None
    abbreviation: Annotated[
        Text, _filter("--abbreviation", "Part of the abbreviation, in any letter case.")
    ] = None
    query: Annotated[
        Text, _filter("--query", "Part of the name, the abbreviation or other texts.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFilters(Filters):
    """Which projects."""

    name: Name = None
    name_exact: ExactName = None
    description: Annotated[
        Text, _filter("--description", "Part of the description, in any letter case.")
    ] = None
    backend_id: BackendId = None
    customer: CustomerName = ""
    customer_name: Annotated[
        Text, _filter("--customer-name", "Part of the customer's name, in any letter case.")
    ] = None
    abbreviation: Annotated[
        Text,
        _filter("--abbreviation", "Part of the customer's abbreviation, in any letter case."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilters(Filters):
    """Whose roles, and where."""

    project: Project = None
    project_url: Annotated[Text, _filter("--project-url", "Project, by its URL.", "URL")] = None
    user: Annotated[Text, _filter("--user", "Person, by uuid.", "UUID")] = None
    user_url: Annotated[Text, _filter("--user-url", "Person, by the URL.", "URL")] = None
    username: Annotated[Text, _filter("--username", "CUID, whole.", "CUID")] = None
    full_name: Annotated[
        Text, _filter("--full-name", "Part of the person's name, in any letter case.")
    ] = None
    customer: CustomerName = ""
    role: Annotated[Text, _filter("--role", "Role, such as PROJECT.MEMBER.", "NAME")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingFilters(Filters):
    """Which offerings."""

    name: Name = None
    name_exact: ExactName = None
    state: Annotated[OfferingState | None, _choice("--state", "State", OfferingState)] = None
    shared: Annotated[
        bool, typer.Option("--shared", help="Shared ones only.", rich_help_panel=_PANEL)
    ] = False
    category: Annotated[Text, _filter("--category", "Category, by uuid.", "UUID")] = None
    type: Annotated[Text, _filter("--type", "Type, such as Marketplace.Slurm.")] = None
    provider: Annotated[
        Text, _filter("--provider", "Customer that offers it, by uuid.", "UUID")
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return the filters that are set; the client calls the provider a customer."""
        given = Filters.arguments(self)
        return {"customer" if name == "provider" else name: given[name] for name in given}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationFilters(Filters):
    """Which allocations."""

    name: Name = None
    name_exact: ExactName = None
    project: Project = None
    customer: CustomerName = ""
    offering: OfferingUuid = None
    state: Annotated[AllocationState | None, _choice("--state", "State", AllocationState)] = None
    backend_id: Annotated[
        Text, _filter("--backend-id", "Identifier that the provider gave, whole.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilters(Filters):
    """Which orders."""

    project: Project = None
    customer: CustomerName = ""
    offering: OfferingUuid = None
    allocation: AllocationUuid = None
    state: Annotated[OrderState | None, _choice("--state", "State", OrderState)] = None
    type: Annotated[OrderType | None, _choice("--type", "What is ordered", OrderType)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilters(Filters):
    """Which usage."""

    allocation: AllocationUuid = None
    offering: OfferingUuid = None
    project: Project = None
    customer: CustomerName = ""
    type: Annotated[Text, _filter("--type", "Component, such as gpu_k_hours.", "NAME")] = None
    date_after: Annotated[
        Text, _filter("--date-after", "First day on which it was reported.", "DATE")
    ] = None
    date_before: Annotated[
        Text, _filter("--date-before", "Last day on which it was reported.", "DATE")
    ] = None
    billing_period: Annotated[
        Text, _filter("--billing-period", "Month, such as 2027-01.", "MONTH")
    ] = None
