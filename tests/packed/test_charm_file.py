"""What is in the packed charm, and what is not."""

import os
import re
from pathlib import Path

import pytest
import yaml

from packed.charm_file import ROOT

CHARM = yaml.safe_load((ROOT / "charmcraft.yaml").read_text())
TYPES = {"string", "int", "float", "boolean", "secret"}


def read(path: Path):
    return yaml.safe_load(path.read_text())


def ours(root: Path):
    found = (path for part in ("src", "lib") for path in (root / part).rglob("*") if path.is_file())
    return {str(path.relative_to(root)) for path in found if "__pycache__" not in path.parts}


def test_dispatch_is_a_program(charm):
    assert os.access(charm / "dispatch", os.X_OK)


def test_juju_is_told_every_option_of_a_type_that_it_knows(charm):
    options = read(charm / "config.yaml")["options"]

    assert options == CHARM["config"]["options"]
    assert {option["type"] for option in options.values()} <= TYPES


def test_juju_is_told_every_action(charm):
    assert read(charm / "actions.yaml") == CHARM["actions"]


def test_juju_is_told_what_the_charm_needs_and_relates_to(charm):
    metadata = read(charm / "metadata.yaml")

    for key in ("name", "assumes", "charm-user", "requires", "provides", "peers", "containers", "resources"):
        assert metadata.get(key) == CHARM.get(key), key


def test_every_module_and_whatever_lies_beside_it_is_in_it_and_nothing_else(charm):
    assert ours(charm) == ours(ROOT)


def test_the_locked_packages_are_in_it_and_no_other(charm):
    lock = (ROOT / "requirements.txt").read_text()
    locked = re.findall(r"^([\w.-]+)==(\S+)(?: ; (.*?))? \\$", lock, re.MULTILINE)
    found = {path.name.removesuffix(".dist-info") for path in charm.glob("venv/lib/*/site-packages/*.dist-info")}

    always = {f"{name.replace('-', '_')}-{version}".lower() for name, version, condition in locked if not condition}
    sometimes = {f"{name.replace('-', '_')}-{version}".lower() for name, version, condition in locked if condition}
    assert always <= {name.lower().replace("-", "_", name.count("-") - 1) for name in found} <= always | sometimes


@pytest.mark.parametrize(
    "name",
    [
        "LICENSE",
        "icon.svg",
        "manifest.yaml",
        "metadata.yaml",
        "dispatch",
        "src/grafana_dashboards/profiles-management.json",
        "src/prometheus_alert_rules/profiles-management.rules",
    ],
)
def test_it_has_what_goes_with_it(charm, name):
    assert (charm / name).is_file()


@pytest.mark.parametrize("name", ["tests", "docs", "bench", ".git", "pyproject.toml", "requirements.txt"])
def test_it_has_nothing_of_our_workshop(charm, name):
    assert not (charm / name).exists()
