"""The content of the packed charm."""

import importlib.util
import os
import re
from pathlib import Path

import pytest
import yaml

from packed.charm_file import ROOT

CHARM = yaml.safe_load((ROOT / "charmcraft.yaml").read_text())
UNCHECKED_HASH = 0b01  # https://peps.python.org/pep-0552/
TYPES = {"string", "int", "float", "boolean", "secret"}


def read(path: Path):
    return yaml.safe_load(path.read_text())


def ours(root: Path):
    found = (path for part in ("src", "lib") for path in (root / part).rglob("*") if path.is_file())
    return {str(path.relative_to(root)) for path in found if "__pycache__" not in path.parts}


def is_left_out(name: str):
    library = ("cli/", "portal/", "__main__.py")
    left_out = ("user_manager/", *(f"profiles_management/{part}" for part in library))
    return name.startswith(tuple(f"src/{part}" for part in left_out))


def test_dispatch_is_a_program(charm):
    assert os.access(charm / "dispatch", os.X_OK)


def test_every_option_has_a_type_of_juju(charm):
    options = read(charm / "config.yaml")["options"]

    assert options == CHARM["config"]["options"]
    assert {option["type"] for option in options.values()} <= TYPES


def test_every_action_is_in_the_metadata(charm):
    assert read(charm / "actions.yaml") == CHARM["actions"]


def test_the_metadata_has_what_the_charm_needs_and_relates_to(charm):
    metadata = read(charm / "metadata.yaml")

    for key in (
        "name",
        "assumes",
        "charm-user",
        "requires",
        "provides",
        "peers",
        "containers",
        "resources",
    ):
        assert metadata.get(key) == CHARM.get(key), key


def test_every_module_and_data_file_is_packed_except_the_command_and_the_user_manager(charm):
    assert ours(charm) == {name for name in ours(ROOT) if not is_left_out(name)}


@pytest.mark.parametrize(
    "pattern",
    [
        "src/**/cli",
        "src/user_manager",
        "src/**/__main__.py",
        "venv/**/site-packages/typer",
        "venv/**/site-packages/django",
        "venv/**/site-packages/rich",
        "venv/**/site-packages/pip*",
        "venv/**/tests",
        "venv/**/test",
        "venv/**/*.dist-info/RECORD",
        "venv/bin/[!a]*",  # charmcraft leaves `activate`
    ],
)
def test_what_no_event_uses_is_not_in_it(charm, pattern):
    assert list(charm.glob(pattern)) == []


def test_the_byte_code_in_it_is_used_whatever_the_time_of_its_source_and_belongs_to_a_source(charm):
    compiled = list(charm.rglob("*.pyc"))
    flags = {path: int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled}

    assert len(compiled) > 500
    assert [path for path in compiled if flags[path] != UNCHECKED_HASH] == []
    assert [
        path for path in compiled if not Path(importlib.util.source_from_cache(path)).is_file()
    ] == []
    assert not list(charm.glob("src/__pycache__/charm.*"))  # a script is compiled at every start


def _licences(package: Path):
    return [path for name in ("*LICEN[CS]E*", "COPYING*") for path in package.rglob(name)]


def test_the_licences_of_all_packages_are_in_it(charm):
    packages = list(charm.glob("venv/lib/*/site-packages/*.dist-info"))

    assert len(packages) > 20
    assert [path.name for path in packages if not _licences(path)] == []


def test_the_locked_packages_are_in_it_and_no_other(charm):
    lock = (ROOT / "requirements.txt").read_text()
    locked = re.findall(r"^([\w.-]+)==(\S+)(?: ; (.*?))? \\$", lock, re.MULTILINE)
    found = {
        path.name.removesuffix(".dist-info")
        for path in charm.glob("venv/lib/*/site-packages/*.dist-info")
    }

    always = {
        f"{name.replace('-', '_')}-{version}".lower()
        for name, version, condition in locked
        if not condition
    }
    sometimes = {
        f"{name.replace('-', '_')}-{version}".lower()
        for name, version, condition in locked
        if condition
    }
    assert (
        always
        <= {name.lower().replace("-", "_", name.count("-") - 1) for name in found}
        <= always | sometimes
    )


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


@pytest.mark.parametrize(
    "name", ["tests", "docs", "bench", ".git", "pyproject.toml", "requirements.txt"]
)
def test_it_has_nothing_of_our_workshop(charm, name):
    assert not (charm / name).exists()
