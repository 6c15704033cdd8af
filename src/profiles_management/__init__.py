"""Kubeflow Profiles from one declarative document: who may do what, where, and how much of it."""

from profiles_management.kubeflow.engine import create_or_update_profiles, open_target, plan_profiles
from profiles_management.kubeflow.settings import CHARMED, PRESETS, UPSTREAM, Settings
from profiles_management.pmr.problems import (
    BrakeError,
    ClusterAway,
    ClusterError,
    DocumentError,
    Forbidden,
    MissingKind,
    Problem,
    ProfilesError,
    SettingsError,
)
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report

__all__ = [
    "CHARMED",
    "PRESETS",
    "UPSTREAM",
    "BrakeError",
    "ClusterAway",
    "ClusterError",
    "DocumentError",
    "Forbidden",
    "MissingKind",
    "Plan",
    "Problem",
    "ProfilesError",
    "Report",
    "Settings",
    "SettingsError",
    "create_or_update_profiles",
    "open_target",
    "plan_profiles",
]
