"""The section `puhuri` of a document: what a research portal needs that Kubeflow does not.

It is always validated. Targets that do not know it ignore it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    PlainSerializer,
    WrapValidator,
    model_validator,
)

from profiles_management.pmr.model import Finding, Model, Text, refusal, refuse
from profiles_management.pmr.names import quoted
from profiles_management.pmr.portal_values import (
    LONGEST_ALLOCATION_NAME,
    LONGEST_DESCRIPTION,
    LONGEST_PROJECT_NAME,
    is_limit,
    is_uuid,
    uuid,
)


def _uuid(text: str) -> str:
    if not is_uuid(text):
        what = f"{quoted(text)} is not a uuid"
        remedy = "copy it from the end of the project's address in the portal"
        raise refusal(Finding("bad-uuid", what, remedy))
    return uuid(text)


def _day(value: object) -> date:
    """Return a date of YAML, or of text such as 2027-12-31.

    Raises:
        PydanticCustomError: it is something else.
    """
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise refusal(Finding("bad-date", "it is not a date", 'write: "2027-12-31"'))


def _limit(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refusal(Finding("bad-limit", "a limit is a number", "write: 100"))
    if not is_limit(value):
        what = f"{value} is not a limit the portal can have"
        raise refusal(Finding("bad-limit", what, "write a number from 0 up"))
    return Decimal(str(value))


def _plain_limit(limit: Decimal) -> int | float:
    """Return a limit as a document has it."""
    return int(limit) if limit == limit.to_integral_value() else float(limit)


Uuid = Annotated[Text, AfterValidator(_uuid)]
Day = Annotated[date, BeforeValidator(_day)]
Limit = Annotated[Decimal, BeforeValidator(_limit), PlainSerializer(_plain_limit)]
Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_PROJECT_NAME)]


class PuhuriAllocation(Model):
    """A share of an offering that a project gets.

    Attributes:
        name: with the offering it says which allocation of the project it is.
        offering: the uuid of the offering, or its exact name.
        plan: the uuid or the exact name of one of the offering's plans; None where it has one.
        limits: by component of the offering.
        attributes: the answers to the offering's questions; they are sent with the first order.
        accept_terms: whether the offering's terms of service are accepted with the first order.
    """

    name: Annotated[Text, Field(min_length=1, max_length=LONGEST_ALLOCATION_NAME)]
    offering: Name
    plan: Name | None = None
    limits: dict[Text, Limit] = Field(default_factory=dict)
    attributes: dict[Text, JsonValue] = Field(default_factory=dict)
    accept_terms: bool = False


class _Shared(Model):
    """What a profile and the defaults can say."""

    description: Annotated[Text, Field(max_length=LONGEST_DESCRIPTION)] | None = None
    end_date: Day | None = None
    allocations: list[PuhuriAllocation] | None = None

    def to_section(self) -> dict[str, Any]:
        """Return the section as a document has it, with only what is set."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @model_validator(mode="after")
    def _allocations_differ(self) -> Self:
        refuse(_repeated(self.allocations or ()))
        return self


class _Identity(Model):
    """Which project it is."""

    name: Name | None = None
    adopt: Uuid | None = None


class PuhuriProject(_Shared, _Identity):  # pydantic puts the fields of the last base first
    """The project of a profile.

    Attributes:
        name: what the portal shows; None for the profile's name.
        adopt: the uuid of a project that exists already and becomes the profile's.
        description: plain text or simple HTML.
        end_date: the first day on which the project is over.
        allocations: None leaves those of the project alone; an empty list wants none.
    """

    def with_defaults(self, defaults: PuhuriDefaults) -> Self:
        """Return the project with the default of each value that it does not set."""
        unset = {key: value for key, value in defaults if getattr(self, key) is None}
        return self.model_copy(update=unset)


def _project_or_none(value: object, read: Callable[[object], PuhuriProject]) -> object:
    """Take False, which is for a profile without a project, as it is."""
    return False if value is False else read(value)


if TYPE_CHECKING:
    ProjectSetting = PuhuriProject | Literal[False]
else:  # a union would report each problem for each of its members
    ProjectSetting = Annotated[PuhuriProject, WrapValidator(_project_or_none)]


class PuhuriDefaults(_Shared):
    """Values for each profile that does not set its own."""


class Puhuri(Model):
    """The portal's part of a document.

    Attributes:
        customer: the uuid of the customer whose projects these are, or its exact name.
    """

    customer: Name | None = None
    defaults: PuhuriDefaults = Field(default_factory=PuhuriDefaults)

    def to_section(self) -> dict[str, Any]:
        """Return the section as a document has it, with only what is set."""
        return self.model_dump(mode="json", exclude_defaults=True)


def _repeated(allocations: Iterable[PuhuriAllocation]) -> Iterator[Finding]:
    counts = Counter((allocation.offering, allocation.name) for allocation in allocations)
    for (offering, name), count in counts.items():
        if count > 1:
            what = f"the allocation {quoted(name)} of {quoted(offering)} is listed {count} times"
            remedy = "give each allocation of an offering another name"
            yield Finding("repeated-allocation", what, remedy, ("allocations",))
