"""The time of a request ends every wait of its connection."""

import socket
import ssl
from datetime import UTC, datetime

import httpcore2
import pytest

from profiles_management.reconcile.clock import Clock
from profiles_management.web_services.request_time import RequestTime


def test_a_connection_without_time_left_for_tls_is_closed():
    seconds = [0.0]
    clock = Clock(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: seconds[0], seconds.append)
    time = RequestTime(clock, 5.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        time.begin()
        connection = time.connect_tcp("127.0.0.1", server.getsockname()[1])
        seconds[0] = 6.0
        with pytest.raises(httpcore2.ConnectTimeout):
            connection.start_tls(ssl.create_default_context())

    assert connection.get_extra_info("socket").fileno() == -1
