"""A cluster in memory with a profile controller, a clock that only sleeps move, and an engine."""

from dataclasses import replace
from datetime import UTC, datetime

from memory_api import MemoryApi, ProfileController
from profiles_management import Settings, create_or_update_profiles, plan_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.clock import Clock

BRAKE_OFF = Settings(allow_revocations=True)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Ticks:
    """A clock whose sleep takes no time: it calls `meanwhile` and returns."""

    def __init__(self, meanwhile=lambda: None):
        self.slept = 0.0
        self.meanwhile = meanwhile

    def sleep(self, seconds):
        self.slept += seconds
        self.meanwhile()

    @property
    def clock(self):
        return Clock(now=lambda: NOON, monotonic=lambda: self.slept, sleep=self.sleep)


class World:
    """One cluster and one instance of the engine.

    `apply` and `plan` are those of the library; keyword arguments are settings for this one call.
    With `slow`, the controller reconciles one Profile whenever the engine sleeps, and in no other
    moment.
    """

    def __init__(self, settings=BRAKE_OFF, *, api=None, slow=False):
        # The memory API always serves Profiles, as happenings want them.
        self.settings = (
            replace(settings, allow_kubeflow=True)
            if settings.standalone and api is None
            else settings
        )
        self.api = api or MemoryApi(objects=map(_cluster_role, settings.cluster_roles.values()))
        self.controller = None
        if not settings.standalone:
            self.controller = ProfileController(
                self.api, userid_prefix=settings.userid_prefix, manual=slow
            )
        self.ticks = Ticks(lambda: self.controller.run(1) if slow else None)
        self.foreign = []
        self.client = self.api.client()

    def apply(self, pmr, **changed):
        clock = self.ticks.clock
        settings = replace(self.settings, **changed)
        return create_or_update_profiles(
            pmr, target=Cluster(self.client, clock=clock), settings=settings, clock=clock
        )

    def plan(self, pmr, **changed):
        clock = self.ticks.clock
        settings = replace(self.settings, **changed)
        return plan_profiles(
            pmr, target=Cluster(self.client, clock=clock), settings=settings, clock=clock
        )

    def twin(self):
        """Return a separate world in the same state."""
        return World(self.settings, api=self.api.clone())

    def after(self, pmr, happenings=()):
        """Apply a document, then happenings, and return this world."""
        self.apply(pmr)
        for happening in happenings:
            happening(self)
        return self

    def foreign_objects(self):
        """Return every foreign object as a whole."""
        return {where: self.api.get(*where) for where in self.foreign}


def before(scenario):
    """Return a world in which a scenario begins."""
    world = World(scenario.settings)
    scenario.find(world.api)
    return world.after(scenario.before)


def _cluster_role(name):
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
    }
