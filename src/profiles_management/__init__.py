"""Kubeflow Profiles from one declarative document: who may do what, where, and how much of it."""

from importlib import import_module
from typing import TYPE_CHECKING

from profiles_management.kubeflow.cluster_errors import (
    ClusterAway,
    ClusterError,
    Forbidden,
    MissingKind,
)
from profiles_management.kubeflow.engine import (
    apply_plan,
    create_or_update_profiles,
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_deletion,
    plan_profiles,
)
from profiles_management.kubeflow.settings import CHARMED, DETECTED, PRESETS, UPSTREAM, Settings
from profiles_management.kubeflow.targets import open_target
from profiles_management.pmr.problems import (
    BrakeError,
    DocumentError,
    Problem,
    ProfilesError,
    SettingsError,
    StoppedError,
)
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report

if TYPE_CHECKING:
    from profiles_management.kubeflow.access.role_assignments import AccessEntry
    from profiles_management.kubeflow.planning.stale import StaleProfile
    from profiles_management.pmr.exported_document import Export

__all__ = [
    "CHARMED",
    "DETECTED",
    "PRESETS",
    "UPSTREAM",
    "AccessEntry",
    "BrakeError",
    "ClusterAway",
    "ClusterError",
    "DocumentError",
    "Export",
    "Forbidden",
    "MissingKind",
    "Plan",
    "Problem",
    "ProfilesError",
    "Report",
    "Settings",
    "SettingsError",
    "StaleProfile",
    "StoppedError",
    "apply_plan",
    "create_or_update_profiles",
    "delete_stale_profiles",
    "export_pmr",
    "list_access",
    "list_stale_profiles",
    "open_target",
    "plan_deletion",
    "plan_profiles",
]

_LOADED_WHEN_NAMED = {
    "AccessEntry": "profiles_management.kubeflow.access.role_assignments",
    "Export": "profiles_management.kubeflow.export.exporting",
    "StaleProfile": "profiles_management.kubeflow.planning.stale",
}
"""Results that a run does not have: an event of the charm does without their modules."""


def __getattr__(name: str) -> object:
    """Load a public name when it is used."""
    if name not in _LOADED_WHEN_NAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LOADED_WHEN_NAMED[name]), name)
