"""One server and one credential: requests with retries, and lists page by page.

A read is repeated when there is no answer or a 5xx. A write is repeated only where it was not
carried out for sure, or where carrying it out twice does no harm (`is_repeatable`). Every other
write without an answer raises PuhuriAway with `unanswered`, and its sender finds out the rest.
"""

import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import islice
from typing import Final
from urllib.parse import urlencode

import httpx2
import msgspec

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.credentials import Credentials, Password, Token, is_token
from profiles_management.puhuri.client.errors import NotAllowed, PuhuriAway, PuhuriError
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.retry import Passing, Retry

PAGE_SIZE: Final = 100
"""Rows of a page. Up to 300 are answered, but the documents promise 100."""

AT_A_TIME: Final = 4
"""Requests at a time. One token is served no faster with eight: 53 a second, 57 with four."""

LARGEST: Final = 64 * 1024 * 1024
"""The most bytes of an answer, uncompressed."""

MOST_ROWS: Final = 10_000_000
"""The most rows of a list; a server that claims more is no portal."""

Params = Sequence[tuple[str, str]]

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_WAIT: Final = 60.0  # seconds that a server may ask for
_TOKEN_IS_OVER: Final = frozenset({"Token has expired.", "Invalid token."})


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        path: from `/api/` on, with the slash at its end: without it, a server redirects and loses
            the body.
        what: what it does, for messages, such as `create a project`.
        is_repeatable: whether carrying it out twice does no harm.
    """

    method: str
    path: str
    params: Params = ()
    body: object = None
    what: str = ""
    is_repeatable: bool = True


class Connection:
    """The connections to one server, which threads share.

    Args:
        url: the address of the server, such as https://puhuri.example.org; without `/api`.
        ca: a file of certificates in PEM to trust in place of the system's.
        timeout: seconds for one request.
        rate: the most requests a second, 0 for no limit of our own.

    Raises:
        PuhuriError: the URL or the CA cannot be used.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        clock: Clock,
        *,
        ca: str = "",
        timeout: float = 30.0,
        rate: float = 0.0,
    ) -> None:
        self.url = _checked(url)
        self.clock = clock
        self._credentials = credentials
        self._token = credentials.value if isinstance(credentials, Token) else ""
        self._login = threading.Lock()
        self._pace = _Pace(clock, rate)
        self._retry = Retry(clock)
        self._http = httpx2.Client(
            verify=_ssl_context(ca),
            timeout=timeout,
            headers={"Accept": "application/json", "Accept-Language": "en"},
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def send(self, request: Request, *, deadline: float) -> Answer:
        """Return the answer to a request, which is a success.

        Args:
            deadline: the reading of `clock.monotonic` after which nothing is sent again.

        Raises:
            PuhuriAway: there was no answer, or none that says what became of the request.
            PuhuriError: it was refused.
        """
        answer = self.ask(request, deadline=deadline)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise answer.error()
        return answer

    def ask(self, request: Request, *, deadline: float) -> Answer:
        """Return the answer to a request, a refusal too.

        Raises:
            PuhuriAway: there was no answer, or none that says what became of the request.
            NotAllowed: the token is not accepted.
        """
        token = self._known_token(deadline)
        answer = self._tried(request, token, deadline)
        if _is_over(answer) and isinstance(self._credentials, Password):
            answer = self._tried(request, self._next_token(token, deadline), deadline)
        if _is_over(answer):
            raise _refused_token(answer)
        return answer

    def pages(self, request: Request, *, deadline: float) -> Iterator[Answer]:
        """Yield the pages of a list in their order, up to four asked for at a time.

        A page that is gone when it is asked for, because rows were removed, is the end of the list.
        """
        first = self.send(_page(request, 1), deadline=deadline)
        yield first
        rest = (_page(request, number) for number in range(2, _pages_of(first) + 1))
        with ThreadPoolExecutor(AT_A_TIME, "puhuri-page") as pool:
            waiting = [
                pool.submit(self.ask, page, deadline=deadline) for page in islice(rest, AT_A_TIME)
            ]
            try:
                while waiting:
                    answer = waiting.pop(0).result()
                    if answer.status == HTTPStatus.NOT_FOUND:
                        return
                    if answer.status >= HTTPStatus.BAD_REQUEST:
                        raise answer.error()
                    waiting += [
                        pool.submit(self.ask, page, deadline=deadline) for page in islice(rest, 1)
                    ]
                    yield answer
            finally:
                for future in waiting:
                    future.cancel()

    # the token

    def _known_token(self, deadline: float) -> str:
        return self._token or self._next_token("", deadline)

    def _next_token(self, old: str, deadline: float) -> str:
        """Return a token other than one that is over; threads that ask at once get the same."""
        with self._login:
            if self._token == old:
                self._token = self._new_token(deadline)
            return self._token

    def _new_token(self, deadline: float) -> str:
        if not isinstance(self._credentials, Password):
            return self._token
        body = {"username": self._credentials.username, "password": self._credentials.password}
        request = Request("POST", "/api-auth/password/", body=body, what="log in")
        answer = self._tried(request, "", deadline)
        if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise NotAllowed(f"Log in: {answer.error()}", status=answer.status)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise answer.error()
        token = answer.read(_TokenAnswer).token
        if not is_token(token):
            raise answer.unreadable("the token does not fit in a header")
        return token

    # one request

    def _tried(self, request: Request, token: str, deadline: float) -> Answer:
        try:
            return self._retry(lambda: self._once(request, token), deadline=deadline)
        except Passing as failure:
            message = f"The portal did not {request.what or 'answer'}: {failure}."
            raise PuhuriAway(message, unanswered=failure.sent) from None

    def _once(self, request: Request, token: str) -> Answer:
        self._pace.wait()
        try:
            answer = self._answer(request, token)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Passing(_reason(error)) from None
        except httpx2.TransportError as error:
            raise _unknown(request, _reason(error)) from None
        return answer

    def _answer(self, request: Request, token: str) -> Answer:
        query = f"?{urlencode(request.params)}" if request.params else ""
        headers = {"Authorization": f"Token {token}"} if token else {}
        content = None if request.body is None else msgspec.json.encode(request.body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        address = f"{self.url}{request.path}{query}"
        with self._http.stream(
            request.method, address, content=content, headers=headers
        ) as response:
            return _read(request, response)


class _TokenAnswer(msgspec.Struct):
    token: str


class _Pace:
    """Keeps to a number of requests a second."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be sent."""
        if not self._interval:
            return
        with self._lock:
            now = self._clock.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        if start > now:
            self._clock.sleep(start - now)


def _read(request: Request, response: httpx2.Response) -> Answer:
    """Return an answer that says what became of a request.

    Raises:
        Passing: it does not, or the server asks to come again.
    """
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Passing("it gets too many requests", seconds=_requested_wait(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        why = f"it answered with status {status}"
        raise _unknown(request, why, status=status, seconds=_requested_wait(response))
    answer = Answer(
        status,
        _content(response),
        request.path,
        total=_number(response.headers.get("X-Result-Count", "")),
        allowed=frozenset(response.headers.get("Allow", "").replace(",", " ").split()),
    )
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise answer.unreadable("a redirect to another address")
    return answer


def _unknown(request: Request, why: str, *, status: int = 0, seconds: float = 0.0) -> Exception:
    """Return what is raised where a request may have been carried out."""
    if request.is_repeatable:
        return Passing(why, seconds=seconds, sent=request.method != "GET")
    message = f"The portal did not say whether it could {request.what}: {why}."
    return PuhuriAway(message, status=status, unanswered=True)


def _content(response: httpx2.Response) -> bytes:
    parts: list[bytes] = []
    left = LARGEST
    for part in response.iter_bytes():
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise PuhuriError(f"An answer of the portal has more than {LARGEST:,} bytes.")
    return b"".join(parts)


def _page(request: Request, number: int) -> Request:
    params = (*request.params, ("page_size", str(PAGE_SIZE)), ("page", str(number)))
    return replace(request, params=params)


def _pages_of(first: Answer) -> int:
    """Return how many pages a list has.

    Args:
        first: the first page.

    Raises:
        UnreadableAnswer: it claims more rows than any portal has.
    """
    total = first.total or 0
    if total > MOST_ROWS:
        raise first.unreadable(f"a list of {total:,} rows")
    return -(-total // PAGE_SIZE)


def _is_over(answer: Answer) -> bool:
    """Whether a token is not accepted: a 401 of the identity registry has other words."""
    return answer.status == HTTPStatus.UNAUTHORIZED and any(
        words in answer.content.decode(errors="replace") for words in _TOKEN_IS_OVER
    )


def _refused_token(answer: Answer) -> NotAllowed:
    remedy = "Get a new token from the portal."
    return NotAllowed(str(answer.error()), status=answer.status, remedy=remedy)


def _requested_wait(response: httpx2.Response) -> float:
    seconds = _number(response.headers.get("Retry-After", ""))
    return 0.0 if seconds is None else min(float(seconds), _MOST_WAIT)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004


def _reason(error: Exception) -> str:
    """Return why there was no answer, without the address, which may hold credentials."""
    if isinstance(error, httpx2.TimeoutException):
        return "it did not answer in time"
    return str(error).rstrip(".") or type(error).__name__


def _checked(url: str) -> str:
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise _not_an_address() from None
    is_loopback = address.scheme == "http" and address.host in _LOOPBACK
    is_safe = address.scheme == "https" or is_loopback
    if not is_safe or not address.host or address.query or address.fragment:
        raise _not_an_address()
    if address.userinfo:
        raise PuhuriError("The URL of the portal has a user or a password in it")
    return url.rstrip("/").removesuffix("/api")


def _not_an_address() -> PuhuriError:
    return PuhuriError(
        "The URL of the portal is not https://HOST, as in https://puhuri.example.org"
    )


def _ssl_context(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError, ValueError):
        raise PuhuriError(f"The CA cannot be read as certificates in PEM: {ca}") from None


def flat(params: Mapping[str, object]) -> Params:
    """Return parameters as pairs, without those that are None; a list is repeated."""
    return [(name, text) for name, value in params.items() for text in _values(value)]


def _values(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list | tuple | frozenset):
        return [str(part) for part in value]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
