"""An HTTP server that says nothing where a client gives up on an answer."""

import ssl
import sys
from http.server import ThreadingHTTPServer


class QuietServer(ThreadingHTTPServer):
    """Closes its threads with the process; a connection that breaks is no fault of it."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)
