"""The measured document, and the portal that matches it.

Nobody is in two projects, so that no page of people has fewer people than it could: the worst case.
"""

import yaml

from puhuri_server.records import Customer, Project, User
from puhuri_server.sample import ALLOCATOR_TOKEN
from puhuri_server.world import Version, World

CUSTOMER = "Example University"
INSTANCE = "bench"
TOKEN = ALLOCATOR_TOKEN
_DOCUMENT_ROLES = ("edit", "view")
_PORTAL_ROLES = {"edit": "PROJECT.ADMIN", "view": "PROJECT.MEMBER"}


def document(projects: int, members: int) -> str:
    """Return a document of profiles, with an owner and further members each.

    Args:
        members: of each profile, with the owner.
    """
    return yaml.dump(
        {
            "puhuri": {"customer": CUSTOMER},
            "profiles": [_profile(number, members) for number in range(projects)],
        },
        Dumper=yaml.CSafeDumper,
    )


def _profile(number: int, members: int) -> dict:
    return {
        "name": _name(number),
        "owner": {"kind": "User", "name": _cuid(number, 0)},
        "contributors": [
            {"name": _cuid(number, person), "role": _role(person)} for person in range(1, members)
        ],
        "puhuri": {"description": f"What group {number} does."},
    }


def world(projects: int, members: int) -> World:
    """Return the portal after the document was applied."""
    portal = World(Version.B)
    customer = Customer(uuid=portal.new_uuid(), name=CUSTOMER, created=portal.moment())
    portal.customers.append(customer)
    allocator = User(uuid=portal.new_uuid(), username="allocator", token=TOKEN)
    portal.users.append(allocator)
    portal.grant(allocator, customer, "CUSTOMER.OWNER")
    for number in range(projects):
        project = Project(
            uuid=portal.new_uuid(),
            name=_name(number),
            customer=customer,
            created=portal.moment(),
            description=f"What group {number} does.",
            backend_id=f"{INSTANCE}/{_name(number)}",
        )
        portal.projects.append(project)
        for person in range(members):
            cuid = _cuid(number, person)
            user = User(
                uuid=portal.new_uuid(),
                username=cuid,
                full_name=f"Person {number}-{person}",
                email=f"person-{number}-{person}@example.org",
            )
            portal.users.append(user)
            role = _PORTAL_ROLES[_role(person)] if person else "PROJECT.MANAGER"
            portal.grant(user, project, role)
    return portal


def _name(number: int) -> str:
    return f"team-{number:05}"


def _cuid(project: int, person: int) -> str:
    """Return a name of the length of a CUID."""
    return f"{project:020x}{person:020x}@acc.researcher-access.org"


def _role(person: int) -> str:
    return _DOCUMENT_ROLES[person % 2]
