"""The packed charm of the User Manager: what is in it, and that it starts."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from packed import charm_file
from packed.unit import Unit

APP = "user-manager"


@pytest.fixture(scope="module")
def portal_charm() -> Iterator[Path]:
    """The unpacked charm."""
    with tempfile.TemporaryDirectory(prefix="charm-") as folder:
        Path(folder).chmod(0o755)
        yield charm_file.unpacked(charm_file.packed(APP), Path(folder))


@pytest.fixture
def portal_unit(portal_charm: Path, home: Path) -> Unit:
    """A unit, the leader, whose container does not answer."""
    return Unit(home, portal_charm, {}, app=APP)


def test_it_has_its_own_code_and_nothing_of_the_first_charm_or_of_the_workload(portal_charm):
    names = {path.name for path in (portal_charm / "src").iterdir()} - {"__pycache__"}

    assert names == {"charm.py", "prometheus_alert_rules", "user_manager_charm"}
    assert (portal_charm / "LICENSE").is_file()
    assert (portal_charm / "icon.svg").is_file()
    assert not (portal_charm / "tests").exists()


@pytest.mark.parametrize("hook", ["install", "config-changed", "leader-elected", "update-status"])
def test_it_starts_and_waits_for_the_container(portal_unit, hook):
    done = portal_unit.see(hook)

    assert done.exit_code == 0
    if hook != "install":
        assert done.status == "waiting: waiting for Pebble in the container"


def test_the_secret_key_is_in_a_secret_and_in_no_log(portal_unit):
    done = portal_unit.see("config-changed")

    (secret,) = portal_unit.secrets.values()
    assert secret["label"] == "secret-key"
    assert secret["content"]["secret-key"] not in str([done.logged, done.stderr])


def test_every_module_is_compiled_for_any_time_of_its_source(portal_charm):
    """Juju gives every file the time at which it is unpacked."""
    compiled = list((portal_charm / "src").rglob("*.pyc"))

    assert compiled
    # PEP 552: bit 0 of the flags is for a hash of the source, bit 1 for checking it
    assert {path.read_bytes()[4] for path in compiled} == {1}


def test_importing_the_package_of_the_database_warns_of_nothing(portal_charm):
    folders = [portal_charm / "src", portal_charm / "lib"]
    folders += portal_charm.glob("venv/lib/*/site-packages")
    done = subprocess.run(
        ["/usr/bin/python3", "-W", "error", "-c", "import user_manager_charm.database"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(map(str, folders))},
    )

    assert done.stderr == ""
