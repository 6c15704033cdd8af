"""What pyproject.toml names exists: files, modules, extras, groups and programs."""

import importlib.util
import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILE = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT, TOOL = FILE["project"], FILE["tool"]
CONTRACTS = TOOL["importlinter"]["contracts"]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "src").rglob("*.py"),
]

PATHS = {
    PROJECT["readme"],
    *PROJECT["license-files"],
    *TOOL["hatch"]["build"]["targets"]["sdist"]["only-include"],
    *TOOL["hatch"]["build"]["targets"]["wheel"]["packages"],
    *TOOL["pytest"]["testpaths"],
    *TOOL["pytest"]["pythonpath"],
    *TOOL["mypy"]["files"],
    *TOOL["mypy"]["mypy_path"].split(":"),
    *TOOL["ruff"]["src"],
    *TOOL["ruff"]["per-file-target-version"],
    *TOOL["ruff"]["lint"]["per-file-ignores"],
}


def modules() -> set[str]:
    """Return every module that a contract of import-linter names, without patterns."""
    listed = {
        name
        for contract in CONTRACTS
        for key in ("source_modules", "forbidden_modules", "containers")
        for name in contract.get(key, ())
    }
    packages = {*TOOL["importlinter"]["root_packages"], *listed, *layered()}
    return {name.removesuffix(".**") for name in packages}


def layered() -> set[str]:
    """Return every module that is a layer of a container."""
    return {
        f"{container}.{name.strip()}"
        for contract in CONTRACTS
        for container in contract.get("containers", ())
        for layer in contract["layers"]
        for name in layer.split("|")
    }


def alternatives(pattern: str) -> list[str]:
    """Return the patterns of one with braces."""
    head, brace, rest = pattern.partition("{")
    inside, _, tail = rest.partition("}")
    return [f"{head}{each}{tail}" for each in inside.split(",")] if brace else [pattern]


@pytest.mark.parametrize("path", sorted(each for path in PATHS for each in alternatives(path)))
def test_every_file_exists(path: str) -> None:
    assert any(ROOT.glob(path))


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_exists(name: str) -> None:
    assert importlib.util.find_spec(name)


@pytest.mark.parametrize(("name", "value"), PROJECT["scripts"].items())
def test_every_program_exists(name: str, value: str) -> None:
    assert callable(EntryPoint(name, value, "console_scripts").load())


def test_every_extra_that_somebody_is_to_install_exists() -> None:
    named = {
        name
        for page in PAGES
        for group in re.findall(r"\.\[([a-z,]+)\]", page.read_text())
        for name in group.split(",")
    }

    assert named
    assert named <= PROJECT["optional-dependencies"].keys()


def test_every_group_that_is_included_exists() -> None:
    groups = FILE["dependency-groups"]
    included = {
        part["include-group"]
        for parts in groups.values()
        for part in parts
        if isinstance(part, dict)
    }

    assert included <= groups.keys()
