"""Every regular expression of the program and of the charm library, found in their modules."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
_SEARCHING: Final = ("search", "sub", "subn", "split", "findall", "finditer")
_FUNCTIONS: Final = {"match", "fullmatch", *_SEARCHING}  # what is compiled is a value of its module


class Found(NamedTuple):
    """A pattern with its file and its name there."""

    module: str
    name: str
    pattern: str
    flags: int
    is_searched: bool

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def modules() -> Iterator[tuple[Path, ModuleType]]:
    """Yield every module that has a regular expression."""
    for top in ("src", "lib"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT / top).with_suffix("").parts).removesuffix(
                ".__init__"
            )
            if "re." in path.read_text() and not name.endswith("__main__"):
                yield path, importlib.import_module(name)


def found() -> list[Found]:
    """Return every pattern, once."""
    patterns: dict[tuple[str, int], Found] = {}
    for path, module in modules():
        for name, value in vars(module).items():
            for compiled in _compiled(value):
                patterns.setdefault(
                    (compiled.pattern, compiled.flags),
                    Found(
                        module.__name__,
                        name,
                        compiled.pattern,
                        compiled.flags,
                        _is_searched(path, name),
                    ),
                )
        for call in _calls(path):
            for text in _texts(call, module):
                function = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                is_searched = function not in {"match", "fullmatch"}
                pattern = Found(
                    module.__name__, _name(call), text, re.compile(text).flags, is_searched
                )
                patterns.setdefault((text, pattern.flags), pattern)
    return sorted(patterns.values())


def _compiled(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, bytes):
            value = re.compile(value.pattern.decode("latin-1"), value.flags & ~re.UNICODE)
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _compiled(part)
    elif isinstance(value, dict):
        yield from _compiled(list(value.values()))


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and (node.func.value.id, node.func.attr in _FUNCTIONS) == ("re", True)
        ):
            yield node


def _name(call: ast.Call) -> str:
    first = call.args[0]
    return first.id if isinstance(first, ast.Name) else ast.unparse(first)


def _is_searched(path: Path, name: str) -> bool:
    """Return whether a pattern is searched for anywhere in a text, not only at its start."""
    text = path.read_text()
    anchored = re.search(rf"\b{name}\.(?:full)?match\(", text)
    return not anchored or re.search(rf"\b{name}\.(?:{'|'.join(_SEARCHING)})\(", text) is not None


def _texts(call: ast.Call, module: ModuleType) -> list[str]:
    """Return the patterns of a call; those of a loop over patterns are in a tuple of the module."""
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return [first.value] if isinstance(first.value, str) else []
    if isinstance(first, ast.Name):
        value = getattr(module, first.id, None)
        if value is None:
            value = getattr(module, "_PATTERNS", ())
        return [value] if isinstance(value, str) else list(value)
    return []  # compiled when the module is loaded, so among its values
