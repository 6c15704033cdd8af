"""Authentication of requests: by a token, a token file, a user and a password, or a plugin."""

import base64
import threading
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from profiles_management.kubeflow.cluster.http import UNFIT, is_token
from profiles_management.kubeflow.cluster_errors import ClusterError, Forbidden, reason_of
from profiles_management.reconcile.clock import Clock

if TYPE_CHECKING:
    from profiles_management.kubeflow.cluster.kubeconfig.issued import Issued

# seconds, as client-go does: a token in a file is renewed long before it expires
_READ_AGAIN = 60.0


class Credential:
    """The value of the header Authorization; `stale` if it had expired when it was issued."""

    def __init__(self, authorization: str = "", *, stale: bool = False) -> None:
        self.authorization = authorization
        self.stale = stale


class Source:
    """A source of credentials, which threads share; here one that never changes."""

    def __init__(self, authorization: str) -> None:
        self._credential = Credential(authorization)

    def current(self) -> Credential:
        """Return what to send now."""
        return self._credential

    def renewed(self, refused: Credential) -> Credential:
        """Return what to send after a refusal (401): the same where there is nothing newer."""
        return refused


class TokenFile(Source):
    """A token in a file, which is read again every minute and after a refusal.

    Args:
        read: returns what is in the file.
        otherwise: the token that counts while the file cannot be read; empty for none.
    """

    def __init__(self, read: Callable[[], str], otherwise: str, clock: Clock) -> None:
        self._read = read
        self._otherwise = otherwise
        self._clock = clock
        self._lock = threading.Lock()
        self._credential = self._fresh()
        self._at = clock.monotonic()

    def current(self) -> Credential:
        """Return the token, read again where a minute has passed."""
        if self._clock.monotonic() - self._at < _READ_AGAIN:
            return self._credential
        return self._renew()

    def renewed(self, refused: Credential) -> Credential:
        """Return the current token of the file, which may still be the refused one."""
        renewed = self._renew()
        return refused if renewed.authorization == refused.authorization else renewed

    def _renew(self) -> Credential:
        with self._lock:
            self._at = self._clock.monotonic()
            try:
                fresh = self._fresh()
            except ClusterError:
                return self._credential  # the last token that was read, as for kubectl
            self._credential = fresh
            return fresh

    def _fresh(self) -> Credential:
        try:
            return Credential(bearer(self._read()))
        except ClusterError:
            if not self._otherwise:
                raise
            return Credential(bearer(self._otherwise))


class Issuer(Source):
    """A plugin. It runs at once, when its credentials expire, and once after a refusal.

    Threads share the result of a run; the plugin never runs twice at the same time.

    Args:
        run: runs the plugin.
        use: uses the printed credentials for new connections.
        clock: measures when credentials expire.
    """

    def __init__(
        self, run: Callable[[], "Issued"], use: Callable[["Issued"], None], clock: Clock
    ) -> None:
        self._run = run
        self._use = use
        self._clock = clock
        self._lock = threading.Lock()
        self._expires: datetime | None = None
        self._credential = self._issue()

    def current(self) -> Credential:
        """Return the credentials, issued again where they have expired."""
        with self._lock:
            expired = self._expires is not None and self._expires <= self._clock.now()
            # of a clock that is wrong, a second run is no help
            if expired and not self._credential.stale:
                self._credential = self._issue()
            return self._credential

    def renewed(self, refused: Credential) -> Credential:
        """Return credentials that are newer than the refused ones."""
        with self._lock:
            if self._credential is refused:
                self._credential = self._issue()
            return self._credential

    def _issue(self) -> Credential:
        issued = self._run()
        self._use(issued)
        self._expires = issued.expires
        stale = issued.expires is not None and issued.expires <= self._clock.now()
        return Credential(bearer(issued.token) if issued.token else "", stale=stale)


class Authorization(httpx2.Auth):
    """Authenticates the requests of a client, with a second try after a refusal.

    Attributes:
        namespace: the namespace of our pod, '' outside of a pod.
    """

    def __init__(self, source: Source, server_name: str, namespace: str = "") -> None:
        self.namespace = namespace
        self._source = source
        self._server_name = server_name

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send a request; once more where it is refused and there are newer credentials.

        Raises:
            ClusterError: a plugin fails.
            Forbidden: the credentials that a plugin printed had expired before.
        """
        if self._server_name:
            request.extensions["sni_hostname"] = self._server_name
        credential = self._source.current()
        response = yield self._prepared(request, credential)
        if response.status_code != httpx2.codes.UNAUTHORIZED:
            return
        newer = self._source.renewed(credential)
        if newer is not credential:
            response = yield self._prepared(request, newer)
        if response.status_code == httpx2.codes.UNAUTHORIZED and newer.stale:
            raise Forbidden(
                "The cluster does not accept the credentials, which had expired when the plugin "
                "printed them. "
                "Log in again, and check the clock of this machine."
            )

    @staticmethod
    def _prepared(request: httpx2.Request, credential: Credential) -> httpx2.Request:
        if credential.authorization:
            request.headers["Authorization"] = credential.authorization
        return request


def bearer(token: str) -> str:
    """Return a token as the header has it."""
    return f"Bearer {token}"


def basic(login: str) -> str:
    """Return `user:password` as the header has it."""
    return f"Basic {base64.b64encode(login.encode()).decode()}"


def token_in(path: Path, refusal: Callable[[str], ClusterError]) -> str:
    """Return the token in a file, without line ends.

    Raises:
        ClusterError: it cannot be read, or contains something else.
    """
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise refusal(f"cannot be read: {reason_of(error, 'it is not text')}.") from None
    if not token:
        raise refusal("names an empty file.")
    if not is_token(token):
        raise refusal(f"names a file that contains {UNFIT}.")
    return token
