"""Every text of the pages has a Russian translation, and the compiled catalogue has all of them."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_visitors import OLGA, ROOT, administrator, ask, browser, profile
from user_manager.domain.errors import UserManagerError

PROJECT = Path(__file__).parents[4]
SCRIPT = PROJECT / "scripts/messages"
LAYERS_OF_PAGES = ("domain", "identity", "selectors", "services", "web")


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs GNU gettext")
def test_the_catalogue_of_russian_is_complete_and_compiled() -> None:
    command = [sys.executable, str(SCRIPT), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.django_db
def test_why_something_is_refused_is_in_the_language_of_the_reader() -> None:
    profile()
    administrator()
    access = ask()
    browser(ROOT).post(f"/requests/{access.id}/decision", {"verdict": "refuse"})
    client = browser(OLGA)
    client.post("/preferences", {"language": "ru", "theme": "dark", "next": "/"})
    answer = client.post(f"/requests/{access.id}/decision", {"verdict": "approve"})
    assert "Запрос уже в состоянии \u2068DENIED\u2069." in answer.content.decode()


def test_no_text_of_an_error_has_values_before_its_translation() -> None:
    names = {error.__name__ for error in UserManagerError.__subclasses__()}
    files = [
        file
        for layer in LAYERS_OF_PAGES
        for file in (PROJECT / "src/user_manager" / layer).rglob("*.py")
    ]
    assert len(files) > 50
    found = [
        f"{file.name}:{text.lineno}"
        for file in files
        for text in _texts(ast.parse(file.read_text()), names)
        if isinstance(text, ast.JoinedStr)
    ]
    assert found == []


def _texts(module: ast.Module, names: set[str]) -> Iterator[ast.expr]:
    """Yield the expressions that give the texts of errors, as scripts/messages finds them."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name in names:
                yield text
            case ast.Call(func=ast.Attribute(attr="at"), args=[_, text, *_]):
                yield text
