"""The engine under test on a real cluster: one installation with its own instance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lightkube import Client

from integration.cluster.waiting import wait_for
from profiles_management import (
    Export,
    Plan,
    Report,
    Settings,
    StaleProfile,
    create_or_update_profiles,
    delete_stale_profiles,
    export_pmr,
    list_stale_profiles,
    plan_profiles,
)
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.reconcile.plan import Write

_PENDING = 4


class Killed(BaseException):
    """The process ends here; nothing may catch it."""


class Dying(Cluster):
    """A cluster that kills its client at the write after a number of writes."""

    def __init__(self, client: Client, writes: int) -> None:
        super().__init__(client)
        self._left = writes

    def send(self, write: Write, *, deadline: float) -> None:
        if not self._left:
            raise Killed
        self._left -= 1
        super().send(write, deadline=deadline)


class Meddled(Cluster):
    """A cluster where somebody does something between our look at it and our first write."""

    def __init__(self, client: Client, meddle: Callable[[], object]) -> None:
        super().__init__(client)
        self._meddle: Callable[[], object] | None = meddle
        self._lock = threading.Lock()

    def send(self, write: Write, *, deadline: float) -> None:
        with self._lock:
            meddle, self._meddle = self._meddle, None
            if meddle is not None:
                meddle()
        super().send(write, deadline=deadline)


class Engine:
    """The library's functions for one cluster and instance; keyword arguments are settings.

    Args:
        through: whether the profile controller has nothing left to write of a profile.
    """

    def __init__(self, client: Client, settings: Settings, through: Callable[[str], bool]) -> None:
        self.client = client
        self.settings = settings
        self._through = through

    def apply(self, *profiles: Profile, **changed: Any) -> Report:
        return create_or_update_profiles(
            _document(profiles), target=self.client, settings=self.settings_with(**changed)
        )

    def apply_until_killed(self, *profiles: Profile, after: int, **changed: Any) -> bool:
        """Apply and die after some writes; return whether there were as many."""
        settings, target = (
            self.settings_with(**{**changed, "writers": 1}),
            Dying(self.client, after),
        )
        try:
            create_or_update_profiles(_document(profiles), target=target, settings=settings)
        except Killed:
            return True
        return False

    def plan(self, *profiles: Profile, **changed: Any) -> Plan:
        return plan_profiles(
            _document(profiles), target=self.client, settings=self.settings_with(**changed)
        )

    def stale(self, *profiles: Profile, **changed: Any) -> tuple[StaleProfile, ...]:
        return list_stale_profiles(
            _document(profiles), target=self.client, settings=self.settings_with(**changed)
        )

    def delete_stale(self, *profiles: Profile, keep_data: bool = False, **changed: Any) -> Report:
        settings = self.settings_with(**changed)
        return delete_stale_profiles(
            _document(profiles), target=self.client, settings=settings, keep_data=keep_data
        )

    def delete_until_killed(self, *, keep_data: bool, after: int) -> bool:
        """Delete stale profiles and die after some writes; return whether there were as many."""
        settings, target = replace(self.settings, writers=1), Dying(self.client, after)
        try:
            delete_stale_profiles(
                _document(()), target=target, settings=settings, keep_data=keep_data
            )
        except Killed:
            return True
        return False

    def export(self) -> Export:
        return export_pmr(target=self.client, settings=self.settings)

    def matches(self, *profiles: Profile, **changed: Any) -> bool:
        """Return whether a plan has nothing to do, nothing pending and nothing refused."""
        plan = self.plan(*profiles, **changed)
        return not (plan.changes or plan.pending or plan.refused)

    def settle(self, *profiles: Profile, **changed: Any) -> None:
        """Apply until no run is pending, then wait until the controller is done too."""
        wait_for(
            "a run that is through", lambda: self.apply(*profiles, **changed).exit_code != _PENDING
        )
        self.wait_until_it_matches(*profiles, **changed)
        for profile in profiles:
            wait_for(
                f"the controller to be through with {profile.name}",
                lambda name=profile.name: self._through(name),
            )

    def wait_until_it_matches(
        self, *profiles: Profile, seconds: float = 60.0, **changed: Any
    ) -> None:
        """Wait until the cluster is as a document wants it, without another run."""

        def left() -> str:
            plan = self.plan(*profiles, **changed)
            lines = [*plan.changes, *plan.pending, *plan.refused]
            return "\n".join(map(str, lines))

        wait_for(
            "an empty plan",
            lambda: self.matches(*profiles, **changed),
            seconds=seconds,
            instead=left,
        )

    def settings_with(self, **changed: Any) -> Settings:
        """Return the settings, some of them changed."""
        return replace(self.settings, **changed)


def _document(profiles: Iterable[Profile]) -> ProfilesManagementRepresentation:
    return ProfilesManagementRepresentation(list(profiles))
