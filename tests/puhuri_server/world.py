"""A portal: all that it keeps, what happens in it, and who may see and do what."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count

from puhuri_server.records import Customer, Grant, Order, Project, Resource, User

ROLES = {
    "PROJECT.MEMBER": "5c752eebf84b41f7bac5e6fc0ca4d50c",
    "PROJECT.ADMIN": "089a5784d67046088f30cc7392001db1",
    "PROJECT.MANAGER": "3ea0698dff32423e842976dd1b3c5a05",
    "CUSTOMER.OWNER": "a84554e704c14af3a6d785b6d6fa77c2",
}
SHORT_ROLES = {
    "member": "PROJECT.MEMBER",
    "admin": "PROJECT.ADMIN",
    "manager": "PROJECT.MANAGER",
}
SITE_AGENT = "Marketplace.Slurm"  # an offering whose orders an agent carries out


class Version(StrEnum):
    """The generations of the API."""

    A = "2021"
    MIXED = "2023-10"
    B = "7.0"
    FRACTIONS = "8.1"

    @property
    def has_items(self) -> bool:
        """Whether orders have items; that ended in December 2023."""
        return self in (Version.A, Version.MIXED)

    @property
    def has_fractions(self) -> bool:
        """Whether limits can be fractions, with the rest of the schema of 8.x."""
        return self is Version.FRACTIONS


@dataclass
class Registry:
    """The identity registry: the names of people by CUID, and how it fails."""

    people: dict = field(default_factory=dict)
    failure: str = ""  # an answer of 400, where it is away
    failures: dict = field(default_factory=dict)  # the same for some CUIDs only


class World:
    """A portal."""

    def __init__(self, version: Version = Version.B, now=None) -> None:
        self.version = version
        self.has_public_offerings = version != Version.A  # there too since November 2022
        self.now = now or (lambda: datetime.now(UTC))
        self.registry = Registry()
        self.users: list[User] = []
        self.customers: list[Customer] = []
        self.projects: list[Project] = []
        self.grants: list[Grant] = []
        self.offerings: list = []
        self.resources: list[Resource] = []
        self.orders: list[Order] = []
        self.usages: list = []
        self._ids = count(1)
        self._last = datetime.min.replace(tzinfo=UTC)

    # ids and time

    def new_uuid(self) -> str:
        """Return a uuid; the same ones in each new world."""
        return hashlib.md5(str(next(self._ids)).encode(), usedforsecurity=False).hexdigest()

    def new_token(self, user: User) -> str:
        """Return a token for somebody."""
        return f"{self.new_uuid()}00000000"

    def new_pk(self) -> int:
        """Return a number."""
        return next(self._ids)

    def moment(self) -> datetime:
        """Return the time, later than any before."""
        self._last = max(self.now(), self._last + timedelta(microseconds=1))
        return self._last

    # people

    def user_of_token(self, token: str) -> User | None:
        """Return whose token it is."""
        return next((user for user in self.users if user.token and user.token == token), None)

    def user_named(self, username: str) -> User | None:
        """Return the user with a username."""
        return next((user for user in self.users if user.username == username), None)

    def active_user(self, uuid: str) -> User | None:
        """Return an active user."""
        users = (user for user in self.users if user.is_active)
        return next((user for user in users if user.uuid == uuid), None)

    # grants

    def active_grants(self, scope=None, user=None):
        """Return the grants that are not revoked, with those that ended but are not cleaned up."""
        grants = self.grants if scope is None else scope.grants
        active = [grant for grant in grants if grant.is_active]
        return active if user is None else [grant for grant in active if grant.user is user]

    def clean_up(self) -> None:
        """Do what the portal does once a day: end the grants that are over."""
        for grant in self.active_grants():
            if grant.expiration_time is not None and grant.expiration_time <= self.now():
                grant.is_active = False

    def grant(self, user, scope, role, *, by=None, until=None) -> Grant:
        """Give a role, as the database does, without a question."""
        grant = Grant(
            uuid=self.new_uuid(),
            pk=self.new_pk(),
            user=user,
            scope=scope,
            role=role,
            created=self.moment(),
            created_by=by,
            expiration_time=until,
        )
        self.grants.append(grant)
        scope.grants.append(grant)
        return grant

    # rights

    def owns(self, user: User, customer: Customer) -> bool:
        """Return whether somebody may do everything in a customer."""
        grants = self.active_grants(customer, user)
        return user.is_staff or any(grant.role == "CUSTOMER.OWNER" for grant in grants)

    def manages(self, user: User, project: Project) -> bool:
        """Return whether somebody may give and take roles in a project."""
        grants = self.active_grants(project, user)
        is_manager = any(grant.role == "PROJECT.MANAGER" for grant in grants)
        return is_manager or self.owns(user, project.customer)

    def sees_customer(self, user: User, customer: Customer) -> bool:
        """Return whether a customer is there for somebody: a member of a project sees it, too."""
        if user.is_support or self.owns(user, customer):
            return True
        return any(self.active_grants(project, user) for project in self.projects_of(customer))

    def sees_project(self, user: User, project: Project) -> bool:
        """Return whether a project is there for somebody."""
        is_member = bool(self.active_grants(project, user))
        return user.is_support or is_member or self.owns(user, project.customer)

    def sees_resource(self, user: User, resource: Resource) -> bool:
        """Return whether an allocation is there for somebody."""
        provides = self.owns(user, resource.offering.provider)
        return provides or self.sees_project(user, resource.project)

    def projects_of(self, customer: Customer) -> list[Project]:
        """Return the projects of a customer."""
        return [project for project in self.projects if project.customer is customer]

    # projects

    def starts_later(self, project: Project) -> bool:
        """Return whether a project starts another day."""
        return project.start_date is not None and project.start_date > self.now().date()

    def is_expired(self, project: Project) -> bool:
        """Return whether a project is over. Nobody works in it on its end date."""
        return project.end_date is not None and project.end_date <= self.now().date()

    def delete(self, project: Project) -> None:
        """Delete a project with its grants; its terminated allocations can still be seen."""
        self.projects.remove(project)
        for grant in self.active_grants(project):
            grant.is_active = False

    # orders

    def open_order(self, resource: Resource) -> Order | None:
        """Return the order of an allocation that is not finished."""
        orders = (order for order in self.orders if order.resource is resource and order.is_open)
        return next(orders, None)

    def approve_for_consumer(self, order: Order, user: User) -> None:
        """Note that the customer approved an order."""
        order.consumer_reviewed_by = user
        waits = order.type == "Create" and self.starts_later(order.resource.project)
        order.state = "pending-project" if waits else "pending-provider"

    def execute(self, order: Order) -> None:
        """Carry out an order that everybody approved; a site agent reports later."""
        order.state = "executing"
        if order.resource.offering.type == SITE_AGENT:
            waiting = {"Create": "Creating", "Update": "Updating", "Terminate": "Terminating"}
            order.resource.state = waiting[order.type]
        else:
            self.finish(order)

    def finish(self, order: Order) -> None:
        """Carry out an order to its end."""
        order.state = "done"
        resource = order.resource
        resource.state = "Terminated" if order.type == "Terminate" else "OK"
        if order.type == "Update":
            resource.limits = dict(order.limits)

    def fail(self, order: Order, message: str) -> None:
        """Let an order fail."""
        order.state = "erred"
        order.error_message = message
        order.resource.state = "Erred"
