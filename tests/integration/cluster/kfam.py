"""A process: the stand-in for KFAM, the dashboard's backend, over HTTP on loopback.

What it answers is memory_api's; here are its paths. Source: kubeflow/dashboard,
access-management/api/swagger.yaml.
"""

from __future__ import annotations

import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from integration.cluster.server import Server
from memory_api.controller import USERID_HEADER
from memory_api.kfam import Kfam, KfamError
from memory_api.status import Refusal

CLUSTER_ADMIN = "admin@kubeflow.org"
BINDINGS = "/kfam/v1/bindings"


class Answers(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    kfam: ClassVar[Kfam]

    def do_GET(self) -> None:
        """List the contributors that pass the filters."""
        asked = parse_qs(urlsplit(self.path).query)
        one = {name: asked[name][0] for name in ("namespace", "user", "role") if asked.get(name)}
        self._answer(lambda: {"bindings": [_entry(*found) for found in self.kfam.list(**one)]})

    def do_POST(self) -> None:
        """Add a contributor."""
        self._change(self.kfam.add)

    def do_DELETE(self) -> None:
        """Remove one."""
        self._change(self.kfam.delete)

    def _change(self, act: Any) -> None:
        given = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        user, role = given["user"], given["RoleRef"]["name"]
        who = self.headers.get(USERID_HEADER, "")
        by = None if who == CLUSTER_ADMIN else who
        self._answer(
            lambda: act(given["referredNamespace"], user["name"], role, kind=user["kind"], by=by)
        )

    def _answer(self, act: Any) -> None:
        if urlsplit(self.path).path != BINDINGS:
            self._send(404, b"404 page not found\n")
            return
        try:
            self._send(200, json.dumps(act() or {}).encode())
        except KfamError as error:
            self._send(error.code, str(error).encode())
        except Refusal as refusal:
            self._send(403, refusal.message.encode())

    def _send(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _entry(namespace: str, user: str, role: str, kind: str) -> dict[str, Any]:
    named = {"kind": "ClusterRole", "name": role}
    return {"user": {"kind": kind, "name": user}, "referredNamespace": namespace, "RoleRef": named}


def main() -> None:
    """Print the address and serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    given = parser.parse_args()
    Answers.kfam = Kfam(Server(given.kubeconfig))  # type: ignore[arg-type]
    with ThreadingHTTPServer(("127.0.0.1", given.port), Answers) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
