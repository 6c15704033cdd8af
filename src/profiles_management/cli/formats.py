"""Forms of output that other programs show to people: annotations, code scanning."""

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from profiles_management.cli.github import workflow_commands
from profiles_management.cli.places import PathOf, relative
from profiles_management.cli.sarif import sarif
from profiles_management.pmr.problems import Problem

_Problems = Sequence[Problem]


def _github(problems: _Problems, warnings: _Problems) -> str:
    return workflow_commands(problems, warnings, _path_of())


def _sarif(problems: _Problems, warnings: _Problems) -> str:
    return (
        json.dumps(sarif(problems, warnings, _path_of(), installed_version() or "0"), indent=2)
        + "\n"
    )


def _path_of() -> PathOf:
    """Return a function for the path of a document in the repository, also from a folder of it."""
    folder = Path.cwd()
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or folder).resolve()
    root = workspace if folder.is_relative_to(workspace) else folder
    return partial(relative, folder=folder, root=root)


def installed_version() -> str:
    """Return the version of this program, '' where it runs from its source."""
    try:
        return version("profiles-management")
    except PackageNotFoundError:
        return ""


PROBLEMS: dict[str, Callable[[_Problems, _Problems], str]] = {
    "github": _github,
    "sarif": _sarif,
}
"""Errors and warnings in each of these forms."""
