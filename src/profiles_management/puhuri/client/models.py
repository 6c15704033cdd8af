"""What a server holds, the same on every generation.

A field that the server does not know has its default. States and roles are text: a server may have
more of them than the enums here name.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

import msgspec

Quantity = int | Decimal
"""A limit or a usage: exact, and an int where it is whole."""


Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
"""What tells objects apart. Something else in an answer is refused: it becomes a part of paths."""


class ProjectRole(StrEnum):
    """The roles that everybody can have in a project. A server may define further ones."""

    MEMBER = "PROJECT.MEMBER"
    ADMIN = "PROJECT.ADMIN"
    MANAGER = "PROJECT.MANAGER"


class OfferingState(StrEnum):
    """How far an offering is. Only an active one takes orders."""

    DRAFT = "Draft"
    ACTIVE = "Active"
    PAUSED = "Paused"
    ARCHIVED = "Archived"
    UNAVAILABLE = "Unavailable"


class AllocationState(StrEnum):
    """How far an allocation is, which the API calls a resource."""

    CREATING = "Creating"
    OK = "OK"
    UPDATING = "Updating"
    ERRED = "Erred"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"


class OrderState(StrEnum):
    """How far an order is. The states of 2021 are given by these names too."""

    PENDING_CONSUMER = "pending-consumer"
    PENDING_PROVIDER = "pending-provider"
    PENDING_PROJECT = "pending-project"
    PENDING_START_DATE = "pending-start-date"
    EXECUTING = "executing"
    DONE = "done"
    ERRED = "erred"
    CANCELED = "canceled"
    REJECTED = "rejected"


OPEN_ORDER_STATES: Final = frozenset(
    {
        OrderState.PENDING_CONSUMER,
        OrderState.PENDING_PROVIDER,
        OrderState.PENDING_PROJECT,
        OrderState.PENDING_START_DATE,
        OrderState.EXECUTING,
    }
)
"""States of an order that is not finished. An allocation has at most one such order."""


class OrderType(StrEnum):
    """What an order asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    TERMINATE = "Terminate"


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One object of the server."""

    uuid: str = ""


class Customer(_Answer, frozen=True, kw_only=True):
    """An organization that may have projects."""

    name: str = ""
    abbreviation: str = ""


class User(_Answer, frozen=True, kw_only=True):
    """A person. The username is the CUID of those who come from the identity registry."""

    username: str = ""
    full_name: str = ""
    email: str = ""


class Project(_Answer, frozen=True, kw_only=True):
    """A project of a customer.

    Attributes:
        description: as the server stores it: cleaned HTML.
        backend_id: the identifier that the creator of the project gave it; the server does not keep
            it unique.
        end_date: the first day on which the project is over.
    """

    name: str = ""
    description: str = ""
    backend_id: str = ""
    customer_uuid: str = ""
    customer_name: str = ""
    customer_abbreviation: str = ""
    start_date: date | None = None
    end_date: date | None = None
    created: datetime | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One role of one person in one project. A person may have several, even twice the same.

    Attributes:
        user_uuid, username, full_name, email: the person; the username is the CUID.
        role: a member of ProjectRole, or the name of a role that the server defines.
        expiration_time: when it ends, with a zone; None for never. One that is over is listed until
            the server's daily clean-up.
        created: None where the server does not tell it, as for members of a customer in bulk.
        key: what the server calls the grant, '' since it has no name of its own (2023).
    """

    project_uuid: str
    user_uuid: str
    role: str
    project_name: str = ""
    username: str = ""
    full_name: str = ""
    email: str = ""
    expiration_time: datetime | None = None
    created: datetime | None = None
    key: str = ""

    def is_over(self, now: datetime) -> bool:
        """Whether it ended, and waits for the server's daily clean-up."""
        return self.expiration_time is not None and self.expiration_time <= now


class CustomerPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody with a role in a customer or in one of its projects, and the roles in projects."""

    users: tuple[User, ...]
    grants: tuple[Grant, ...]


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """What of an offering can be limited and is counted, such as CPU hours.

    Attributes:
        type: its name in limits and usages.
        limit_period: after which time the used amount starts at 0 again: `month`, `annual`,
            `total`; '' where the server does not say.
    """

    type: str
    name: str = ""
    measured_unit: str = ""
    billing_type: str = ""
    min_value: Quantity | None = None
    max_value: Quantity | None = None
    default_limit: Quantity | None = None
    limit_period: str = ""
    is_boolean: bool = False


class OfferingPlan(_Answer, frozen=True, kw_only=True):
    """A price list of an offering. An order names it by its URL, which only the server makes."""

    name: str = ""
    url: str = ""
    archived: bool = False


class Offering(_Answer, frozen=True, kw_only=True):
    """What projects can be given a share of, such as a supercomputer."""

    name: str = ""
    url: str = ""
    state: str = ""
    shared: bool = False
    type: str = ""
    customer_uuid: str = ""
    customer_name: str = ""
    category_title: str = ""
    plans: tuple[OfferingPlan, ...] = ()
    components: tuple[Component, ...] = ()


class Allocation(_Answer, frozen=True, kw_only=True):
    """A project's share of an offering, which the API calls a resource.

    Attributes:
        limits: how much of each component the project may use.
    """

    name: str = ""
    description: str = ""
    state: str = ""
    project_uuid: str = ""
    project_name: str = ""
    customer_uuid: str = ""
    customer_name: str = ""
    offering_uuid: str = ""
    offering_name: str = ""
    plan_uuid: str = ""
    plan_name: str = ""
    backend_id: str = ""
    end_date: date | None = None
    created: datetime | None = None
    limits: Mapping[str, Quantity] = {}


class Order(_Answer, frozen=True, kw_only=True):
    """A request for a new allocation, for other limits, or for the end of an allocation.

    Attributes:
        state: a member of OrderState.
        type: a member of OrderType.
        allocation_uuid: the allocation that it is about; '' while there is none yet.
        item_uuid: on a server with order items (until 2023) the item, which says how far it is.
    """

    state: str = ""
    type: str = ""
    name: str = ""
    allocation_uuid: str = ""
    project_uuid: str = ""
    project_name: str = ""
    customer_uuid: str = ""
    offering_uuid: str = ""
    offering_name: str = ""
    plan_uuid: str = ""
    limits: Mapping[str, Quantity] = {}
    error_message: str = ""
    created: datetime | None = None
    item_uuid: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is not finished: nobody can order anything else for its allocation."""
        return self.state in OPEN_ORDER_STATES


class Usage(_Answer, frozen=True, kw_only=True):
    """How much of one component an allocation used in one month.

    Attributes:
        type: the component.
        usage: in `measured_unit`; the last report of the month replaces those before it.
        billing_period: the first day of the month.
    """

    type: str = ""
    name: str = ""
    measured_unit: str = ""
    usage: Quantity = 0
    reported_at: datetime | None = None
    billing_period: date | None = None
    allocation_uuid: str = ""
    allocation_name: str = ""
    project_uuid: str = ""
    project_name: str = ""
    offering_uuid: str = ""
    offering_name: str = ""
    customer_uuid: str = ""
    customer_name: str = ""
