"""The requests that read a cluster: lists page by page, again if a failure can pass."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, TypeVar

from lightkube.core.resource import api_info

from profiles_management.kubeflow.cluster import pages
from profiles_management.kubeflow.cluster.api_errors import Asked, answers
from profiles_management.kubeflow.cluster.counting import counted
from profiles_management.kubeflow.cluster.http import TooLarge, Wire, path
from profiles_management.kubeflow.cluster_errors import ClusterAway, Forbidden, MissingKind
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import Interrupted, Problem
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.plan import ObjectRef
from profiles_management.reconcile.retry import Passing, Retry

T = TypeVar("T")
_GROUP_OF_PROFILES = "/apis/kubeflow.org/v1"
_FEWER = 8  # divides the number of objects of a page that is too large


class ClusterReading:
    """Reads a cluster. Threads share it.

    Attributes:
        settings: the settings of the run: what is recognized, the size of pages, the time limit.
    """

    def __init__(self, wire: Wire, clock: Clock, *, plan_only: bool) -> None:
        self.settings = Settings()
        self._wire = wire
        self._clock = clock
        # Reading changes nothing, so it fails soon: a user may be waiting for the message.
        self._retry = Retry(clock, attempts=4, longest=2.0)
        self._plan_only = plan_only

    # errors

    def answers(
        self, verb: str, kind: type[Any], *, writing: bool = False
    ) -> AbstractContextManager[None]:
        """Turn the errors of a request into those of the engine."""
        return answers(Asked(verb, api_info(kind).plural, self.role_options), writing=writing)

    @property
    def role_options(self) -> tuple[str, ...]:
        """The options of the command `rbac` for the permissions that are needed here."""
        settings = self.settings
        roles = _roles_option(settings.roles)
        given = {
            "--standalone": settings.standalone,
            "--allow-kubeflow": settings.standalone and settings.allow_kubeflow,
            f"--role {roles}": bool(roles),
            "--plan-only": self._plan_only,
        }
        return tuple(filter(given.__getitem__, given))

    # lists

    def observed(self, kind: type[Any], field: str = "") -> Observer:
        """Read all objects of a kind; a list that fails, or whose pages expire, starts again.

        Args:
            kind: the kind.
            field: the name of the only object to read, '' for all.

        Raises:
            ClusterError: the list cannot be read.
        """
        return self._again(lambda: self._listed(kind, field))

    def one_object(self, target: ObjectRef) -> Observer:
        """Read an object with a LIST of its namespace: the account may not use GET."""
        kind = slim_classes.BY_NAME[target.kind]
        return self._again(lambda: self._listed(kind, target.name, space=target.parent))

    def everything(self, kind: type[Any]) -> tuple[list[Any], list[Problem]]:
        """Return all objects of a kind as they are, and the problems of reading them."""
        return self._again(lambda: self._everything(kind))

    def number(self, kind: type[Any], namespace: str) -> int:
        """Return the number of objects of a kind in a namespace.

        A minimum if the server does not count.
        """

        def once() -> int:
            with self.answers("list", kind):
                return counted(self._wire.send("GET", path(kind, namespace, query={"limit": 1})))

        return self._again(once)

    def has_role(self, name: str) -> bool:
        """Return whether a ClusterRole exists.

        Raises:
            Forbidden: the account may not read it.
        """

        def once() -> bytes:
            with self.answers("get", slim_classes.ClusterRole):
                return self._wire.send("GET", path(slim_classes.ClusterRole, name=name))

        try:
            self._again(once)
        except MissingKind:
            return False
        return True

    def has_profiles(self) -> bool:
        """Return whether Kubeflow's Profile CRD is installed.

        Uses discovery, which usually every account may read; otherwise it counts as not installed.
        """

        def once() -> bytes:
            with answers(Asked("read", "the API group of Profiles")):
                return self._wire.send("GET", _GROUP_OF_PROFILES)

        try:
            group = self._again(once)
        except (MissingKind, Forbidden):
            return False
        return pages.has_resource(group, api_info(slim_classes.Profile).plural)

    def _again(self, once: Callable[[], T]) -> T:
        """Send requests, again if a failure can pass, until the time limit of the settings."""
        deadline = self._clock.monotonic() + self.settings.request_timeout
        try:
            return self._retry(once, deadline=deadline)
        except Passing as failure:
            raise ClusterAway(str(failure), remedy=failure.remedy) from failure

    def _everything(self, kind: type[Any]) -> tuple[list[Any], list[Problem]]:
        objects: list[Any] = []
        unread: list[Problem] = []
        with self.answers("list", kind):
            for page in self._pages(kind):
                objects += page.objects
                unread += chain.from_iterable(page.problems.values())
        return objects, unread

    def _listed(self, kind: type[Any], field: str, space: str = "") -> Observer:
        """Read the objects of a kind, page by page."""
        part = Observer(self.settings)
        with self.answers("list", kind):
            for page in self._pages(kind, field, space):
                part.add(page.objects)
                part.add_unread(page.problems)
        return part

    def _pages(self, kind: type[Any], field: str = "", space: str = "") -> Iterator[pages.Page]:
        query: dict[str, object] = {"limit": self.settings.page_size}
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


def _roles_option(roles: Mapping[str, str] | None) -> str:
    """Return the value of `--role`, '' for the usual ClusterRoles."""
    if roles is None:
        return ""
    return ",".join(f"{role}={name}" for role, name in roles.items())
