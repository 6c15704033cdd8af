"""What planning a profile looks at, apart from its people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles_management.kubeflow.objects import canonical, compare, merge_patch
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import MarkedObject, Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import (
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
)
from profiles_management.pmr.limit_range import LimitRangeSpec
from profiles_management.reconcile.plan import FieldDiff, FieldKind, Phase

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document says of a profile's limits, keys and plugins, with its defaults.

    Attributes:
        quota: None where the document says nothing, and it is not managed.
        limits: {} for none.
        source: the source that defines the profile, '' where there is only one document.
    """

    quota: Spec | None
    limits: Spec
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    plugins: list[Spec]
    source: str = ""

    def sets(self) -> frozenset[str]:
        """Return the fields of a Profile's spec that the document sets.

        They are removed when it no longer does.
        """
        return frozenset(merge_patch.nonempty(resources=self.quota, plugins=self.plugins))


@dataclass(frozen=True, slots=True)
class ProfileContext:
    """One profile with everything that planning it looks at; `now` has a zone."""

    name: str
    wanted: Wanted
    state: ProfileState
    observed: Observed
    settings: Settings
    now: datetime

    @property
    def phase(self) -> Phase:
        """The phase of its limits and keys: that of its creation where it does not exist."""
        if self.state.profile is None and self.state.namespace is None:
            return Phase.GRANT
        return Phase.SHAPE

    def holds(self, kind: str) -> bool:
        """Return whether the target can hold objects of a kind."""
        return kind in self.observed.holds

    def source_fields(self, marked: MarkedObject) -> tuple[FieldDiff, ...]:
        """Return how the recorded source of a profile differs from the one that defines it."""
        return compare.texts(FieldKind.SOURCE, "source", marked.source, self.wanted.source)

    def mark_fields(self, marked: MarkedObject) -> tuple[FieldDiff, ...]:
        """Return how the mark of a profile differs, where it has to be set."""
        if not self.state.needs_mark:
            return ()
        return compare.texts(
            FieldKind.MANAGED_BY, "managed by", marked.mark, self.settings.instance
        )


def wanted_of(pmr: ProfilesManagementRepresentation, profile: Profile) -> Wanted:
    """Return what a document says of a profile, with its defaults."""
    return Wanted(
        _quota(pmr.resources_of(profile)),
        _limits(pmr.limit_range_of(profile)),
        pmr.labels_of(profile),
        profile.annotations,
        [plugin.to_spec() for plugin in profile.plugins],
        pmr.origins.profiles.get(profile.name, ""),
    )


def _limits(limits: LimitRangeSpec | None) -> Spec:
    if limits is None:
        return {}
    return canonical.limit_range(limits.to_spec())


def _quota(quota: ResourceQuotaSpecModel | None) -> Spec | None:
    """Return a quota as a Profile stores it, {} for one that limits nothing.

    Scopes alone make no ResourceQuota.
    """
    if quota is None:
        return None
    if not quota.hard:
        return {}
    return canonical.profile_quota(quota.to_spec())
