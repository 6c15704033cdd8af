"""Telling the charm at once that accesses changed: a custom notice of Pebble.

Pebble, which starts the service under Juju, names its socket in PEBBLE_SOCKET. Elsewhere there is
none, and the cluster asks for the document from time to time.
"""

import json
import logging
import os
import socket
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, Thread

KEY = "profiles-management.io/user-manager-changed"
VARIABLE = "PEBBLE_SOCKET"
_TIMEOUT = 5.0  # seconds
_HEADERS = {"Content-Type": "application/json"}

_log = logging.getLogger(__name__)


class _PebbleConnection(HTTPConnection):
    """A connection over Pebble's socket."""

    def __init__(self, path: str) -> None:
        super().__init__("pebble", timeout=_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_TIMEOUT)
        self.sock.connect(self._path)


@dataclass(slots=True)
class PebbleNotice:
    """Sends notices from a thread of its own, so that no decision waits for it.

    Several changes while one notice is sent become one more notice.

    Attributes:
        path: Pebble's socket.
    """

    path: str
    _changed: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _process: int = 0

    def accesses_changed(self, **_: object) -> None:
        """Send a notice soon. This is a receiver of `services.transaction.accesses_changed`."""
        self._changed.set()
        with self._lock:
            # a thread does not survive the fork that makes the server's workers
            if self._process != os.getpid():
                self._process = os.getpid()
                Thread(target=self._run, name="pebble-notice", daemon=True).start()

    def _run(self) -> None:
        while self._changed.wait():
            self._changed.clear()
            self.send()

    def send(self) -> None:
        """Send one notice. One that fails is logged: the charm asks again at update-status."""
        body = json.dumps({"action": "add", "type": "custom", "key": KEY})
        try:
            with closing(_PebbleConnection(self.path)) as connection:
                connection.request("POST", "/v1/notices", body, _HEADERS)
                status = connection.getresponse().status
        except (HTTPException, OSError) as error:
            _log.warning("The notice for the charm was not sent: %s", type(error).__name__)
            return
        if status != HTTPStatus.OK:
            _log.warning("Pebble refused the notice for the charm: HTTP status %s", status)
