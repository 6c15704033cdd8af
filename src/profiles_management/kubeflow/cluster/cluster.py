"""A Kubernetes cluster as a target.

Concurrent lists, and writes that fail if the object changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightkube import Client
from lightkube.resources import core_v1

from profiles_management.kubeflow.cluster.api_errors import Asked, grant
from profiles_management.kubeflow.cluster.cluster_reading import ClusterReading
from profiles_management.kubeflow.cluster.cluster_writing import ClusterWriting
from profiles_management.kubeflow.cluster.conditions import holds
from profiles_management.kubeflow.cluster.http import Wire
from profiles_management.kubeflow.cluster_errors import ClusterError, Forbidden, MissingKind
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import UNSEEN_ROLES, Contents, Observed
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.plan import Condition, Write
from profiles_management.reconcile.retry import Retry

if TYPE_CHECKING:
    from profiles_management.kubeflow.target_description import TargetDescription

_OPTIONAL = (slim_classes.AuthorizationPolicy, slim_classes.Profile)  # in standalone mode
_SILENT_FOR = 60.0  # seconds; a controller that has just started needs less for a profile
_LOOKED_INTO = 8  # namespaces at once
_MOST_LOOKED_INTO = 50


class Cluster:
    """A cluster behind a lightkube Client, which threads share."""

    def __init__(self, client: Client, *, clock: Clock = SYSTEM, plan_only: bool = False) -> None:
        """Use a client; with `plan_only`, no permission to write is needed."""
        slim_classes.learn()
        self.client = client
        self._wire = Wire(client)
        self._reading = ClusterReading(self._wire, clock, plan_only=plan_only)
        self._writing = ClusterWriting(self._wire, self._reading, Retry(clock))

    @property
    def _settings(self) -> Settings:
        return self._reading.settings

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
        self._reading.settings = settings
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
                unseen = _unseen_roles(roles, self._reading.role_options)
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
        return self._reading.has_profiles()

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
        self._writing.send(write, deadline=deadline)

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
                self._reading.number(core_v1.Pod, namespace),
                self._reading.number(core_v1.ServiceAccount, namespace),
            )
        except ClusterError as error:
            return Contents(why=error.brief)

    def uids(self, kind: str) -> dict[str, str]:
        """Return the uid of each Profile or Namespace by its name, with one LIST.

        Raises:
            ClusterError: the list cannot be read.
        """
        part = self._reading.observed(slim_classes.BY_NAME[kind])
        marked = part.profiles if kind == "Profile" else part.namespaces
        return {name: stored.uid for name, stored in marked.items()}

    def everything(self, kind: type[Any], settings: Settings) -> tuple[list[Any], list[Problem]]:
        """Return all objects of a kind as they are, and the problems of reading them.

        Raises:
            ClusterError: the list cannot be read; Forbidden names the verb and resource that are
                not allowed.
        """
        self._reading.settings = settings
        return self._reading.everything(kind)

    def _gather(self, kind: type[Any]) -> Observer | None:
        """Read a kind; None where standalone mode does not need it and the cluster lacks it."""
        try:
            return self._reading.observed(kind)
        except MissingKind:
            if self._settings.standalone and kind in _OPTIONAL:
                return None
            raise

    def _missing(self, roles: Iterable[str]) -> list[str]:
        """Return the ClusterRoles that do not exist.

        Raises:
            Forbidden: the account may not read them.
        """
        return [role for role in roles if not self._reading.has_role(role)]

    def _met(self, kind: type[Any], conditions: Collection[Condition]) -> set[Condition]:
        """Return which conditions on objects of a kind hold now."""
        field, *others = {condition.target.name for condition in conditions}
        if others:
            field = ""
        part = self._reading.observed(kind, field)
        return {condition for condition in conditions if holds(condition, part)}


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
