"""CI runs every test, and each environment of tox that a make target names exists."""

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN = (ROOT / ".ci" / "run").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
TOX = configparser.ConfigParser(interpolation=None)
TOX.read(ROOT / "tox.ini")
STEPS = re.findall(r"\bstep make ([a-z-]+)", RUN)
FOLDERS = {
    "tests/unit": "test",
    "tests/attacks": "test",
    "tests/packed": "packed",
    "tests/portal": "portal-test",
    "tests/integration": "integration",
}


def folders_of_tests():
    return {
        path.relative_to(ROOT).parts[1]
        for path in (ROOT / "tests").rglob("test_*.py")
        if len(path.relative_to(ROOT).parts) > 2
    }


def test_every_folder_of_tests_is_run_by_a_step_of_ci():
    assert {f"tests/{name}" for name in folders_of_tests()} == set(FOLDERS)
    assert set(FOLDERS.values()) <= set(STEPS)


@pytest.mark.parametrize(
    ("folder", "environment"), [item for item in FOLDERS.items() if item[1] != "test"]
)
def test_the_environment_of_a_target_runs_its_folder(folder, environment):
    assert f"$(VENV)/tox run -e {environment}\n" in MAKEFILE
    assert folder in TOX[f"testenv:{environment}"]["commands"]


def test_every_target_that_ci_runs_exists():
    assert set(STEPS) <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_every_environment_that_a_target_runs_exists():
    named = re.findall(r"tox run -e ([a-z-]+)", MAKEFILE)
    assert named
    assert {f"testenv:{name}" for name in named} <= set(TOX.sections())


def test_the_user_manager_is_tested_on_postgresql_too():
    commands = TOX["testenv:portal-test"]["commands"]
    assert re.search(r"postgresql\.py pytest .*tests/unit/user_manager$", commands, re.MULTILINE)


def test_a_line_of_the_packages_is_one_package_or_a_comment():
    lines = (ROOT / ".ci" / "packages").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"|#.*|[a-z0-9][a-z0-9.+-]+", line)] == []
