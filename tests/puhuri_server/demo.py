"""A portal to play with: `make puhuri`, and the tutorial of the portal."""

from datetime import date, timedelta

from puhuri_server.records import Customer, Order, Project, Resource, User
from puhuri_server.sample import sample_world
from puhuri_server.usages import report_usage
from puhuri_server.world import Version, World

PEOPLE = {
    f"{name.split()[0].lower()}@access.example.org": name
    for name in ("Ann Example", "Bob Example", "Li Example", "Maria Example", "Olga Example")
}
_MONTHS_BACK = (90, 60, 30)  # days


def demo_world(version: Version = Version.B, now=None) -> World:
    """Return a portal in which somebody works already, with an allocation and its usage."""
    world = sample_world(version, now)
    world.registry.people |= PEOPLE
    (research, *_) = world.customers
    project = _project(world, research)
    allocation = _allocation(world, project)
    components = {part.type: part for part in allocation.offering.components}
    for number, days in enumerate(_MONTHS_BACK, 1):
        month = (world.now() - timedelta(days=days)).date().replace(day=1)
        for name, share in (("cpu_k_hours", 120), ("gpu_k_hours", 15)):
            report_usage(world, allocation, components[name], number * share, month=month)
    return world


def act_as_provider(world: World) -> None:
    """Do what the provider does sooner or later: approve orders, and report a first usage."""
    for order in list(world.orders):
        if order.state in ("pending-provider", "executing"):
            world.execute(order)
            if order.type == "Create":
                _use(world, order.resource)


def _use(world: World, allocation: Resource) -> None:
    """Use a tenth of what an allocation may use."""
    today = world.now().date()
    month = date(today.year, today.month, 1)
    for name, component in allocation.offering.limited.items():
        limit = allocation.limits.get(name, 0)
        report_usage(world, allocation, component, limit // 10, month=month)


def _project(world: World, customer: Customer) -> Project:
    project = Project(
        uuid=world.new_uuid(),
        name="Climate models",
        customer=customer,
        created=world.moment(),
        description="Made by hand, long before this document.",
    )
    world.projects.append(project)
    world.grant(_manager(world), project, "PROJECT.MANAGER")
    return project


def _manager(world: World) -> User:
    """Return somebody with a CUID: staff has none, and could not be in a document of a cluster."""
    username = "maria@access.example.org"
    manager = User(
        uuid=world.new_uuid(), username=username, full_name=PEOPLE[username], email=username
    )
    world.users.append(manager)
    return manager


def _allocation(world: World, project: Project) -> Resource:
    offering = world.offerings[0]
    limits = {"cpu_k_hours": 1000, "gpu_k_hours": 100, "gb_k_hours": 50}
    allocation = Resource(
        uuid=world.new_uuid(),
        name="simulations",
        project=project,
        offering=offering,
        plan=offering.plans[0],
        limits=limits,
        created=world.moment(),
        attributes={"name": "simulations"},
        state="OK",
    )
    world.resources.append(allocation)
    world.orders.append(
        Order(
            uuid=world.new_uuid(),
            item_uuid=world.new_uuid(),
            resource=allocation,
            type="Create",
            state="done",
            created=world.moment(),
            created_by=world.users[0],
            limits=limits,
            attributes={"name": "simulations"},
            plan=offering.plans[0],
        )
    )
    return allocation
