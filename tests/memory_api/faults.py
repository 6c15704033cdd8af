"""Injectors: callables that stand between a request and the server.

A fault gets the request and `act`, which does it and returns the server's answer. It may answer by
itself without calling `act`, or call it and then break. All count under a lock, so that they hold
with 16 threads; none is random.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

import httpx2

from . import lists
from .requests import Request
from .status import Answer, Refusal, about, plain

Act = Callable[[], Answer]
Fault = Callable[[Request, Act], Answer]
Injury = Literal[
    "kill_before",
    "kill_after",
    "409",
    "422",
    "429",
    "500",
    "503",
    "reset_before",
    "reset_after",
    "cut_body",
]
INJURIES: tuple[Injury, ...] = (
    "kill_before", "kill_after", "409", "422", "429", "500", "503", "reset_before", "reset_after", "cut_body",
)  # fmt: skip


class Killed(BaseException):
    """The process died here. Every later request of the client dies as well."""


class Reset(httpx2.ReadError):
    """The connection breaks. A client in memory gets this error, one on a socket gets a reset."""


class CutBody(httpx2.RemoteProtocolError):
    """The connection breaks in the middle of an answer, whose header announces all of it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("peer closed connection without sending complete message body")
        self.answer = answer


class Counted:
    """Injures the n-th request (from 1) that matches `concerns`.

    `hits` tells how many it has injured, `injured` is the first of them.
    """

    def __init__(
        self, n: int, concerns: Callable[[Request], bool], injure: Fault, *, times: int = 1
    ) -> None:
        self._first, self._last = n, n + times - 1
        self._concerns, self._injure = concerns, injure
        self._lock = threading.Lock()
        self.seen = self.hits = 0
        self.injured: Request | None = None

    def __call__(self, request: Request, act: Act) -> Answer:
        if not self._concerns(request):
            return act()
        with self._lock:
            self.seen += 1
            due = self._first <= self.seen <= self._last
            self.hits += due
            if due and self.injured is None:
                self.injured = request
        return self._injure(request, act) if due else act()


class Death:
    """Kills the client before or after its n-th write, and at every later request."""

    def __init__(self, n: int, *, acted: bool) -> None:
        self._n, self._acted = n, acted
        self._lock = threading.Lock()
        self.seen = self.hits = 0
        self.injured: Request | None = None

    def __call__(self, request: Request, act: Act) -> Answer:
        with self._lock:
            if self.hits:
                raise Killed(f"dead before {request}")
            self.seen += request.writes
            if request.writes and self.seen == self._n:
                self.hits, self.injured = 1, request
                if self._acted:
                    act()
                raise Killed(f"died at {request}")
        return act()


def fail_nth_write(n: int, kind: Injury, *, times: int = 1) -> Counted | Death:
    """Return a fault that injures `times` writes, from the n-th (from 1) on.

    kill_before, kill_after: `Killed` in the client's thread, then for every later request. 409,
    422, 429 (Retry-After: 1), 500: the server's Status instead of acting. 503: plain text instead
    of acting. reset_before, reset_after: the connection breaks before or after the server acted.
    cut_body: the server acted, and its answer breaks off in the middle.
    """
    if kind in ("kill_before", "kill_after"):
        return Death(n, acted=kind == "kill_after")
    return Counted(n, lambda request: request.writes, _INJURIES[kind], times=times)


def once(injure: Fault, concerns: Callable[[Request], bool] = lambda request: True) -> Counted:
    """Return a fault that injures only the first request that matches `concerns`."""
    return Counted(1, concerns, injure)


def always(injure: Fault, concerns: Callable[[Request], bool] = lambda request: True) -> Fault:
    """Return a fault that injures every request that matches `concerns`."""
    return lambda request, act: injure(request, act) if concerns(request) else act()


def injury(kind: Injury) -> Fault:
    """Return an injury for `once`, `always` or `Counted`. The two kills are not available."""
    return _INJURIES[kind]


def forbid(
    verb: str, resource: str, *, user: str = "system:serviceaccount:kubeflow:profiles-management"
) -> Fault:
    """Return a fault that answers 403 like RBAC; `verb` and `resource` (plural) may be `*`."""

    def fault(request: Request, act: Act) -> Answer:
        if verb not in ("*", request.verb) or resource not in ("*", request.resource):
            return act()
        return _forbidden(request, user).answer()

    return fault


def gone_mid_list(page: int = 1, resource: str = "*", *, times: int = 1) -> Counted:
    """Return a fault: 410 Expired on the `page`-th request (from 1) that continues a list."""

    def concerns(request: Request) -> bool:
        return "continue" in request.query and resource in ("*", request.resource)

    def injure(request: Request, act: Act) -> Answer:
        return lists.expired(lists.read_token(request.query["continue"])[1]).answer()

    return Counted(page, concerns, injure, times=times)


class StaleList:
    """Answers lists from `old`, a clone taken earlier. Writes and gets use the present."""

    def __init__(
        self, old: Callable[[Request], Answer], resource: str = "*", *, times: int | None = None
    ) -> None:
        self._old, self._resource, self._left = old, resource, times
        self._lock = threading.Lock()

    def __call__(self, request: Request, act: Act) -> Answer:
        if request.verb != "list" or self._resource not in ("*", request.resource):
            return act()
        with self._lock:
            if self._left == 0:
                return act()
            self._left = None if self._left is None else self._left - 1
        return self._old(request)


def stale_list(old: object, resource: str = "*", *, times: int | None = None) -> StaleList:
    """Return a fault that answers lists from `old`, an earlier clone, at most `times` times."""
    return StaleList(old.handle, resource, times=times)  # type: ignore[attr-defined]


def _forbidden(request: Request, user: str) -> Refusal:
    where = (
        f'in the namespace "{request.namespace}"' if request.namespace else "at the cluster scope"
    )
    whole = f"{request.resource}.{request.group}" if request.group else request.resource
    named = f' "{request.name}"' if request.name else ""
    what = f'cannot {request.verb} resource "{request.resource}" in API group "{request.group}" {where}'
    words = f'{whole}{named} is forbidden: User "{user}" {what}'
    return Refusal(403, "Forbidden", words, about(request.resource, request.group, request.name))


def _said(code: int, reason: str, message: str, **headers: str) -> Fault:
    def fault(request: Request, act: Act) -> Answer:
        details: dict[str, object] = dict(about(request.resource, request.group, request.name))
        if "Retry-After" in headers:
            details["retryAfterSeconds"] = int(headers["Retry-After"])
        return Refusal(code, reason, message, details, headers=headers).answer()

    return fault


def _unavailable(request: Request, act: Act) -> Answer:
    return plain(503, "no healthy upstream\n")


def _reset_before(request: Request, act: Act) -> Answer:
    raise Reset("connection reset before the server acted")


def _reset_after(request: Request, act: Act) -> Answer:
    act()
    raise Reset("connection reset after the server acted")


def _cut_body(request: Request, act: Act) -> Answer:
    raise CutBody(act())


_MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)
_INJURIES: dict[str, Fault] = {
    "409": _said(409, "Conflict", f"Operation cannot be fulfilled: {_MODIFIED}"),
    "422": _said(422, "Invalid", "the server rejected our request due to an error in our request"),
    "429": _said(
        429, "TooManyRequests", "too many requests, please try again later", **{"Retry-After": "1"}
    ),
    "500": _said(500, "InternalError", "Internal error occurred: etcdserver: request timed out"),
    "503": _unavailable,
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "cut_body": _cut_body,
}
