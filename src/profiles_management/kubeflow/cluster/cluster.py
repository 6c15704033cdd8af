"""A Kubernetes cluster as a target.

Concurrent lists, and writes that fail if the object changed.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from lightkube import Client
from lightkube.core.resource import api_info
from lightkube.resources import core_v1

from profiles_management.kubeflow.cluster import pages, retry_revocation
from profiles_management.kubeflow.cluster.api_errors import Asked, Refused, answers, grant, judge
from profiles_management.kubeflow.cluster.conditions import holds
from profiles_management.kubeflow.cluster.counting import counted
from profiles_management.kubeflow.cluster.http import JSON, MERGE_PATCH, TooLarge, Wire, path
from profiles_management.kubeflow.cluster_errors import (
    ClusterAway,
    ClusterError,
    Forbidden,
    MissingKind,
)
from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import UNSEEN_ROLES, Contents, Observed
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.problems import Interrupted, Problem, Where
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.plan import Condition, ObjectRef, Write
from profiles_management.reconcile.retry import Passing, Retry
from profiles_management.reconcile.target_errors import WriteError

if TYPE_CHECKING:
    from profiles_management.kubeflow.target_description import TargetDescription

T = TypeVar("T")
_OPTIONAL = (slim_classes.AuthorizationPolicy, slim_classes.Profile)  # in standalone mode
_SILENT_FOR = 60.0  # seconds; a controller that has just started needs less for a profile
_LOOKED_INTO = 8  # namespaces at once
_MOST_LOOKED_INTO = 50

_GROUP_OF_PROFILES = "/apis/kubeflow.org/v1"
_FEWER = 8  # divides the number of objects of a page that is too large
_METHODS: Mapping[StrEnum, str] = {Verb.CREATE: "POST", Verb.PATCH: "PATCH", Verb.DELETE: "DELETE"}
_DELETION_TIMESTAMP = b'"deletionTimestamp"'
_CONTENT: Mapping[StrEnum, str] = {Verb.CREATE: JSON, Verb.PATCH: MERGE_PATCH, Verb.DELETE: JSON}


class Cluster:
    """A cluster behind a lightkube Client, which threads share."""

    def __init__(self, client: Client, *, clock: Clock = SYSTEM, plan_only: bool = False) -> None:
        """Use a client; with `plan_only`, no permission to write is needed."""
        slim_classes.learn()
        self.client = client
        self._wire = Wire(client)
        self._clock = clock
        self._retry = Retry(clock)
        # Reading changes nothing, so it fails soon: a user may be waiting for the message.
        self._reading = Retry(clock, attempts=4, longest=2.0)
        self._settings = Settings()
        self._plan_only = plan_only

    @property
    def description(self) -> "TargetDescription":
        """The cluster, as the client's configuration describes it."""
        # an event of the charm needs it only for an error
        from profiles_management.kubeflow.cluster.kubeconfig.client_description import (  # noqa: PLC0415
            described,
        )

        return described(self.client.config, acting_as=self._wire.acting_as)

    def observe(self, settings: Settings) -> Observed:
        """Read everything that planning uses.

        Sends one cluster-wide LIST for each kind, in pages of `settings.page_size` objects, all
        kinds at once, and one GET for each ClusterRole of contributors; no request for each
        profile. In standalone mode with Kubeflow, Profiles are read for their marks only.

        Raises:
            MissingKind: the cluster has no Profile or AuthorizationPolicy. In standalone mode
                neither is needed.
            Forbidden: a list is not allowed; the message names verb and resource.
            ClusterAway: there was no answer after several attempts.
            Interrupted: the program was asked to end.
        """
        self._settings = settings
        kinds = _observed_kinds(settings)
        roles = sorted(set(settings.cluster_roles.values()))
        with collector_paused(), ThreadPoolExecutor(len(kinds) + 2) as pool:
            missing = pool.submit(self._missing, roles)
            marks = pool.submit(self._profile_marks)
            lists = {kind: pool.submit(self._gather, kind) for kind in kinds}
            holds, parts = self._joined(lists)
            try:
                observed = parts.observed(holds, missing.result())
            except Forbidden:
                unseen = _unseen_roles(roles, self._role_options)
                observed = parts.observed(holds, unreadable=[unseen])
            profile_marks = marks.result()
        return replace(
            observed, own_namespace=self._wire.own_namespace, profile_marks=profile_marks
        )

    def _joined(
        self, lists: Mapping[type[Any], Future[Observer | None]]
    ) -> tuple[list[str], Observer]:
        """Return the kinds that the cluster has, and the objects of all lists."""
        holds, parts = [], Observer(self._settings)
        for kind, reading in lists.items():
            try:
                part = reading.result()
            except MissingKind:
                # If namespaces are missing too, this is not an API server, as their error says.
                lists[slim_classes.Namespace].result()
                raise
            if part is not None:
                holds.append(kind.__name__)
                parts.join(part)
        return holds, parts

    def has_profiles(self) -> bool:
        """Return whether Kubeflow's Profile CRD is installed.

        Uses discovery, which usually every account may read; otherwise it counts as not installed.
        """

        def once() -> bytes:
            with answers(Asked("read", "the API group of Profiles")):
                return self._wire.send("GET", _GROUP_OF_PROFILES)

        try:
            return pages.has_resource(self._try(once), api_info(slim_classes.Profile).plural)
        except (MissingKind, Forbidden):
            return False

    def _profile_marks(self) -> dict[str, str]:
        """Return the marks of Profiles by name, in standalone mode with Kubeflow."""
        if not self._settings.standalone or not self._settings.allow_kubeflow:
            return {}
        part = self._gather(slim_classes.Profile)
        if part is None:
            return {}
        return {name: profile.mark for name, profile in part.profiles.items()}

    def send(self, write: Write, *, deadline: float) -> None:
        """Execute a write, again if a failure can pass by itself.

        A creation of an existing object counts as done if an earlier attempt may have been executed
        and only its answer was lost. A deletion of a missing object counts as done.

        A write that ends access applies to the object as it is then, see Write.

        Raises:
            WriteError: it was refused; `conflict` where somebody else changed the object.
        """
        try:
            remains = self._sent(write, deadline)
        except WriteError as error:
            if write.ends is None or not error.conflict:
                raise
            remains = True
        if remains and write.ends is not None:
            retry_revocation.finish(write, self._object, lambda each: self._sent(each, deadline))

    def _object(self, target: ObjectRef) -> Observer:
        """Read an object again with a LIST of its namespace: the account may not use GET."""
        kind = slim_classes.BY_NAME[target.kind]
        return self._try(lambda: self._listed(kind, target.name, space=target.parent))

    def _sent(self, write: Write, deadline: float) -> bool:
        """Send a write, again if a failure can pass.

        Return whether a deleted object still exists.
        """
        maybe_done = False

        def once() -> bool:
            nonlocal maybe_done
            try:
                return self._write(write)
            except Passing as failure:
                maybe_done = maybe_done or failure.sent
                raise
            except Refused as refused:
                judge(refused, write, maybe_done=maybe_done)
                return False

        try:
            return self._retry(once, deadline=deadline)
        except Passing as failure:
            message = f"{failure}; it was retried until the deadline"
            raise WriteError(message, unanswered=True) from failure

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return the conditions that hold now, with one LIST for each kind."""
        met: set[Condition] = set()
        for kind in {condition.target.kind for condition in conditions}:
            mine = [condition for condition in conditions if condition.target.kind == kind]
            met |= self._met(slim_classes.BY_NAME[kind], mine)
        return frozenset(met)

    def overdue(
        self, awaited: Collection[Condition], left: Collection[Condition], seconds: float
    ) -> Collection[Problem]:
        """Return a warning where the profile controller made no profile ready in a long run."""
        if seconds < _SILENT_FOR:
            return ()
        # few runs need it
        from profiles_management.kubeflow.cluster import silent_controller  # noqa: PLC0415

        return tuple(silent_controller.problems(awaited, left, seconds))

    def contents(self, namespaces: Sequence[str]) -> dict[str, Contents]:
        """Return the numbers of pods and ServiceAccounts of namespaces.

        Sends two LISTs of one object for each namespace. A failure is part of the result.
        """
        with ThreadPoolExecutor(_LOOKED_INTO) as pool:
            contents = pool.map(self._contents, namespaces[:_MOST_LOOKED_INTO])
            return dict(zip(namespaces, contents, strict=False))

    def _contents(self, namespace: str) -> Contents:
        try:
            return Contents(
                self._number(core_v1.Pod, namespace),
                self._number(core_v1.ServiceAccount, namespace),
            )
        except ClusterError as error:
            return Contents(why=error.brief)

    def _number(self, kind: type[Any], namespace: str) -> int:
        """Return the number of objects of a kind in a namespace.

        A minimum if the server does not count.
        """

        def once() -> int:
            with self._answers("list", kind):
                content = self._wire.send("GET", path(kind, namespace, query={"limit": 1}))
                return counted(content)

        return self._try(once)

    def uids(self, kind: str) -> dict[str, str]:
        """Return the uid of each Profile or Namespace by its name, with one LIST.

        Raises:
            ClusterError: the list cannot be read.
        """
        part = self._read(slim_classes.BY_NAME[kind])
        marked = part.profiles if kind == "Profile" else part.namespaces
        return {name: stored.uid for name, stored in marked.items()}

    def everything(self, kind: type[Any], settings: Settings) -> tuple[list[Any], list[Problem]]:
        """Return all objects of a kind that is not observed, and the problems of reading them.

        Raises:
            ClusterError: the list cannot be read; Forbidden names the verb and resource that are
                not allowed.
        """
        self._settings = settings
        return self._try(lambda: self._everything(kind))

    def _answers(
        self, verb: str, kind: type[Any], *, writing: bool = False
    ) -> AbstractContextManager[None]:
        """Turn the errors of a request into those of the engine."""
        return answers(Asked(verb, api_info(kind).plural, self._role_options), writing=writing)

    @property
    def _role_options(self) -> tuple[str, ...]:
        """The options of the command `rbac` for the permissions that are needed here."""
        settings = self._settings
        roles = ",".join(f"{role}={name}" for role, name in (settings.roles or {}).items())
        given = {
            "--standalone": settings.standalone,
            "--allow-kubeflow": settings.standalone and settings.allow_kubeflow,
            f"--role {roles}": bool(roles),
            "--plan-only": self._plan_only,
        }
        return tuple(option for option, is_given in given.items() if is_given)

    # reading

    def _everything(self, kind: type[Any]) -> tuple[list[Any], list[Problem]]:
        objects: list[Any] = []
        unread: list[Problem] = []
        with self._answers("list", kind):
            for page in self._pages(kind):
                objects += page.objects
                unread += chain.from_iterable(page.problems.values())
        return objects, unread

    def _gather(self, kind: type[Any]) -> Observer | None:
        """Read a kind; None where standalone mode does not need it and the cluster lacks it."""
        try:
            return self._read(kind)
        except MissingKind:
            if self._settings.standalone and kind in _OPTIONAL:
                return None
            raise

    def _read(self, kind: type[Any], field: str = "") -> Observer:
        """Read all objects of a kind; a list that fails, or whose pages expire, starts again."""
        return self._try(lambda: self._listed(kind, field))

    def _listed(self, kind: type[Any], field: str, space: str = "") -> Observer:
        """Read the objects of a kind, page by page."""
        part = Observer(self._settings)
        with self._answers("list", kind):
            for page in self._pages(kind, field, space):
                part.add(page.objects)
                part.add_unread(page.problems)
        return part

    def _pages(self, kind: type[Any], field: str = "", space: str = "") -> Iterator[pages.Page]:
        query: dict[str, object] = {"limit": self._settings.page_size}
        if field:
            query["fieldSelector"] = f"metadata.name={field}"
        while True:
            page = self._page(kind, space, query)
            yield page
            if not page.more:
                return
            if self._clock.ending():
                raise Interrupted
            query["continue"] = page.more

    def _page(self, kind: type[Any], space: str, query: dict[str, object]) -> pages.Page:
        """Read a page; if it is too large, it and the following pages get fewer objects."""
        while True:
            try:
                return pages.read(self._wire.send("GET", path(kind, space, query=query)), kind)
            except TooLarge:
                if query["limit"] == 1:
                    raise
                query["limit"] = max(1, int(str(query["limit"])) // _FEWER)

    def _missing(self, roles: Iterable[str]) -> list[str]:
        """Return the ClusterRoles that do not exist.

        Raises:
            Forbidden: the account may not read them.
        """
        return [role for role in roles if not self._has_role(role)]

    def _has_role(self, name: str) -> bool:
        def once() -> bool:
            with self._answers("get", slim_classes.ClusterRole):
                self._wire.send("GET", path(slim_classes.ClusterRole, name=name))
            return True

        try:
            return self._try(once)
        except MissingKind:
            return False

    def _try(self, once: Callable[[], T]) -> T:
        try:
            return self._reading(
                once, deadline=self._clock.monotonic() + self._settings.request_timeout
            )
        except Passing as failure:
            raise ClusterAway(str(failure), remedy=failure.remedy) from failure

    def _met(self, kind: type[Any], conditions: Iterable[Condition]) -> set[Condition]:
        only = {condition.target.name for condition in conditions}
        part = self._read(kind, only.pop() if len(only) == 1 else "")
        return {condition for condition in conditions if holds(condition, part)}

    # writing

    def _write(self, write: Write) -> bool:
        """Send a write; return whether a finalizer keeps an object that it deletes."""
        kind, target = slim_classes.BY_NAME[write.target.kind], write.target
        creating, deleting = write.verb is Verb.CREATE, write.verb is Verb.DELETE
        name = "" if creating else target.name
        query = {"fieldManager": naming.MANAGER} if not deleting else None
        where = path(kind, target.parent, name, query)
        with self._answers(write.verb, kind, writing=True):
            answer = self._wire.send(
                _METHODS[write.verb], where, _body(write), _CONTENT[write.verb]
            )
        return deleting and _DELETION_TIMESTAMP in answer


def _observed_kinds(settings: Settings) -> list[type[Any]]:
    """Return the kinds that planning reads; in standalone mode without Profiles."""
    if not settings.standalone:
        return [*slim_classes.KINDS]
    return [kind for kind in slim_classes.KINDS if kind is not slim_classes.Profile]


def _unseen_roles(roles: Iterable[str], options: Collection[str]) -> Problem:
    """Return a warning that the ClusterRoles were not checked; planning assumes that they exist."""
    asked = Asked("get", "clusterroles", options)
    return Problem(
        code=UNSEEN_ROLES,
        what=f"not allowed to {asked}, so {', '.join(roles)} could not be checked",
        where=Where(path="ClusterRole"),
        remedy=grant(asked),
        names_nobody=True,
    )


def _body(write: Write) -> bytes:
    if write.verb is not Verb.DELETE:
        return write.body
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
    preconditions = {"resourceVersion": write.version, "uid": write.uid}
    if any(preconditions.values()):
        options["preconditions"] = {key: value for key, value in preconditions.items() if value}
    return json.dumps(options).encode()
