"""Waiting for the message of an RPC, for a limited time.

A client needs no identity to begin an RPC and to send no message. So RPCs wait in threads that have
nothing else to do, and the workers get whole messages only.
"""

import threading
import time
from collections.abc import Iterator
from typing import Final

import grpc

LONGEST_WAIT: Final = 10.0  # seconds
_LOOK_EVERY: Final = 1.0


class Arrivals:
    """The RPCs that wait for their messages.

    Args:
        longest_wait: after these seconds an RPC without a message is cancelled.
    """

    def __init__(self, longest_wait: float = LONGEST_WAIT) -> None:
        self._longest_wait = longest_wait
        self._ends: dict[grpc.ServicerContext, float] = {}
        self._is_closed = threading.Event()

    def message(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        """Return the message of an RPC; without one the RPC is aborted."""
        self._ends[context] = time.monotonic() + self._longest_wait
        try:
            return next(messages)
        except (StopIteration, grpc.RpcError):  # the client sent none, or it is cancelled
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The RPC has no message.")
        finally:
            del self._ends[context]

    def start(self) -> None:
        """Begin to cancel RPCs that wait for too long."""
        threading.Thread(target=self._watch, name="arrivals", daemon=True).start()

    def close(self) -> None:
        """Cancel no more."""
        self._is_closed.set()

    def _watch(self) -> None:
        while not self._is_closed.wait(min(_LOOK_EVERY, self._longest_wait)):
            now = time.monotonic()
            for context, end in list(self._ends.items()):
                if end <= now:
                    context.cancel()  # type: ignore[no-untyped-call]
