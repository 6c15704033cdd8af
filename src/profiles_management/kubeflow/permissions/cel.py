"""Expressions in CEL, the language of admission policies; reads of missing maps are safe. Pure.

Source: https://kubernetes.io/docs/reference/using-api/cel/ (optional field selection needs
Kubernetes 1.29).
"""

import json
from collections.abc import Iterable

# Regular expressions for the special characters of patterns in settings.
_EXPRESSIONS = {"*": ".*", "?": ".", ".": r"\."}

CREATING, UPDATING, DELETING = (
    f"request.operation == '{name}'" for name in ("CREATE", "UPDATE", "DELETE")
)
_OPERATORS = (" && ", " || ", " ? ", " == ", " in ")


def text(value: str) -> str:
    """Return a string literal; its escapes are those of JSON."""
    inner = json.dumps(value, ensure_ascii=False)[1:-1].replace("'", r"\'")
    return f"'{inner}'"


def texts(values: Iterable[str]) -> str:
    """Return a list of string literals, sorted."""
    return f"[{', '.join(map(text, sorted(values)))}]"


def entry(mapping: str, key: str) -> str:
    """Return the value of a key in a map of strings, '' if the key is missing."""
    return f"{mapping}[?{text(key)}].orValue('')"


def same(*path: str) -> str:
    """Return whether a field of the object, which may be missing, is unchanged."""
    field = "".join(f".?{name}" for name in path)
    return f"object{field} == oldObject{field}"


def every(*conditions: str) -> str:
    """Return whether all of some conditions hold."""
    return " && ".join(_grouped(condition, " || ", " ? ") for condition in conditions)


def some(*conditions: str) -> str:
    """Return whether one of some conditions holds."""
    return " || ".join(_grouped(condition, " && ", " ? ") for condition in conditions)


def no(condition: str) -> str:
    """Return whether a condition does not hold."""
    return f"!{_grouped(condition, *_OPERATORS)}"


def _grouped(condition: str, *operators: str) -> str:
    if any(operator in condition for operator in operators):
        return f"({condition})"
    return condition


def fits(value: str, patterns: Iterable[str]) -> str:
    """Return whether a string matches a pattern, where * is any text and ? is one character."""
    return matches(value, map(_expression, sorted(patterns)))


def matches(value: str, expressions: Iterable[str]) -> str:
    """Return whether a string as a whole matches one of some regular expressions (RE2)."""
    alternatives = "|".join(expressions)
    if not alternatives:
        return "false"
    return f"{value}.matches({text(f'^({alternatives})$')})"


def _expression(pattern: str) -> str:
    return "".join(_EXPRESSIONS.get(character, character) for character in pattern)
