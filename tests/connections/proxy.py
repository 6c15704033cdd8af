"""A proxy on loopback."""

import socket
import threading


class Proxy:
    """A proxy that leads every CONNECT to one port of loopback, or answers it with a code."""

    def __init__(self, port):
        self.port_behind = port
        self.code = 200
        self.reason = "Whatever"
        self.asked = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Accept nobody any more."""
        self._listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                client.close()
                return
            head += piece
        self.asked.append(head.decode())
        with client:
            client.sendall(
                f"HTTP/1.1 {self.code} {self.reason}\r\nContent-Length: 0\r\n\r\n".encode()
            )
            if self.code == 200:
                with socket.create_connection(("127.0.0.1", self.port_behind)) as behind:
                    back = threading.Thread(target=_pump, args=(behind, client), daemon=True)
                    back.start()
                    _pump(client, behind)
                    back.join()


def _pump(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return
