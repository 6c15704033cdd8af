"""One server and one credential: requests with retries, and lists page by page.

A read is repeated when there is no answer or a 5xx. A write is repeated only where it was not
carried out for sure, or where carrying it out twice does no harm (`is_repeatable`). Every other
write without an answer raises PuhuriAway with `unanswered`, and its sender finds out the rest.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from itertools import islice
from typing import Final
from urllib.parse import urlencode

import httpx2
import msgspec

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.credentials import Credentials, Password
from profiles_management.puhuri.client.errors import NotAllowed, PuhuriAway, PuhuriError
from profiles_management.puhuri.client.portal_request import Request
from profiles_management.puhuri.client.portal_responses import (
    answer_of,
    check_answered,
    no_answer,
)
from profiles_management.puhuri.client.portal_url import portal_url
from profiles_management.puhuri.client.request_pace import RequestPace
from profiles_management.puhuri.client.token_keeper import TokenKeeper
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.retry import Passing, Retry
from profiles_management.web_services.http_client import check_certificate, http_client
from profiles_management.web_services.request_time import RequestTime
from profiles_management.web_services.service_responses import TooLarge, content
from profiles_management.web_services.token import is_token
from profiles_management.web_services.web_service import WebService

PAGE_SIZE: Final = 100
"""Rows of a page. Up to 300 are answered, but the documents promise 100."""

AT_A_TIME: Final = 4
"""Requests at a time. One token is served no faster with eight: 53 a second, 57 with four."""

LARGEST: Final = 64 * 1024 * 1024
"""The most bytes of an answer, uncompressed."""

MOST_ROWS: Final = 10_000_000
"""The most rows of a list; a server that claims more is not a portal."""

_PORTAL: Final = WebService("portal", PuhuriError)
_EXPIRED: Final = frozenset({"Token has expired.", "Invalid token."})


class Connection:
    """The connections to one server, which threads share.

    Args:
        url: the address of the server, such as https://puhuri.example.org; without `/api`.
        ca: certificates in PEM to trust in place of the system's, None for those.
        timeout: seconds that one request may take, whatever arrives meanwhile.
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
        ca: str | None = None,
        timeout: float = 30.0,
        rate: float = 0.0,
    ) -> None:
        try:
            self.url = portal_url(url)
        except ValueError as error:
            raise PuhuriError(f"The URL of the portal {error}.") from None
        self.clock = clock
        self._tokens = TokenKeeper(credentials)
        self._pace = RequestPace(clock, rate)
        self._retry = Retry(clock)
        self._time = RequestTime(clock, timeout)
        self._http = http_client(_PORTAL, self.url, ca, self._time)

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

        def log_in(password: Password) -> str:
            return self._new_token(password, deadline)

        token = self._tokens.token(log_in)
        answer = self._tried(request, token, deadline)
        if _is_over(answer) and self._tokens.can_renew:
            answer = self._tried(request, self._tokens.token_after(token, log_in), deadline)
        if _is_over(answer):
            raise _refused_token(answer)
        return answer

    def pages(self, request: Request, *, deadline: Callable[[], float]) -> Iterator[Answer]:
        """Yield the pages of a list in their order, up to four asked for at a time.

        A page that is gone when it is asked for, because rows were removed, is the end of the list.

        Args:
            deadline: returns the deadline of a page that is asked for now. A long list may take
                longer than one request is tried.
        """
        first = self.send(_page(request, 1), deadline=deadline())
        yield first
        rest = (_page(request, number) for number in range(2, _pages_of(first) + 1))
        with ThreadPoolExecutor(AT_A_TIME, "puhuri-page") as pool:
            waiting = [
                pool.submit(self.ask, page, deadline=deadline()) for page in islice(rest, AT_A_TIME)
            ]
            try:
                while waiting:
                    answer = waiting.pop(0).result()
                    if answer.status == HTTPStatus.NOT_FOUND:
                        return
                    if answer.status >= HTTPStatus.BAD_REQUEST:
                        raise answer.error()
                    waiting += [
                        pool.submit(self.ask, page, deadline=deadline()) for page in islice(rest, 1)
                    ]
                    yield answer
            finally:
                for future in waiting:
                    future.cancel()

    def _new_token(self, password: Password, deadline: float) -> str:
        body = {"username": password.username, "password": password.password}
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

    def _tried(self, request: Request, token: str, deadline: float) -> Answer:
        may_be_done = False

        def attempt() -> Answer:
            nonlocal may_be_done
            try:
                return self._once(request, token)
            except Passing as failure:
                may_be_done |= failure.sent
                raise

        try:
            return self._retry(attempt, deadline=deadline)
        except Passing as failure:
            message = f"The portal did not {request.what or 'answer'}: {failure}."
            raise PuhuriAway(message, unanswered=may_be_done, remedy=failure.remedy) from None

    def _once(self, request: Request, token: str) -> Answer:
        self._pace.wait()
        try:
            answer = self._answer(request, token)
        except httpx2.RequestError as error:
            check_certificate(_PORTAL, error)
            failure = no_answer(request, error)
        else:
            if answer.status < HTTPStatus.BAD_REQUEST:
                return answer  # data, in which a word may be somebody's password
            return replace(answer, content=self._tokens.without_secrets(answer.content))
        raise failure  # outside of `except`, so that it does not keep the words of the library

    def _answer(self, request: Request, token: str) -> Answer:
        query = f"?{urlencode(request.params)}" if request.params else ""
        headers = {"Authorization": f"Token {token}"} if token else {}
        content = None if request.body is None else msgspec.json.encode(request.body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        address = f"{self.url}{request.path}{query}"
        self._time.begin()
        with self._http.stream(
            request.method, address, content=content, headers=headers
        ) as response:
            check_answered(request, response)
            return answer_of(request, response, _content(response))


def _content(response: httpx2.Response) -> bytes:
    """Return the bytes of an answer; see `content`.

    Raises:
        PuhuriError: it is too large.
    """
    try:
        return content(response, LARGEST)
    except TooLarge:
        raise PuhuriError(f"An answer of the portal has more than {LARGEST:,} bytes.") from None


class _TokenAnswer(msgspec.Struct):
    token: str


def _page(request: Request, number: int) -> Request:
    params = (*request.params, ("page_size", str(PAGE_SIZE)), ("page", str(number)))
    return replace(request, params=params)


def _pages_of(first: Answer) -> int:
    """Return how many pages a list has.

    Args:
        first: the first page.

    Raises:
        UnreadableAnswer: it does not say how many rows there are, or says an absurd number.
    """
    if first.total is None:
        raise first.unreadable("a list without its number of rows")
    if first.total > MOST_ROWS:
        raise first.unreadable(f"a list of {first.total:,} rows")
    return -(-first.total // PAGE_SIZE)


def _is_over(answer: Answer) -> bool:
    """Whether a token is not accepted: a 401 of the identity registry has other words."""
    return answer.status == HTTPStatus.UNAUTHORIZED and any(
        words in answer.content.decode(errors="replace") for words in _EXPIRED
    )


def _refused_token(answer: Answer) -> NotAllowed:
    remedy = "Get a new token from the portal."
    brief = "The portal does not accept the token"
    return NotAllowed(str(answer.error()), status=answer.status, remedy=remedy, brief=brief)
