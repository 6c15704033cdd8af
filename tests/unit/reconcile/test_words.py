"""The engine does not depend on a target: no word of Kubernetes is in `reconcile`."""

import ast
import re
from pathlib import Path

import pytest

import profiles_management.reconcile

MODULES = sorted(Path(profiles_management.reconcile.__file__).parent.glob("*.py"))
KUBERNETES = re.compile(
    r"\b429\b|\b5xx\b|annotation|api.?server|authorization|bindings?\b|cluster|crd\b|finalizer"
    r"|gateway|header|http|istio|kube|limit.?range|merge.?patch|namespace|\bpatch|\bpods?\b|principal|quotas?\b|rbac"
    r"|resource.?version|retry-after|rolebinding|service.?account",
    re.IGNORECASE,
)


# Words of the document (`limitRange`, a profile's quota), and a JSON key.
ALLOWED = {
    "changes": {"quota"},
    "describe": {"namespace"},
    "rows": {"limitrange", "quota"},
}


def names_and_texts(tree):
    """Yield every name and every text of a module, docstrings among them, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.Constant(value=str(text)):
                yield text, node.lineno


def words(module):
    """Return Kubernetes' words in a module, each with its lines."""
    lines = {}
    for text, line in names_and_texts(ast.parse(module.read_text())):
        for word in KUBERNETES.findall(text.replace("_", " ")):
            lines.setdefault(word.lower(), []).append(line)
    return lines


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_has_no_word_of_kubernetes(module):
    found = words(module)

    assert found.keys() == ALLOWED.get(module.stem, set()), found
