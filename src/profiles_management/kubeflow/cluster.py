"""A Kubernetes cluster as a target, through lightkube: lists read at once, writes with what was read as their lock."""

import json
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NoReturn

import httpx2
import msgspec
from lightkube import Client
from lightkube.core.exceptions import ApiError, ConfigError
from lightkube.core.generic_client import BasicRequest

from profiles_management.kubeflow import names, slim
from profiles_management.kubeflow.gather import Gathering
from profiles_management.kubeflow.observed import Observed
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.target import WriteError
from profiles_management.pmr.problems import ClusterAway, ClusterError, Forbidden, MissingKind
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.plan import Condition, State, Verb, Write
from profiles_management.reconcile.retry import Passing, Retry

_LONGEST_MESSAGE = 300
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_MERGE = {"Content-Type": "application/merge-patch+json"}
_METHODS = {Verb.CREATE: "POST", Verb.PATCH: "PATCH", Verb.DELETE: "DELETE"}


class Cluster:
    """A cluster behind a lightkube Client, which threads share."""

    def __init__(self, client: Client, *, clock: Clock = SYSTEM) -> None:
        self.client = client
        self._clock = clock
        self._retry = Retry(clock.monotonic, clock.sleep)
        self._page_size = Settings().page_size
        self._patience = Settings().request_timeout

    def observe(self, settings: Settings) -> Observed:
        """Read all that planning looks at.

        Sends one cluster-wide LIST a kind, in pages of `settings.page_size` objects, all kinds at once, and one GET
        for each ClusterRole that contributors are bound to; never a request per profile.

        Raises:
            MissingKind: the cluster has no Profile or AuthorizationPolicy (in standalone mode neither is needed).
            Forbidden: a list is not allowed; the message names verb and resource.
            ClusterAway: no answer, although it was tried again.
        """
        self._page_size, self._patience = settings.page_size, settings.request_timeout
        kinds = [kind for kind in slim.KINDS if not (settings.standalone and kind is slim.Profile)]
        optional = {slim.AuthorizationPolicy} if settings.standalone else set()
        roles = sorted(set(settings.cluster_roles.values()))
        with ThreadPoolExecutor(len(kinds) + 1) as pool:
            missing = pool.submit(lambda: [role for role in roles if not self._has_role(role)])
            read = [pool.submit(self._gather, kind, optional) for kind in kinds]
            holds, parts = [], Gathering()
            for kind, part in zip(kinds, read, strict=True):
                found = part.result()
                if found is not None:
                    holds.append(kind.__name__)
                    parts.join(found)
            return parts.observed(holds, missing.result())

    def send(self, write: Write, *, deadline: float) -> None:
        """Carry a write out, again where it can pass by itself.

        A creation that finds the object there, or a deletion that finds it gone, is done if it may have been sent
        before and only the answer was lost. Deleting what is not there is always done.

        Raises:
            WriteError: it was refused; `conflict` where somebody else was quicker.
        """
        maybe_done = False

        def once(_: int) -> None:
            nonlocal maybe_done
            try:
                self._write(write)
            except Passing as failure:
                maybe_done = maybe_done or failure.sent
                raise
            except _Refused as refused:
                _judge(refused, write, maybe_done=maybe_done)

        try:
            self._retry(once, deadline=deadline)
        except Passing as failure:
            raise WriteError(f"{failure}; it was tried again until time or patience ran out") from failure

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return those that hold by now: one LIST for each kind of condition, never one for each profile."""
        found: set[Condition] = set()
        for kind in {condition.target.kind for condition in conditions}:
            mine = [condition for condition in conditions if condition.target.kind == kind]
            found |= self._met(slim.BY_NAME[kind], mine)
        return frozenset(found)

    # reading

    def _gather(self, kind: type[Any], optional: set[type[Any]]) -> Gathering | None:
        try:
            return self._read(kind)
        except MissingKind:
            if kind in optional:
                return None
            raise

    def _read(self, kind: type[Any], field: str = "") -> Gathering:
        """Read one kind whole; a list that breaks off, or whose pages grew too old, starts again."""
        space = {"namespace": "*"} if issubclass(kind, slim.NamespacedResourceG) else {}
        fields = {"metadata.name": field} if field else None

        def once(_: int) -> Gathering:
            part = Gathering()
            with _answers(f"list {kind._api_info.plural}", gone=MissingKind):
                part.add(self.client.list(kind, chunk_size=self._page_size, fields=fields, **space))
            return part

        return self._try(once)

    def _has_role(self, name: str) -> bool:
        """Whether a ClusterRole exists; where one may not ask, it is taken to exist."""

        def once(_: int) -> bool:
            with _answers("get clusterroles", gone=MissingKind):
                self.client.get(slim.ClusterRole, name)
            return True

        try:
            return self._try(once)
        except MissingKind:
            return False
        except Forbidden:
            return True

    def _try(self, once: Callable[[int], Any]) -> Any:  # noqa: ANN401 - whatever `once` returns
        try:
            return self._retry(once, deadline=self._clock.monotonic() + self._patience)
        except Passing as failure:
            raise ClusterAway(f"The cluster does not answer: {failure}. Nothing was written.") from failure

    def _met(self, kind: type[Any], conditions: Iterable[Condition]) -> set[Condition]:
        only = {condition.target.name for condition in conditions}
        part = self._read(kind, only.pop() if len(only) == 1 else "")
        return {condition for condition in conditions if _holds(condition, part)}

    # writing

    def _write(self, write: Write) -> None:
        info = slim.BY_NAME[write.target.kind]._api_info
        group = ("apis", info.resource.group) if info.resource.group else ("api",)
        space = ("namespaces", write.target.namespace) if write.target.namespace else ()
        name = () if write.verb is Verb.CREATE else (write.target.name,)
        request = BasicRequest(
            _METHODS[write.verb],
            "/".join((*group, info.resource.version, *space, info.plural, *name)),
            data=msgspec.Raw(_body(write)),
            headers=dict(_MERGE) if write.verb is Verb.PATCH else None,
            params={} if write.verb is Verb.DELETE else {"fieldManager": names.MANAGER},
        )
        # lightkube's public methods take no preconditions of a deletion and encode every body once more.
        api = self.client._client
        with _answers(f"{write.verb} {info.plural}", gone=_Gone):
            api.raise_for_status(api.send(api.build_adapter_request(request)))


class _Refused(Exception):  # noqa: N818 - carried inside this module only
    """A write was answered with a refusal that will not pass by itself."""

    def __init__(self, message: str, status: int, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class _Gone(_Refused):
    def __init__(self, message: str) -> None:
        super().__init__(message, 404)


def _judge(refused: _Refused, write: Write, *, maybe_done: bool) -> None:
    if write.verb is Verb.DELETE and refused.status == 404:
        return
    exists = refused.status == 409 and refused.reason == "AlreadyExists"
    if write.verb is Verb.CREATE and exists and maybe_done:
        return
    conflict = refused.status == 409 or (write.verb is Verb.PATCH and refused.status == 404)
    raise WriteError(_worded(refused, write), conflict=conflict) from refused


def _worded(refused: _Refused, write: Write) -> str:
    if refused.status == 409:
        return f"{write.target} was changed by somebody else meanwhile; the next run settles it"
    return str(refused)


def _body(write: Write) -> bytes:
    if write.verb is not Verb.DELETE:
        return write.body
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
    if write.version:
        options["preconditions"] = {"resourceVersion": write.version}
    return json.dumps(options).encode()


class _answers:  # noqa: N801 - reads as a clause: with _answers("list profiles")
    """Turns what can go wrong in a request into what the engine knows."""

    def __init__(self, doing: str, *, gone: type[MissingKind | _Gone]) -> None:
        self.doing = doing
        self.gone = gone

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx2.HTTPStatusError):
            self._status(error)
        elif isinstance(error, httpx2.HTTPError):
            sent = not isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout))
            raise Passing(f"{self.doing}: {error or type(error).__name__}", sent=sent) from error
        elif isinstance(error, ConfigError):
            raise ClusterError(f"The credentials cannot be used: {error}") from error
        elif isinstance(error, msgspec.DecodeError):
            raise Passing(f"{self.doing}: the answer cannot be read: {error}", sent=True) from error

    def _status(self, error: httpx2.HTTPStatusError) -> NoReturn:
        code, message, reason = error.response.status_code, _message(error), _reason(error)
        said = f"{self.doing}: {code} {message}"
        if code in _PASSING or (code == 410 and self.gone is MissingKind):
            raise Passing(said, seconds=_asked(error), sent=code != 429) from error
        if code in (401, 403) and not reason.startswith("Namespace"):
            raise self._forbidden(code, said) from error
        if code == 404 and reason in ("", "NotFound"):
            raise self.gone(f"{self.doing}: {message}" if self.gone is _Gone else _missing(self.doing)) from error
        if self.gone is _Gone:
            raise _Refused(said, code, reason) from error
        raise ClusterError(said) from error

    def _forbidden(self, code: int, said: str) -> Exception:
        if self.gone is _Gone:
            return _Refused(said, code)
        if code == 401:
            return Forbidden(f"The cluster does not accept the credentials ({said}). Log in again, or renew the token.")
        return Forbidden(f"Not allowed to {self.doing}: {said}. Grant that verb with a ClusterRole and try again.")


def _missing(doing: str) -> str:
    resource = doing.removeprefix("list ")
    return f"The cluster does not know {resource}. Install Kubeflow with Istio first, or use the standalone mode."


def _message(error: httpx2.HTTPStatusError) -> str:
    text = error.status.message if isinstance(error, ApiError) and error.status.message else error.response.text
    text = " ".join((text or error.response.reason_phrase).split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _reason(error: httpx2.HTTPStatusError) -> str:
    return (error.status.reason or "") if isinstance(error, ApiError) else ""


def _asked(error: httpx2.HTTPStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0


def _holds(condition: Condition, part: Gathering) -> bool:
    target = condition.target
    if condition.state is State.READY:
        space = part.namespaces.get(target.name)
        return space is not None and not space.deleting and space.owner == condition.value
    if condition.state is State.BOUND:
        bound = part.owner_bindings.get(target.namespace)
        return bound is not None and bound.subject is not None and bound.subject.name == condition.value
    return not part.has(target)
