"""The public names of the library."""

import subprocess
import sys

import profiles_management
from profiles_management import ProfilesError, Settings

PUBLIC = [
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


def test_the_public_names_are_these():
    assert profiles_management.__all__ == PUBLIC


def test_every_public_name_is_there():
    assert not [name for name in PUBLIC if not hasattr(profiles_management, name)]


def test_every_public_function_and_class_says_what_it_is():
    things = [one for name in PUBLIC if callable(one := getattr(profiles_management, name))]

    assert not [one for one in things if not isinstance(one, Settings) and not one.__doc__]


def test_neither_juju_nor_a_terminal_is_needed():
    script = "import sys, profiles_management; sys.exit(any(one in sys.modules for one in ('ops', 'typer', 'rich')))"

    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script], check=False, env={"PYTHONPATH": ":".join(sys.path)}
    )

    assert done.returncode == 0


def test_every_error_belongs_to_one_tree():
    found = [getattr(profiles_management, name) for name in PUBLIC]
    errors = [one for one in found if isinstance(one, type) and issubclass(one, Exception)]

    assert len(errors) == 9
    assert all(issubclass(one, ProfilesError) for one in errors)
