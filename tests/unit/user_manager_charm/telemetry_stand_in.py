"""A workload with metrics, and a collector, on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

METRICS = """\
# HELP user_manager_pending_requests Requests that wait for a decision.
# TYPE user_manager_pending_requests gauge
user_manager_pending_requests 3.0
# TYPE user_manager_requests_total counter
user_manager_requests_total{api="rest",status="200"} 7.0
user_manager_requests_total{api="rest",status="404"} 1.0
# TYPE user_manager_request_seconds histogram
user_manager_request_seconds_bucket{api="rest",le="+Inf"} 8.0
user_manager_request_seconds_count{api="rest"} 8.0
user_manager_request_seconds_sum{api="rest"} 0.5
# TYPE user_manager_effect_lag_seconds gauge
user_manager_effect_lag_seconds NaN
# TYPE process_open_fds gauge
process_open_fds 9.0
"""


class Telemetry:
    """What the workload shows, and what the collector got.

    Attributes:
        metrics: the text of `/metrics`.
        status: of the collector's answers.
        sent: (path, decoded body) of each request to the collector.
    """

    def __init__(self) -> None:
        self.metrics = METRICS
        self.status = 200
        self.sent: list[tuple[str, Any]] = []
        self.url = ""

    @property
    def sources(self) -> dict[str, str]:
        return {"web": f"{self.url}/metrics", "grpc": f"{self.url}/metrics"}

    @property
    def points(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        """The values that the collector got last, with their labels, by name."""
        (resource,) = self.sent[-1][1]["resourceMetrics"]
        (scope,) = resource["scopeMetrics"]
        return {
            metric["name"]: [
                (attributes(point["attributes"]), point["asDouble"])
                for point in metric["gauge"]["dataPoints"]
            ]
            for metric in scope["metrics"]
        }


def attributes(listed: list[dict[str, Any]]) -> dict[str, str]:
    return {each["key"]: each["value"]["stringValue"] for each in listed}


@contextmanager
def serving() -> Iterator[Telemetry]:
    """Serve both until the end of the block."""
    telemetry = Telemetry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200, telemetry.metrics.encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            telemetry.sent.append((self.path, body))
            self._send(telemetry.status, b"{}")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    telemetry.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield telemetry
    finally:
        server.shutdown()
        server.server_close()
