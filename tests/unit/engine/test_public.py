"""What the library shows to the world: its names, and the sample with which it was asked for."""

import ops
import ops.testing

import profiles_management
from engine.build import document
from engine.looking import roles_in
from engine.world import World
from profiles_management import create_or_update_profiles
from profiles_management.pmr import classes
from profiles_management.reconcile.clock import Clock

PUBLIC = [
    "CHARMED",
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
    "create_or_update_profiles",
    "delete_stale_profiles",
    "export_pmr",
    "list_access",
    "list_stale_profiles",
    "open_target",
    "plan_deletion",
    "plan_profiles",
]


def test_the_public_names_are_these():
    assert profiles_management.__all__ == PUBLIC


def test_every_public_name_is_there_and_says_what_it_is():
    undocumented = [
        name
        for name in PUBLIC
        if not (isinstance(one := getattr(profiles_management, name), profiles_management.Settings | type(profiles_management.PRESETS)) or one.__doc__)
    ]

    assert not undocumented


def test_nothing_of_juju_is_needed():
    import subprocess
    import sys

    script = "import sys, profiles_management; sys.exit('ops' in sys.modules or 'typer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0


def test_every_error_is_one_tree():
    errors = [one for name in PUBLIC if isinstance(one := getattr(profiles_management, name), type) and issubclass(one, Exception)]

    assert all(issubclass(one, profiles_management.ProfilesError) for one in errors)
    assert len(errors) == 8
