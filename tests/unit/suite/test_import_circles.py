"""No import leads back to its module, also not for types only."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "src"


def name_of(file):
    parts = file.relative_to(SOURCES).with_suffix("").parts
    return ".".join(parts[:-1] if file.stem == "__init__" else parts)


def imports_of(file, modules):
    """Yield the modules that a file imports, at its top, in functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=package, names=aliases):
                names = [f"{package}.{alias.name}" for alias in aliases]
                yield from (name if name in modules else package for name in names)


def circle_of(graph):
    """Return the modules of a circle, the first again at its end; an empty list for none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("package", ["profiles_management", "profiles_charm"])
def test_no_import_leads_back_to_the_module_it_starts_from(package):
    modules = {name_of(file): file for file in (SOURCES / package).rglob("*.py")}
    graph = {name: set(imports_of(file, modules)) for name, file in modules.items()}

    assert len(graph) > 5
    assert circle_of(graph) == []


def test_a_circle_is_seen_where_one_half_of_it_is_for_types(tmp_path):
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("if TYPE_CHECKING:\n    from package.second import Second\n")
    second.write_text("def late():\n    from package import first\n")
    modules = {"package.first": first, "package.second": second}

    graph = {name: set(imports_of(file, modules)) for name, file in modules.items()}

    assert set(circle_of(graph)) == modules.keys()
