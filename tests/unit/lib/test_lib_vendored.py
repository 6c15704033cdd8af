"""The library works for a charm with this file, its PYDEPS and nothing else of this project."""

import ast
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from charms.profiles_management.v0 import profiles_management as library

ROOT = Path(__file__).parents[3]
FILE = Path(library.__file__)
RUN = """
import importlib.util, sys
from ops import testing
from charm import TesterCharm

context = testing.Context(TesterCharm)
relation = testing.Relation("profiles")
state = testing.State(leader=True, relations={relation}, config={"document": "profiles: []"})
after = context.run(context.on.config_changed(), state)
print(after.get_relation(relation.id).local_app_data["document"])
print(importlib.util.find_spec("profiles_management"), {"pydantic", "lightkube"} & set(sys.modules))
"""


def test_the_tester_charm_runs_where_nothing_of_the_project_can_be_imported(tmp_path):
    vendored = tmp_path / "lib/charms/profiles_management/v0/profiles_management.py"
    vendored.parent.mkdir(parents=True)
    vendored.write_bytes(FILE.read_bytes())
    path = os.pathsep.join([str(tmp_path / "lib"), str(ROOT / "tests/tester_charm/src")])

    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", RUN],
        cwd=tmp_path,
        env={"PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.stdout, ran.returncode) == ("profiles: []\nNone set()\n", 0), ran.stderr


def test_it_imports_ops_what_ops_needs_and_the_standard_library_alone():
    tree = ast.parse(FILE.read_text(), feature_version=(3, 10))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in imports
        for name in node.names
    }

    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == {"ops", "yaml"}
    assert [dependency.partition(">")[0] for dependency in library.PYDEPS] == ["ops", "PyYAML"]
    assert any(re.match(r"pyyaml\b", needed) for needed in metadata.requires("ops"))


def test_charmhub_finds_what_it_needs_of_it():
    assert FILE.parent.name == f"v{library.LIBAPI}"
    assert library.LIBPATCH >= 1
    assert len(library.LIBID) == 32
