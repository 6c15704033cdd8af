"""The portals that the scenarios run on: the one of the environment, else the test portal.

PUHURI_URL and PUHURI_TOKEN name a real one, whose CA may be in PUHURI_CA. PUHURI_CUSTOMER is needed
if the token sees several customers. PROFILES_TEST_CUID is a person whom the portal may look up and
who gets roles in the projects of the tests; without it, only the owner of the token gets them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.models import Customer
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid, sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version

_REQUIRED = ("PUHURI_URL", "PUHURI_TOKEN")
_GIVEN = {name: value for name in _REQUIRED if (value := os.environ.get(name, "").strip())}

IS_REAL = len(_GIVEN) == len(_REQUIRED)
IS_HALF = bool(_GIVEN) and not IS_REAL
HAS_CUID = bool(os.environ.get("PROFILES_TEST_CUID")) or not IS_REAL
PORTALS = ["real"] if IS_REAL else list(Version)


@dataclass(frozen=True)
class Portal:
    """A portal, a customer in it, and what the command needs to reach it.

    Attributes:
        ca: the file of its certificates, '' for those of the system.
        cuid: a person who can be looked up, '' for nobody.
    """

    url: str
    token: str = field(repr=False)
    ca: str
    customer: Customer
    cuid: str

    def client(self) -> Client:
        """Return a client of the portal, which the caller closes."""
        return _client(self.url, self.token, self.ca)

    def set_variables(self, environment: pytest.MonkeyPatch) -> None:
        """Name the portal in the variables of the command, and remove its other settings."""
        for name in [*os.environ]:
            if name.startswith(("PROFILES_MANAGEMENT_", "PUHURI_")):
                environment.delenv(name)
        environment.setenv("PUHURI_URL", self.url)
        environment.setenv("PUHURI_TOKEN", self.token)
        environment.setenv("PUHURI_CUSTOMER", self.customer.uuid)
        if self.ca:
            environment.setenv("PUHURI_CA", self.ca)


@contextmanager
def opened(which: Version | str) -> Iterator[Portal]:
    """Yield the real portal, or the test portal in a version."""
    if isinstance(which, Version):
        with serving(sample_world(which)) as server:
            customer = "National Research Allocator"
            yield _portal(server.url, ALLOCATOR_TOKEN, "", customer, cuid("ada"))
        return
    yield _portal(
        _GIVEN["PUHURI_URL"],
        _GIVEN["PUHURI_TOKEN"],
        os.environ.get("PUHURI_CA", ""),
        os.environ.get("PUHURI_CUSTOMER", ""),
        os.environ.get("PROFILES_TEST_CUID", ""),
    )


def _client(url: str, token: str, ca: str) -> Client:
    certificates = Path(ca).read_text() if ca else None
    return Client(url, Token(token), ca=certificates)


def _portal(url: str, token: str, ca: str, customer: str, cuid: str) -> Portal:
    with _client(url, token, ca) as client:
        found = client.customers.named(customer) if customer else _only_customer(client)
    return Portal(url, token, ca, found, cuid)


def _only_customer(client: Client) -> Customer:
    customers = [*client.customers.find()]
    if len(customers) != 1:
        names = ", ".join(customer.name for customer in customers) or "none"
        pytest.exit(f"Name a customer of the token with PUHURI_CUSTOMER: {names}.", returncode=1)
    return customers[0]
