"""A Kubernetes API on loopback that accepts everything, or refuses everything."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Kubernetes:
    """What it got, and what it answers.

    Attributes:
        requests: (method, path, decoded body) of each request that changes something.
        labels: what the ConfigMap of the labels contains; None: there is none.
        refusal: the status of each answer; 0: success.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, object]]] = []
        self.labels: dict[str, str] | None = None
        self.refusal = 0
        self.url = ""

    def answer(self, method: str, path: str, body: dict[str, object]) -> tuple[int, object]:
        if self.refusal:
            return self.refusal, {"kind": "Status", "code": self.refusal, "message": "no"}
        if method == "GET" and self.labels is None:
            return 404, {"kind": "Status", "code": 404, "message": "not found"}
        if method == "GET":
            return 200, {
                "metadata": {"name": "labels"},
                "data": {"labels": json.dumps(self.labels)},
            }
        place = path.partition("?")[0].rpartition("/namespaces/")[2]
        self.requests.append((method, place, body))
        return 200, {
            "metadata": {"name": "x"},
            "spec": {"selector": {}, "serviceName": "x", "template": {}},
        }

    def write_config(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write a kubeconfig for it, and name it in the environment."""
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "only", "cluster": {"server": self.url}}],
            "users": [{"name": "only", "user": {}}],
            "contexts": [{"name": "only", "context": {"cluster": "only", "user": "only"}}],
            "current-context": "only",
        }
        path.write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(path))

    @property
    def patched(self) -> dict[str, object]:
        """The labels that the pods of the StatefulSet got last."""
        bodies = [body for _, path, body in self.requests if "statefulsets" in path]
        labels: dict[str, object] = bodies[-1]["spec"]["template"]["metadata"]["labels"]
        return labels


@contextmanager
def serving() -> Iterator[Kubernetes]:
    """Serve an API until the end of the block."""
    kubernetes = Kubernetes()

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.loads(content) if content else {}
            status, answer = kubernetes.answer(self.command, self.path, body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kubernetes.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield kubernetes
    finally:
        server.shutdown()
        server.server_close()
