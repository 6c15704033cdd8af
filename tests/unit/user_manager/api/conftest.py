"""Fixtures of the tests of REST: a client, a clock and settings."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from pytest_django import Settings
from rest_client import Rest
from rest_world import NOW, ROOT, people

from user_manager.configuration import load
from user_manager.identity import clock as service_clock

ENVIRONMENT = {
    "USER_MANAGER_SECRET_KEY": "x",
    "USER_MANAGER_TRUSTED_PROXIES": "127.0.0.1/32",
    "USER_MANAGER_ADMINISTRATORS": ROOT,
}


class Clock:
    """The time of the service."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(service_clock, "now", clock)
    return clock


@pytest.fixture(autouse=True)
def configure(settings: Settings) -> Callable[..., None]:
    """Return what changes settings of the service."""

    def change(**values: str) -> None:
        variables = {f"USER_MANAGER_{name.upper()}": text for name, text in values.items()}
        settings.USER_MANAGER = load(ENVIRONMENT | variables)

    change()
    return change


@pytest.fixture(scope="session")
def client_of_all_tests() -> Client:
    """Return a client that has loaded the middleware, which reads all static files."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def rest(db: None, client_of_all_tests: Client) -> Rest:
    people()
    client_of_all_tests.cookies.clear()
    return Rest(client_of_all_tests)
