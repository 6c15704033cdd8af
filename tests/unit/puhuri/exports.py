"""Projects in the test portal, and exports of them."""

from __future__ import annotations

from datetime import UTC, datetime

from profiles_management.pmr.rules import Rules
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.export_reading import read_customer
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.portal_export import export
from puhuri.runs import CUSTOMER
from puhuri_server.records import Project, Resource, User
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid

MEMBER, ADMIN, MANAGER = "PROJECT.MEMBER", "PROJECT.ADMIN", "PROJECT.MANAGER"


def user(world, name, **fields):
    """Return a person of the portal, who is new there if need be."""
    username = fields.pop("username", cuid(name))
    for known in world.users:
        if known.username == username:
            return known
    known = User(
        uuid=world.new_uuid(), username=username, full_name=name, email=f"{name}@example.org"
    )
    vars(known).update(fields)
    world.users.append(known)
    return known


def project(world, name, *members, **fields):
    """Make a project; a member is (name, role), or (name, role, end)."""
    customer = next(one for one in world.customers if one.name == CUSTOMER)
    made = Project(
        uuid=world.new_uuid(), name=name, customer=customer, created=world.moment(), **fields
    )
    world.projects.append(made)
    for person, role, *end in members:
        world.grant(user(world, person), made, role, until=next(iter(end), None))
    return made


def allocate(world, of, name="training", state="OK", offering=0, **limits):
    """Give a project an allocation."""
    offered = world.offerings[offering]
    made = Resource(
        uuid=world.new_uuid(),
        name=name,
        project=of,
        offering=offered,
        plan=offered.plans[0],
        limits=limits,
        created=world.moment(),
        attributes={"name": name},
        state=state,
    )
    world.resources.append(made)
    return made


def exported(portal, *, rules=None, now=None, instance="test", **settings):
    """Return the export of the customer."""
    chosen = ExportSettings(instance=instance, **settings)
    with Client(portal.url, Token(ALLOCATOR_TOKEN)) as client:
        observed = read_customer(client, CUSTOMER, chosen)
    return export(observed, chosen, rules or Rules(), now=now or datetime.now(UTC))


def roles(profile):
    """Return {name: role} of the contributors, and the owner as `owner`."""
    people = {person.name: person.role.value for person in profile.contributors}
    return {profile.owner.name: "owner", **people}


def codes(export):
    """Return the code of each note."""
    return [note.code for note in export.notes]
