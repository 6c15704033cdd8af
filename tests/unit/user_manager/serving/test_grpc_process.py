"""The gRPC server next to the HTTP server: which of them ends the other."""

import signal
import sys
import threading

import pytest

from user_manager.serving import grpc_process as processes
from user_manager.serving.grpc_process import grpc_process
from user_manager.serving.stop_signals import stop_signals


def replace_server(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(processes, "_COMMAND", (sys.executable, "-c", program))


def test_a_server_that_ends_by_itself_ends_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_server(monkeypatch, "")
    with stop_signals() as signals, grpc_process():
        assert signals.get(timeout=60) == signal.SIGTERM


def test_a_server_that_is_ended_sends_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_server(monkeypatch, "import signal; signal.pause()")
    with stop_signals() as signals:
        with grpc_process():
            pass
        for thread in threading.enumerate():
            if thread.name == "grpc-process":
                thread.join()
        assert signals.empty()
