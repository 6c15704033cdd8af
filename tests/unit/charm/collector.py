"""A collector on loopback for OTLP over HTTP, which keeps requests and answers as configured."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Collector:
    """`got` holds (path, decoded JSON) of each request; `answer` is the status of the next ones."""

    def __init__(self):
        self.got = []
        self.answer = 200
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/json"
                collector.got.append((self.path, json.loads(body)))
                self.send_response(collector.answer)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def metrics(self):
        """The value of each metric without labels, by name."""
        (body,) = (body for path, body in self.got if path == "/v1/metrics")
        (scope,) = body["resourceMetrics"][0]["scopeMetrics"]
        points = {one["name"]: one["gauge"]["dataPoints"] for one in scope["metrics"]}
        return {
            name: found[0]["asDouble"]
            for name, found in points.items()
            if not found[0]["attributes"]
        }

    @property
    def lines(self):
        """The severity and the text of each line of the log."""
        (body,) = (body for path, body in self.got if path == "/v1/logs")
        records = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        return [f"{one['severityText']} {one['body']['stringValue']}" for one in records]
