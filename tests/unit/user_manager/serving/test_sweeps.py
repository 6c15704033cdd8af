"""The sweep: it sends what waits, goes on without the database, and ends with a signal."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import OperationalError, connection

from user_manager.configuration import Configuration, load
from user_manager.models import Access, Module, Notice, User
from user_manager.serving import sweeps
from user_manager.serving.sweeps import sweep_once, sweep_until_stopped

pytestmark = pytest.mark.django_db

PAST = datetime(2026, 1, 1, tzinfo=UTC)


class _Receiver(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def configuration() -> Iterator[Configuration]:
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    yield load(
        {
            "USER_MANAGER_SECRET_KEY": "x",
            "USER_MANAGER_WEBHOOK_URL": url,
            "USER_MANAGER_WEBHOOK_SECRET": "secret",
        }
    )
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def access() -> Access:
    """Make an access that is over."""
    user = User.objects.create(id="ann", key="ann", name="Ann", created_at=PAST)
    return Access.objects.create(
        id="over",
        user=user,
        module=Module.objects.create(id="crm", kind="external"),
        types=1,
        asked_types=1,
        state="APPROVED",
        until=PAST + timedelta(days=1),
        decided_at=PAST,
        requested_by="ann",
        requested_at=PAST,
        pending_until=PAST,
    )


def test_one_sweep_writes_what_is_over_and_tells_the_webhook(
    configuration: Configuration, access: Access
) -> None:
    sweep_once(configuration)
    access.refresh_from_db()
    assert access.state == "EXPIRED"
    notice = Notice.objects.get()
    assert (notice.kind, notice.attempts) == ("ended", 1)
    assert notice.sent_at is not None


def test_without_a_webhook_a_sweep_writes_what_is_over(access: Access) -> None:
    sweep_once(load({"USER_MANAGER_SECRET_KEY": "x"}))
    access.refresh_from_db()
    assert access.state == "EXPIRED"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_sweeps_after_a_round_without_the_database(
    configuration: Configuration,
    access: Access,
    number: signal.Signals,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        os.kill(os.getpid(), number)
        raise OperationalError("password=hunter2")

    monkeypatch.setattr(sweeps, "close_old_connections", lambda: None)
    with connection.execute_wrapper(fail):
        sweep_until_stopped(configuration, timedelta(hours=1))
    assert "waits for the database" in caplog.text
    assert "hunter2" not in caplog.text
    sweep_once(configuration)
    access.refresh_from_db()
    assert access.state == "EXPIRED"
