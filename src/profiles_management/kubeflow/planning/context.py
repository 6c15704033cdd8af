"""What a document says of a profile beside its people, and the ground on which that is planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles_management.kubeflow.objects import canonical
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import MarkedObject, Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import (
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
)
from profiles_management.reconcile.plan import FieldDiff, Phase

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document says of a profile's shape, defaults included; None stands for "says nothing".

    `source` is the source that says so, '' for a document of its own.
    """

    quota: Spec | None
    limits: Spec | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    plugins: list[Spec]
    source: str = ""

    def sets(self) -> frozenset[str]:
        """The fields of a Profile's spec that the document sets, and that are taken back when it no longer does."""
        return frozenset(
            name for name, value in (("resources", self.quota), ("plugins", self.plugins)) if value
        )


@dataclass(frozen=True, slots=True)
class ProfileContext:
    """One profile with everything that planning its shape looks at; `now` has a zone."""

    name: str
    wanted: Wanted
    footing: ProfileState
    observed: Observed
    settings: Settings
    now: datetime

    @property
    def phase(self) -> Phase:
        """When it is shaped: with what makes it, where it is not there yet."""
        return Phase.SHAPE if self.footing.profile or self.footing.namespace else Phase.GRANT

    def holds(self, kind: str) -> bool:
        """Whether the target can hold objects of a kind."""
        return kind in self.observed.holds


def moved(ground: ProfileContext, seen: MarkedObject) -> tuple[FieldDiff, ...]:
    """Return how the source that a profile bears differs from the one that defines it now."""
    if seen.source == ground.wanted.source:
        return ()
    return (FieldDiff("source", seen.source or None, ground.wanted.source or None),)


def wanted_of(pmr: ProfilesManagementRepresentation, profile: Profile) -> Wanted:
    """Return what a document says of a profile's shape, with its defaults."""
    quota, limits = pmr.resources_of(profile), pmr.limit_range_of(profile)
    return Wanted(
        None if quota is None else _quota(quota),
        None if limits is None else canonical.limit_range(limits.to_spec()),
        pmr.labels_of(profile),
        profile.annotations,
        [plugin.to_spec() for plugin in profile.plugins],
        pmr.origins.profiles.get(profile.name, ""),
    )


def _quota(quota: ResourceQuotaSpecModel) -> Spec:
    """Return a quota as a Profile stores it; scopes of nothing make no ResourceQuota."""
    return canonical.profile_quota(quota.to_spec()) if quota.hard else {}
