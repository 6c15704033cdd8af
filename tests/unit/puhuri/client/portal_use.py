"""What tests do with a portal: clients of it, and things that go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Password, Token
from puhuri.properties.portals import Time
from puhuri_server.http_types import Reply
from puhuri_server.sample import ALLOCATOR_TOKEN, PROVIDER_TOKEN, cuid
from puhuri_server.server import Fault, Portal

PASSWORD = "password of allocator"
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5, "gb_k_hours": 100}
MEMBER, ADMIN, MANAGER = "PROJECT.MEMBER", "PROJECT.ADMIN", "PROJECT.MANAGER"


def names(rows):
    """Return the names of what a portal has."""
    return [row.name for row in rows]


def _with_fields(body, fields):
    if isinstance(body, list):
        return [_with_fields(part, fields) for part in body]
    if isinstance(body, dict):
        return {
            name: fields[name] if name in fields else _with_fields(part, fields)
            for name, part in body.items()
        }
    return body


@dataclass
class PortalUse:
    """A portal, its time, and clients of those who use it."""

    portal: Portal
    time: Time

    def __post_init__(self) -> None:
        self._clients: list[Client] = []

    def client(self, credentials: Token | Password, url: str = "") -> Client:
        """Return a client that is closed with the rest, of another server where one is given."""
        client = Client(url or self.portal.url, credentials, clock=self.time.clock)
        self._clients.append(client)
        return client

    @cached_property
    def allocator(self) -> Client:
        return self.client(Token(ALLOCATOR_TOKEN))

    @cached_property
    def provider(self) -> Client:
        return self.client(Token(PROVIDER_TOKEN))

    @cached_property
    def stranger(self) -> Client:
        """A client of somebody whom the portal knows, without any role."""
        return self.client_of(self.user("eve"))

    def client_of(self, uuid: str) -> Client:
        """Return a client of a user."""
        user = self.world.active_user(uuid)
        user.token = user.token or self.world.new_token(user)
        return self.client(Token(user.token))

    def close(self) -> None:
        for client in self._clients:
            client.close()

    @property
    def world(self):
        return self.portal.world

    @property
    def version(self):
        return self.portal.world.version

    @property
    def customer(self) -> str:
        """The uuid of the customer whose projects tests make."""
        return self.world.customers[0].uuid

    def project(self, name="Quantum", **fields):
        return self.allocator.projects.create(customer=self.customer, name=name, **fields).uuid

    def user(self, name="ada"):
        return self.allocator.users.by_cuid(cuid(name))

    def offering(self, name="LUMI regular"):
        (offering,) = self.allocator.offerings.find(name_exact=name)
        return offering

    def order(
        self, project, name="training", limits=LIMITS, offering="LUMI regular", by=None, **fields
    ):
        """Order an allocation, as somebody other than the owner of the customer with `by`."""
        offering = self.offering(offering)
        fields = {"plan_url": offering.plans[0].url} | fields
        return (by or self.allocator).allocations.create(
            project=project, offering=offering.uuid, name=name, limits=limits, **fields
        )

    def allocation(self, project, name="training", **fields):
        """Return the uuid of an allocation that is OK."""
        self.order(project, name, **fields)
        self.world.execute(self.world.orders[-1])
        return self.world.resources[-1].uuid

    def forget(self):
        """Know the generation, and begin to count requests."""
        self.allocator.generation  # noqa: B018 - it is asked once
        self.portal.requests.clear()

    def break_once(self, method: str, part: str, *faults: Fault | Reply):
        """Let requests of a method, whose path has a part, fail: one for each fault."""
        left = [*faults]

        def fault(_number, sent):
            is_hit = sent.method == method and part in sent.path and left
            return left.pop(0) if is_hit else None

        self.portal.fault = fault

    def answer(self, status: int, body: object = None, **headers: str):
        """Let every request have this answer, but the one for a token."""
        reply = self.reply(status, body, **headers)
        self.portal.fault = lambda _number, sent: None if "password" in sent.path else reply

    def reply(self, status: int, body: object = None, **headers: str) -> Reply:
        """Return an answer; an underscore in the name of a header is a dash."""
        return Reply(status, body, {name.replace("_", "-"): headers[name] for name in headers})

    def rewrite(self, change: Callable[[Reply], object]):
        """Let every answer be changed before it is sent."""
        answer = self.portal.routes.answer

        def rewritten(world, request):
            reply = answer(world, request)
            change(reply)
            return reply

        self.portal.routes.answer = rewritten

    def rewrite_fields(self, **fields: object):
        """Let fields of these names have another value in every answer, however deep they are."""
        self.rewrite(lambda reply: setattr(reply, "body", _with_fields(reply.body, fields)))

    def sent(self, method: str, part: str = "") -> list[str]:
        """Return the targets of the requests of a method, whose path has a part."""
        return [
            sent.target
            for sent in self.portal.requests
            if sent.method == method and part in sent.path
        ]

    def filters_sent(self) -> frozenset[str]:
        """Return the names of the parameters of all requests."""
        queries = (urlsplit(sent.target).query for sent in self.portal.requests)
        return frozenset(name for query in queries for name in parse_qs(query))
