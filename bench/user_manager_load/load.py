"""The load: sixteen requests in flight, from a process of its own.

Prints one JSON object. The file has one request a line, `[method, path, headers, body]`, which the
sixteen threads share; for gRPC, a line is `[user_id]`.

Examples:
    python -m user_manager_load.load http 8000 FILE
    python -m user_manager_load.load grpc 50051 FILE
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from typing import Any

import grpc

from user_manager.rpc.user_manager_pb2 import GetUserRequest
from user_manager.rpc.user_manager_pb2_grpc import UserManagerStub

IN_FLIGHT = 16


def http_sender(port: int) -> Callable[[list[Any]], int]:
    """Return a function that sends a request over its thread's connection."""
    mine = local()

    def send(request: list[Any]) -> int:
        if not hasattr(mine, "connection"):
            mine.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        method, path, headers, body = request
        mine.connection.request(method, path, body, headers)
        response = mine.connection.getresponse()
        response.read()
        return response.status

    return send


def grpc_sender(port: int) -> Callable[[list[Any]], int]:
    """Return a function that calls GetUser."""
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    grpc.channel_ready_future(channel).result(timeout=60)
    stub = UserManagerStub(channel)

    def send(request: list[Any]) -> int:
        (person,) = request
        stub.GetUser(GetUserRequest(id=person), metadata=[("kubeflow-userid", person)])
        return 200

    return send


def run(send: Callable[[list[Any]], int], requests: list[list[Any]]) -> dict[str, Any]:
    """Send the requests and return the latencies in seconds, the time and the statuses."""

    def timed(request: list[Any]) -> tuple[float, int]:
        began = time.perf_counter()
        status = send(request)
        return time.perf_counter() - began, status

    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        first = min(2 * IN_FLIGHT, len(requests) // 2)
        list(threads.map(timed, requests[:first]))  # connections, caches
        began = time.perf_counter()
        answers = list(threads.map(timed, requests[first:]))
        seconds = time.perf_counter() - began
    latencies = sorted(latency for latency, _ in answers)
    return {
        "rate": len(answers) / seconds,
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[len(latencies) * 99 // 100],
        "count": len(answers),
        "statuses": sorted({status for _, status in answers}),
    }


def main(protocol: str, port: int, file: str) -> None:
    """Send the requests of a file."""
    lines = Path(file).read_text().splitlines()
    requests = [json.loads(line) for line in lines]
    sender = {"http": http_sender, "grpc": grpc_sender}[protocol]
    print(json.dumps(run(sender(port), requests)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
