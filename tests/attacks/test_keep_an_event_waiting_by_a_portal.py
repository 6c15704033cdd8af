"""A portal never ends a list, so that an event takes hours, or sends the token elsewhere."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from profiles_charm.config import Config
from profiles_charm.portal_as_source import PortalAsSource
from profiles_charm.portal_as_target import PortalAsTarget
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.target_errors import TargetError

TOKEN = "s3cr3t-mark" * 4
LONGEST = 60  # seconds: `request-timeout`, and the answers that are on their way then


class _Endless(BaseHTTPRequestHandler):
    """Answers each request after a second with one of a hundred thousand pages."""

    def do_GET(self):
        self.server.seconds += 1
        self.server.got.append(self.headers["Authorization"])
        row = {"uuid": "0" * 32, "name": "Physics", "abbreviation": "", "url": "", "email": ""}
        content = json.dumps([row] * 100).encode()
        self.send_response(self.server.status)
        headers = {"Content-Length": str(len(content)), "X-Result-Count": "9999999"}
        headers["Location"] = f"http://localhost:{self.server.server_port}/elsewhere/"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def portal():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endless)
    server.seconds, server.got, server.status = 0, [], 200
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _use_as_source(options, clock):
    return PortalAsSource(options, clock).read(Rules())


def _use_as_target(options, clock):
    target = PortalAsTarget(options, options.settings(), clock)
    return target.apply(ProfilesManagementRepresentation())


@pytest.fixture(params=[_use_as_source, _use_as_target])
def refusal(request, portal):
    """Return the error of an event with the portal."""

    def sleep(seconds):
        portal.seconds += seconds

    def use():
        options = Config.model_construct(
            puhuri_url=f"http://127.0.0.1:{portal.server_port}",
            puhuri_customer="Physics",
            puhuri_token=SimpleNamespace(get_content=lambda refresh: {"token": TOKEN}),
            puhuri_profiles=("*",),
            engine={"instance": "lab"},
        )
        clock = Clock(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: portal.seconds, sleep)
        with pytest.raises(TargetError) as caught:
            request.param(options, clock)
        return caught.value

    return use


def test_a_list_without_an_end_is_given_up_in_time(refusal, portal):
    error = refusal()

    assert error.passing
    assert portal.seconds < LONGEST


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_is_in_no_message(refusal, portal, status):
    portal.status = status

    error = refusal()

    assert len(portal.got) == 1
    assert TOKEN not in f"{error} {error.remedy} {error.brief}"
