"""The HTTP server: gunicorn, set from our settings."""

import os
from pathlib import Path
from typing import Any

from django.urls import get_resolver
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker
from prometheus_client import multiprocess

from user_manager.configuration import Configuration
from user_manager.serving import metrics_port
from user_manager.serving.patient_worker import PatientWorker

_MEMORY = Path("/dev/shm")  # noqa: S108 - where it exists, heartbeats do not wait for a disk


class _Logger(Logger):
    """Hands gunicorn's lines to the service's own logging."""

    def setup(self, cfg: Config) -> None:
        """Add no handlers."""
        self.cfg = cfg
        self.error_log.propagate = True


class HttpServer(BaseApplication):
    """gunicorn with threads. It reads no configuration of its own."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        super().__init__()

    def load_config(self) -> None:
        """Set what is not gunicorn's default."""
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "bind": f"[::]:{self._configuration.http_port}",
            "worker_class": PatientWorker,
            "workers": _workers(self._configuration),
            "threads": 16,
            "preload_app": True,
            "sendfile": False,  # it would wait for a slow client without an end
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": 75,  # longer than that of a proxy before us, which then closes first
            "limit_request_line": 8190,  # ids of 253 characters, percent-encoded
            # a header with an underscore would look like the identity header to WSGI
            "header_map": "drop",
            "forwarder_headers": "",
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
            "logger_class": _Logger,
            "when_ready": self._when_ready,
            "pre_request": self._pre_request,
            "child_exit": _child_exit,
        }
        if _MEMORY.is_dir():
            options["worker_tmp_dir"] = str(_MEMORY)
        return options

    def _when_ready(self, _: Arbiter) -> None:
        metrics_port.start(self._configuration.metrics_port)

    def _pre_request(self, _: Worker, request: Request) -> None:
        """Leave one identity header; of several that differ, an empty one, which names nobody.

        WSGI would join them with a comma, which an id may have.
        """
        name = self._configuration.identity_header.upper()
        values = {value for header, value in request.headers if header == name}
        if not values:
            return
        others = [header for header in request.headers if header[0] != name]
        request.headers = [*others, (name, values.pop() if len(values) == 1 else "")]

    def load(self) -> Any:  # noqa: ANN401 - gunicorn's
        """Return the WSGI application."""
        from user_manager.wsgi import application  # noqa: PLC0415 - after the settings

        get_resolver().url_patterns  # noqa: B018 - loads the routes now, not in the first request
        return application


def _workers(configuration: Configuration) -> int:
    """Return how many processes answer. SQLite lets one process write at a time."""
    given = os.environ.get("WEB_CONCURRENCY", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    return 1 if configuration.database.startswith("sqlite") else 2


def _child_exit(_: Arbiter, worker: Worker) -> None:
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def serve(configuration: Configuration) -> None:
    """Serve pages and REST until SIGTERM, which lets requests in flight finish."""
    owner = os.getpid()
    try:
        HttpServer(configuration).run()
    except SystemExit as end:
        if os.getpid() != owner:
            # A worker was forked inside the blocks of its parent. It must not leave them: it would
            # remove the metrics of all, and end the gRPC server.
            os._exit(int(end.code or 0))
        raise
