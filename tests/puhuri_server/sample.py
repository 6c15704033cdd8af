"""A portal with sample data: two customers, a provider with offerings, and people."""

from puhuri_server.records import Component, Customer, Offering, Plan, User
from puhuri_server.world import Version, World

ALLOCATOR_TOKEN = "a" * 40
PROVIDER_TOKEN = "b" * 40
STAFF_TOKEN = "c" * 40
PEOPLE = ("Ada Allocated", "Bo Researcher", "Cleo Curious", "Eve Expiring", "Flo Fresh")


def cuid(name: str) -> str:
    """Return the CUID of one of the sample's people, by the first name in small letters."""
    letter = name[0].lower()
    return f"{letter}1" * 20 + "@acc.researcher-access.org"


def sample_world(version: Version = Version.B, now=None) -> World:
    """Return a new portal with sample data."""
    world = World(version, now)
    staff = _user(world, "staff", token=STAFF_TOKEN, is_staff=True)
    allocator = _user(world, "allocator", token=ALLOCATOR_TOKEN, is_identity_manager=True)
    provider = _user(world, "provider", token=PROVIDER_TOKEN)
    research = _customer(world, "National Research Allocator", "NRA")
    community = _customer(world, "Research Community", "COMM")
    computing = _customer(world, "Supercomputing Provider", "SP")
    _customer(world, "Hidden Customer", "HID")
    for customer in (research, community):
        world.grant(allocator, customer, "CUSTOMER.OWNER", by=staff)
    world.grant(provider, computing, "CUSTOMER.OWNER", by=staff)
    world.offerings = [
        _offering(world, computing, "LUMI regular", _hpc()),
        _offering(world, computing, "Node hours pay per use", _pay_per_use()),
        _offering(world, computing, "Site agent Slurm", _hpc(), type="Marketplace.Slurm"),
    ]
    world.registry.people = {cuid(name): name for name in PEOPLE}
    return world


def _user(world: World, name: str, **further) -> User:
    user = User(
        uuid=world.new_uuid(),
        username=name,
        full_name=f"{name.capitalize()} Rig",
        email=f"{name}@example.org",
        password=f"password of {name}",
        **further,
    )
    world.users.append(user)
    return user


def _customer(world: World, name: str, abbreviation: str) -> Customer:
    customer = Customer(
        uuid=world.new_uuid(), name=name, abbreviation=abbreviation, created=world.moment()
    )
    world.customers.append(customer)
    return customer


def _offering(world: World, provider: Customer, name: str, components, **further) -> Offering:
    return Offering(
        uuid=world.new_uuid(),
        name=name,
        provider=provider,
        created=world.moment(),
        category_uuid=world.new_uuid(),
        category_title="HPC",
        components=components,
        plans=[Plan(uuid=world.new_uuid(), name="Common")],
        **further,
    )


def _hpc() -> list[Component]:
    return [
        Component(
            type="cpu_k_hours", name="CPU allocation", measured_unit="k hours", max_value=100000
        ),
        Component(
            type="gpu_k_hours",
            name="GPU allocation",
            measured_unit="k hours",
            min_value=1,
            max_value=5000,
        ),
        Component(
            type="gb_k_hours",
            name="Storage allocation",
            measured_unit="GB k hours",
            limit_period="month",
        ),
    ]


def _pay_per_use() -> list[Component]:
    return [
        Component(
            type="node_hours",
            name="Node hours",
            measured_unit="hours",
            billing_type="usage",
            limit_period=None,
        )
    ]
