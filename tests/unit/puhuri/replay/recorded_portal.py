"""The portal on which the exchanges were recorded, as it was before the first of them."""

from datetime import datetime, timedelta
from decimal import Decimal

from puhuri.replay.recorded_names import (
    ALLOCATOR,
    CATEGORY,
    COMMUNITY,
    CUIDS,
    FURTHER,
    HIDDEN,
    NAMELESS,
    OFFERINGS,
    PEOPLE,
    PROVIDER,
    START,
    USERS,
    components,
)
from puhuri_server.records import (
    Customer,
    Offering,
    Order,
    Plan,
    Project,
    Resource,
    Usage,
    User,
)
from puhuri_server.world import Version, World


class RecordedPortal(World):
    """A portal whose clock stands still, and which changes between the recorded exchanges."""

    def __init__(self, version: Version) -> None:
        self.time = START
        self.fresh: set[str] = set()  # uuids that no recorded answer had yet
        super().__init__(version, lambda: self.time)
        self.registry.people = {CUIDS[name]: PEOPLE[name] for name in CUIDS} | {NAMELESS: ""}
        self.users = [self._user(name, uuid) for name, uuid in USERS.items()]
        self.customers = [
            self._customer(ALLOCATOR, "National Research Allocator", "NRA"),
            self._customer(COMMUNITY, "Research Community", "COMM"),
            self._customer(PROVIDER, "Supercomputing Provider", "SP"),
            self._customer(HIDDEN, "Hidden Customer", "HID"),
        ]
        for name in ("allocator", "plainowner", "shortlived"):
            self.grant(self.person(name), self.customer(ALLOCATOR), "CUSTOMER.OWNER")
        self.grant(self.person("allocator"), self.customer(COMMUNITY), "CUSTOMER.OWNER")
        self.grant(self.person("provider"), self.customer(PROVIDER), "CUSTOMER.OWNER")
        self.offerings = [self._offering(*row) for row in OFFERINGS]

    def new_uuid(self) -> str:
        """Return a uuid, which is not a recorded one yet."""
        uuid = super().new_uuid()
        self.fresh.add(uuid)
        return uuid

    def new_token(self, user: User) -> str:
        """Return the token that somebody got in place of an old one."""
        return f"new-token-of-{user.username}"

    def rename(self, uuid: str, recorded: str) -> None:
        """Give an object the uuid that it has in the recording."""
        self.fresh.remove(uuid)
        for row in (*self.users, *self.projects, *self.resources, *self.orders, *self.usages):
            if row.uuid == uuid:
                row.uuid = recorded

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.time += timedelta(**time)

    # what there is

    def person(self, name: str) -> User:
        """Return a user by its username, or by the first name in small letters."""
        username = CUIDS.get(name, name)
        return next(user for user in self.users if user.username == username)

    def customer(self, uuid: str) -> Customer:
        """Return a customer."""
        return next(customer for customer in self.customers if customer.uuid == uuid)

    def project(self, name: str) -> Project:
        """Return the only project with a name."""
        (project,) = [project for project in self.projects if project.name == name]
        return project

    def offering(self, name: str = "LUMI regular") -> Offering:
        """Return an offering."""
        return next(offering for offering in self.offerings if offering.name == name)

    def allocation(self, name: str) -> Resource:
        """Return the only allocation with a name."""
        (resource,) = [resource for resource in self.resources if resource.name == name]
        return resource

    def order(self, name: str) -> Order:
        """Return the open order of an allocation."""
        order = self.open_order(self.allocation(name))
        assert order is not None
        return order

    # what happened without being recorded

    def add_project(self, name: str, uuid: str = "", customer: str = ALLOCATOR, **dates) -> Project:
        """Make a project."""
        project = Project(
            uuid=uuid or self.new_uuid(),
            name=name,
            customer=self.customer(customer),
            created=self.moment(),
            **dates,
        )
        self.projects.append(project)
        return project

    def add_member(self, name: str, project: str, role: str = "MEMBER", **further) -> None:
        """Give a person a role in a project."""
        by = self.person("allocator")
        role = f"PROJECT.{role}"
        self.grant(self.person(name), self.project(project), role, by=by, **further)

    def remove_member(self, name: str, project: str) -> None:
        """Take the roles of a person in a project."""
        for grant in self.active_grants(self.project(project), self.person(name)):
            grant.is_active = False

    def add_allocation(
        self, project: str, name: str, uuid: str = "", offering: str = "LUMI regular", **further
    ) -> Resource:
        """Make an allocation whose order is done."""
        of = self.offering(offering)
        limits = {"cpu_k_hours": 10, "gpu_k_hours": 5, "gb_k_hours": 100}
        resource = Resource(
            uuid=uuid or self.new_uuid(),
            name=name,
            project=self.project(project),
            offering=of,
            plan=of.plans[0],
            limits={name: limit for name, limit in limits.items() if name in of.limited},
            created=self.moment(),
            attributes={"name": name},
            **{"state": "OK", **further},
        )
        self.resources.append(resource)
        if resource.state == "Creating":
            self._add_order(resource, "Create", "pending-provider")
        return resource

    def add_usage(self, name: str, component: str, amount: str, at: datetime) -> None:
        """Report a usage of an earlier month."""
        resource = self.allocation(name)
        self.usages.append(
            Usage(
                uuid=self.new_uuid(),
                resource=resource,
                component=resource.offering.limited[component],
                usage=Decimal(amount),
                date=at,
                created=self.moment(),
                billing_period=at.date().replace(day=1),
            )
        )

    def end_expired_projects(self) -> None:
        """Do what the portal does once a day: delete projects that are over, or order their end."""
        for project in [one for one in self.projects if self.is_expired(one)]:
            used = [one for one in self.resources if one.project is project]
            if not used:
                self.delete(project)
            for resource in used:
                self._add_order(resource, "Terminate", "pending-provider")

    def _add_order(self, resource: Resource, kind: str, state: str) -> None:
        is_new = kind == "Create"
        order = Order(
            uuid=self.new_uuid(),
            item_uuid=self.new_uuid(),
            resource=resource,
            type=kind,
            state=state,
            created=self.moment(),
            created_by=self.person("allocator"),
            limits=resource.limits if is_new else {},
            attributes=resource.attributes if is_new else {},
            plan=resource.plan if is_new else None,
        )
        self.orders.append(order)

    def _user(self, name: str, uuid: str) -> User:
        return User(
            uuid=uuid or self.new_uuid(),
            username=name,
            full_name=f"{name.capitalize()} Rig",
            email=f"{name}@example.org",
            password=f"password-of-{name}",
            token=f"token-of-{name}",
            is_staff=name == "staff",
            is_support=name in ("staff", "support"),
            is_identity_manager=name == "allocator",
        )

    def _customer(self, uuid: str, name: str, abbreviation: str) -> Customer:
        return Customer(uuid=uuid, name=name, abbreviation=abbreviation, created=self.moment())

    def _offering(self, name: str, uuid: str, plans: dict) -> Offering:
        return Offering(
            uuid=uuid or self.new_uuid(),
            name=name,
            provider=self.customer(PROVIDER),
            created=self.moment(),
            components=components(name),
            plans=[
                Plan(uuid=plan or self.new_uuid(), name=plan_name)
                for plan_name, plan in plans.items()
            ],
            **{"category_uuid": CATEGORY, "category_title": "HPC", **FURTHER.get(name, {})},
        )
