"""A portal in this process, and a person who asks it: the same operations in each generation."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from puhuri_server.http_types import Request
from puhuri_server.routes import Routes
from puhuri_server.sample import ALLOCATOR_TOKEN, PROVIDER_TOKEN, cuid, sample_world
from puhuri_server.world import SHORT_ROLES, Version

BASE = "http://portal.example.org"
OLD = (Version.A, Version.MIXED)  # orders have items
GRANTS = (Version.MIXED, Version.B, Version.FRACTIONS)  # roles are granted
NEW = (Version.B, Version.FRACTIONS)  # an order is about one allocation
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5, "gb_k_hours": 100}
_SHORT = {long: short for short, long in SHORT_ROLES.items()}


@dataclass(frozen=True)
class Answer:
    """A status, a body that is parsed if it is JSON, and headers."""

    status: int
    body: object = None
    headers: dict = field(default_factory=dict)


class Person:
    """Somebody who asks a portal."""

    def __init__(self, portal: "AskedPortal", token: str) -> None:
        self.portal = portal
        self.token = token

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Return the answer to a request; an underscore in the name of a header is a dash."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("authorization", f"Token {self.token}")
        if body is not None:
            sent.setdefault("content-type", "application/json")
        sent.setdefault("host", BASE.partition("//")[2])
        content = body if isinstance(body, bytes) else _json(body)
        reply = self.portal.routes.answer(
            self.portal.world, Request(method, f"/api/{path}", sent, content)
        )
        text = reply.content.decode()
        is_json = text and reply.type == "application/json"
        return Answer(reply.status, json.loads(text) if is_json else text, reply.headers)

    def get(self, path: str, **headers: str) -> Answer:
        """Return the answer to a GET."""
        return self.ask("GET", path, **headers)

    def names(self, path: str) -> list[str]:
        """Return the names of the rows of a list."""
        return [row["name"] for row in self.get(path).body]

    def create_project(self, name: str = "Quantum", **fields: object) -> Answer:
        """Create a project of the sample's first customer."""
        customer = f"{BASE}/api/customers/{self.portal.world.customers[0].uuid}/"
        return self.ask("POST", "projects/", {"customer": customer, "name": name, **fields})

    def add_member(self, project: str, user: str, role: str = "PROJECT.MEMBER", until=None):
        """Give a role in a project."""
        if self.portal.world.version != Version.A:
            body = {"user": user, "role": role, "expiration_time": until}
            return self.ask("POST", f"projects/{project}/add_user/", body)
        body = {
            "project": f"{BASE}/api/projects/{project}/",
            "user": f"{BASE}/api/users/{user}/",
            "role": _SHORT[role],
            "expiration_time": until,
        }
        return self.ask("POST", "project-permissions/", body)

    def order(self, project: str, offering: str = "LUMI regular", **fields: object) -> Answer:
        """Order an allocation."""
        item = {
            "offering": self.portal.offering_url(offering),
            "attributes": {"name": "training"},
            "limits": LIMITS,
            **fields,
        }
        item = {name: value for name, value in item.items() if value is not None}
        body = {"project": f"{BASE}/api/projects/{project}/"}
        has_items = self.portal.world.version in OLD
        body |= {"items": [item]} if has_items else item
        return self.ask("POST", "marketplace-orders/", body)


class AskedPortal:
    """A portal with sample data whose clock stands still, and people who ask it."""

    def __init__(self, version: Version) -> None:
        self.time = datetime(2026, 11, 26, 12, tzinfo=UTC)
        self.world = sample_world(version, lambda: self.time)
        self.routes = Routes(self.world)
        self.allocator = Person(self, ALLOCATOR_TOKEN)
        self.provider = Person(self, PROVIDER_TOKEN)
        self.nobody = Person(self, "")

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.time += timedelta(**time)

    def project(self, name: str = "Quantum", **fields: object) -> str:
        """Make a project and return its uuid."""
        return self.allocator.create_project(name, **fields).body["uuid"]

    def user(self, name: str = "ada") -> str:
        """Look somebody up by CUID and return the uuid."""
        return self.allocator.ask("POST", "remote-eduteams/", {"cuid": cuid(name)}).body["uuid"]

    def offering_url(self, name: str = "LUMI regular") -> str:
        """Return the URL of an offering."""
        offering = next(one for one in self.world.offerings if one.name == name)
        is_first = self.world.version == Version.A
        route = "marketplace-offerings" if is_first else "marketplace-public-offerings"
        return f"{BASE}/api/{route}/{offering.uuid}/"

    def allocation(self, project: str, **fields: object) -> str:
        """Make an allocation, wait until it is OK, and return its uuid."""
        self.allocator.order(project, **fields)
        self.world.execute(self.world.orders[-1])
        return self.world.resources[-1].uuid


def _json(body: object) -> bytes:
    return b"" if body is None else json.dumps(body).encode()
