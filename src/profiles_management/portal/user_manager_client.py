"""The part of the User Manager's API that is for clusters: its document, and the answer to it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx2
import msgspec

from profiles_management.pmr.reading import LARGEST
from profiles_management.portal.user_manager_answers import Answer, Published
from profiles_management.portal.user_manager_errors import AnswerTooLarge, UserManagerError
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.retry import Passing, Retry
from profiles_management.web_services.http_client import check_certificate, http_client
from profiles_management.web_services.request_time import RequestTime
from profiles_management.web_services.server_words import without_secret
from profiles_management.web_services.service_responses import (
    NEVER_SENT,
    TooLarge,
    content,
    no_answer_reason,
    requested_wait,
)
from profiles_management.web_services.token import Token
from profiles_management.web_services.web_service import WebService

LARGEST_ANSWER: Final = 16 * 1024 * 1024
"""The most bytes of an answer that a User Manager takes."""

_SERVICE: Final = WebService("User Manager", UserManagerError)
_SECONDS: Final = 30.0  # for one request
_CHECK_PLACE: Final = "Check the URL of the User Manager and the network."


class UserManager:
    """A User Manager, as a cluster sees it. The caller closes it.

    Args:
        url: its address, as `service_url` returns it.
        ca: certificates in PEM to trust in place of the system's, None for those.

    Raises:
        UserManagerError: the CA or a proxy of the environment cannot be used.
    """

    def __init__(self, url: str, token: Token, clock: Clock, *, ca: str | None = None) -> None:
        self._url = url
        self._token = token
        self._retry = Retry(clock)
        self._time = RequestTime(clock, _SECONDS)
        self._http = http_client(_SERVICE, url, ca, self._time)

    def published(self, *, deadline: float) -> Published:
        """Return the document.

        Args:
            deadline: the reading of the clock's monotonic time after which nothing is sent again.

        Raises:
            UserManagerError: it cannot be read, or is not that of a User Manager.
        """
        return self._sent("GET", "/api/v1/pmr", "give its document", deadline=deadline).document()

    def send_answer(self, answer: Mapping[str, Any], *, deadline: float) -> None:
        """Send what became of a document.

        Args:
            answer: as `answer_data` returns it.
            deadline: as of `published`.

        Raises:
            AnswerTooLarge: it has more bytes than a User Manager takes; nothing was sent.
            UserManagerError: it was not taken.
        """
        body = msgspec.json.encode(answer)
        if len(body) > LARGEST_ANSWER:
            what = f"The answer to the User Manager has {len(body):,} bytes"
            raise AnswerTooLarge(
                f"{what}, and it takes {LARGEST_ANSWER:,}.",
                remedy="Open fewer profiles: the answer lists the people of each open profile.",
            )
        self._sent("PUT", "/api/v1/cluster", "take the answer", body, deadline=deadline)

    def _sent(
        self, method: str, path: str, what: str, body: bytes | None = None, *, deadline: float
    ) -> Answer:
        """Return the answer to a request, which is a success.

        A second time, both requests have the same effect: they are sent again without an answer.

        Args:
            what: what the User Manager should do, for messages.
        """
        try:
            answer = self._retry(lambda: self._once(method, path, body), deadline=deadline)
        except Passing as failure:
            raise UserManagerError(
                f"The User Manager did not {what}: {failure}.", remedy=failure.remedy
            ) from None
        answer.check(what, self._token)
        return answer

    def _once(self, method: str, path: str, body: bytes | None) -> Answer:
        self._time.begin()
        try:
            return self._answered(method, path, body)
        except httpx2.RequestError as error:
            check_certificate(_SERVICE, error)
            remedy = _CHECK_PLACE if isinstance(error, NEVER_SENT) else ""
            failure = Passing(no_answer_reason(error), remedy=remedy)
        raise failure  # outside of `except`, so that it does not keep the words of the library

    def _answered(self, method: str, path: str, body: bytes | None) -> Answer:
        """Return an answer that says what became of a request.

        Raises:
            Passing: it does not.
            httpx2.RequestError: there is none.
            UserManagerError: it is too large.
        """
        headers = {"Authorization": f"Bearer {self._token.value}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        address = f"{self._url}{path}"
        with self._http.stream(method, address, content=body, headers=headers) as response:
            status = response.status_code
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
                seconds = requested_wait(response)
                raise Passing(f"it answered with status {status}", seconds=seconds)
            try:
                received = content(response, LARGEST)
            except TooLarge:
                what = f"An answer of the User Manager has more than {LARGEST:,} bytes."
                raise UserManagerError(what) from None
            kind, tag = (response.headers.get(name, "") for name in ("Content-Type", "ETag"))
            return Answer(status, received, self._hidden(kind), tag)

    def _hidden(self, words: str) -> str:
        """Return words of the server without the token, should it repeat it."""
        return without_secret(words.encode(), self._token.value).decode()

    def close(self) -> None:
        """Close every connection."""
        self._http.close()
