"""The port for the platform: `/livez`, `/readyz` and `/metrics`, without identity."""

from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from user_manager.observability.metrics import DatabaseCollector
from user_manager.observability.readiness import why_not_ready
from user_manager.serving.shared_metrics import has_shared_metrics

_TEXT = "text/plain; charset=utf-8"
Answer = tuple[str, str, bytes]


def live() -> Answer:
    """Answer that the process runs, whatever the database does."""
    return "200 OK", _TEXT, b"ok\n"


def ready() -> Answer:
    """Answer whether requests can be served."""
    try:
        reason = why_not_ready()
    finally:
        connection.close()
    if reason is None:
        return "200 OK", _TEXT, b"ok\n"
    return "503 Service Unavailable", _TEXT, f"{reason}\n".encode()


def metrics() -> Answer:
    """Answer with the metrics of all processes and of the database."""
    registry: CollectorRegistry = REGISTRY
    if has_shared_metrics():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    text = generate_latest(registry)
    try:
        text += generate_latest(_database_registry())
    except DatabaseError:
        pass  # the counters are worth having without the database; /readyz tells that it is away
    finally:
        connection.close()
    return "200 OK", CONTENT_TYPE_LATEST, text


def _database_registry() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector())
    return registry


_PAGES: dict[str, Callable[[], Answer]] = {"/livez": live, "/readyz": ready, "/metrics": metrics}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    page = _PAGES.get(environ["PATH_INFO"])
    is_read = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
    if page is None or not is_read:
        status, kind, body = "404 Not Found", _TEXT, b"not found\n"
    else:
        status, kind, body = page()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 10  # seconds: who connects and sends nothing is cut off

    def log_message(self, *_: object) -> None:
        """Log nothing: the platform asks every few seconds."""


def start(port: int, app: WSGIApplication = application) -> WSGIServer:
    """Serve the port in a thread of its own, until the process ends."""
    server = make_server("", port, app, server_class=_Server, handler_class=_Handler)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
