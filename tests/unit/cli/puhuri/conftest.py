"""The command and a portal on loopback; `pmr.yaml` is a document for it."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from portal_documents import document

from puhuri_server.sample import ALLOCATOR_TOKEN, sample_world
from puhuri_server.server import serving

BO = ("bo", "edit")


@pytest.fixture(scope="module")
def server(no_system_certificates):
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture
def portal(server, monkeypatch):
    """A portal with sample data, which the environment names with a token."""
    server.reset(sample_world())
    monkeypatch.setenv("PUHURI_URL", server.url)
    monkeypatch.setenv("PUHURI_TOKEN", ALLOCATOR_TOKEN)
    return server


@pytest.fixture
def puhuri(run, portal, here):
    """Run a command of the group: `puhuri("plan", text=document(("bo", "edit")))`."""

    def command(name, *arguments, text=None, **more):
        if name in ("plan", "apply"):
            (here / "pmr.yaml").write_text(document(BO) if text is None else text)
            arguments = ("pmr.yaml", "--instance", "test", *arguments)
        return run("puhuri", name, *arguments, **more)

    return command


@pytest.fixture
def without_extra(monkeypatch):
    """Be where the extra `puhuri` is not installed."""
    for name in [name for name in sys.modules if name.startswith("profiles_management.puhuri.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nh3", None)


class _Nonsense(BaseHTTPRequestHandler):
    def do_GET(self):
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def _nonsense_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Nonsense)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def nonsense(portal, _nonsense_server, monkeypatch):
    """Let every request be answered in one way, such as `nonsense(200, b"[]")`."""
    monkeypatch.setenv("PUHURI_URL", f"http://127.0.0.1:{_nonsense_server.server_port}")

    def answer(status, body, **headers):
        _nonsense_server.answer = (status, headers, body)

    return answer
