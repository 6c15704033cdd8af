"""The page on the portal has every code of a problem, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from profiles_management import puhuri

PACKAGE = Path(puhuri.__file__).parent
PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "portal.md").read_text()
PLACES = {"Problem": 0, "_problem": 0, "Note": 0, "_note": 0, "left_out": 1}
"""Where the code is among the arguments of each function that makes a problem."""
CODE = re.compile(r"[a-z]+(-[a-z]+)+")


def codes(*paths: Path) -> set[str]:
    """Return the codes in some modules and packages."""
    modules = [module for path in paths for module in (path, *path.rglob("*.py"))]
    return {
        code
        for module in modules
        if module.suffix == ".py"
        for code in _codes(ast.parse(module.read_text()))
    }


def _codes(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
        match call.args[PLACES.get(name, len(call.args)) :]:
            case [ast.Constant(value=str() as code), *_] if CODE.fullmatch(code):
                yield code


def documented(heading: str) -> set[str]:
    """Return the codes in the first column of the table below a heading."""
    (_, section) = PAGE.split(f"\n### {heading}\n")
    table = re.findall(r"^\| (`.*?`) \|", section.partition("\n#")[0], re.MULTILINE)
    return {code for cell in table for code in re.findall(r"`(.+?)`", cell)}


def test_every_problem_of_a_plan_has_a_row() -> None:
    assert documented("Problems of a plan") == codes(PACKAGE / "planning", PACKAGE / "mapping")


def test_every_warning_of_an_export_has_a_row() -> None:
    assert codes(PACKAGE / "exporting") <= documented("Warnings of an export")


def test_every_warning_of_a_source_alone_is_explained() -> None:
    assert codes(PACKAGE / "portal_source.py") == {"own-project"}
    assert "`own-project`" in PAGE
