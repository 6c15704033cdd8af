"""What a portal keeps."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal


@dataclass(kw_only=True)
class User:
    uuid: str
    username: str
    full_name: str = ""
    email: str = ""
    password: str = ""
    token: str = ""
    is_staff: bool = False
    is_support: bool = False
    is_identity_manager: bool = False
    is_active: bool = True
    is_remote: bool = False  # from the identity registry
    failed_logins: int = 0
    last_failure: datetime | None = None
    token_lifetime: timedelta | None = None  # how long a token may be idle, None for ever
    token_used: datetime | None = None
    token_is_over: bool = False


@dataclass(kw_only=True)
class Customer:
    uuid: str
    name: str
    created: datetime
    abbreviation: str = ""
    native_name: str = ""
    backend_id: str = ""
    registration_code: str = ""
    blocked: bool = False
    archived: bool = False
    grants: list = field(default_factory=list, repr=False, compare=False)


@dataclass(kw_only=True)
class Project:
    uuid: str
    name: str
    customer: Customer
    created: datetime
    description: str = ""
    backend_id: str = ""
    start_date: date | None = None
    end_date: date | None = None
    grants: list = field(default_factory=list, repr=False, compare=False)


@dataclass(kw_only=True)
class Grant:
    uuid: str
    pk: int
    user: User
    scope: Customer | Project
    role: str
    created: datetime
    created_by: User | None = None
    expiration_time: datetime | None = None
    is_active: bool = True


@dataclass(kw_only=True)
class Component:
    type: str
    name: str
    measured_unit: str = ""
    billing_type: str = "limit"
    min_value: int | None = None
    max_value: int | None = None
    limit_period: str | None = "total"


@dataclass(kw_only=True)
class Plan:
    uuid: str
    name: str
    archived: bool = False


@dataclass(kw_only=True)
class Offering:
    uuid: str
    name: str
    provider: Customer
    created: datetime
    state: str = "Active"
    shared: bool = True
    type: str = "Marketplace.Basic"
    category_uuid: str = ""
    category_title: str = ""
    terms_of_service: str = ""
    paused_reason: str = ""
    options: dict = field(default_factory=dict)  # by name, as in the answer
    components: list[Component] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    @property
    def limited(self) -> dict[str, Component]:
        """Return the components that have a limit."""
        limited = (part for part in self.components if part.billing_type == "limit")
        return {component.type: component for component in limited}


@dataclass(kw_only=True)
class Resource:
    uuid: str
    name: str
    project: Project
    offering: Offering
    plan: Plan | None
    limits: dict
    created: datetime
    attributes: dict
    state: str = "Creating"
    description: str = ""
    backend_id: str = ""
    end_date: date | None = None
    error_message: str = ""


@dataclass(kw_only=True)
class Order:
    uuid: str
    item_uuid: str
    resource: Resource
    type: str
    state: str
    created: datetime
    created_by: User
    limits: dict
    attributes: dict
    plan: Plan | None = None
    error_message: str = ""
    consumer_reviewed_by: User | None = None
    provider_reviewed_by: User | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it is not finished."""
        return self.state.startswith("pending-") or self.state == "executing"


@dataclass(kw_only=True)
class Usage:
    uuid: str
    resource: Resource
    component: Component
    usage: Decimal
    date: datetime
    created: datetime
    billing_period: date
    description: str = ""
    recurring: bool = False
