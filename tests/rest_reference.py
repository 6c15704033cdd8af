"""The OpenAPI document in docs/reference/, and the tables of the page about REST.

`scripts/openapi` writes both; a test compares them with the routes.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
DOCUMENT = REFERENCE / "user-manager-openapi.json"
PAGE = REFERENCE / "user-manager-rest.md"
_FIRST_ERROR = 400
_COMMON = {"401", "403", "422", "503"}

Node = dict[str, Any]


def document_text(document: Node) -> str:
    """Return the OpenAPI document as it is kept in Git."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def page_text(page: str, document: Node) -> str:
    """Return the page with the tables of a document between its markers."""
    tables = {"operations": _operations(document), "members": _members(document)}
    for name, lines in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        table = "\n".join(["", *lines, "", ""])
        page = pattern.sub(lambda _: begin + table + end, page)  # noqa: B023 - called at once
    return page


def _operations(document: Node) -> Iterator[str]:
    yield "| Operation | Query or body | Success | Errors | What it does |"
    yield "|---|---|---|---|---|"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            codes = set(operation["responses"]) - _COMMON
            cells = [
                f"`{method.upper()} {path}`",
                _input(operation),
                ", ".join(sorted(code for code in codes if int(code) < _FIRST_ERROR)),
                ", ".join(sorted(code for code in codes if int(code) >= _FIRST_ERROR)),
                operation["summary"],
            ]
            yield f"| {' | '.join(cells)} |"


def _input(operation: Node) -> str:
    """Return the parameters of the query, or the form of the body."""
    names = [f"`{row['name']}`" for row in operation["parameters"] if row.get("in") == "query"]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        names.append(_form(schema))
    return ", ".join(names)


def _members(document: Node) -> Iterator[str]:
    yield "| Form | Members |"
    yield "|---|---|"
    for name, schema in sorted(document["components"]["schemas"].items()):
        properties = schema.get("properties", {})
        members = [_member(key, value, schema) for key, value in properties.items()]
        yield f"| {name} | {'; '.join(members) or _type(schema)} |"


def _member(name: str, schema: Node, parent: Node) -> str:
    optional = "" if name in parent.get("required", []) else "?"
    return f"`{name}{optional}` {_type(schema)}"


def _type(schema: Node) -> str:
    """Return the type of a member in words."""
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " / ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return _form(schema)


def _form(schema: Node) -> str:
    reference = schema.get("$ref") or schema.get("allOf", [{}])[0].get("$ref")
    if reference:
        return reference.rsplit("/", 1)[1]
    kind = schema.get("format") or schema.get("title") or schema.get("type", "any")
    return kind if kind == "date-time" or "properties" in schema else schema.get("type", "any")


def main() -> None:
    """Write the document and the page."""
    django.setup()
    from user_manager.api.openapi import openapi_document  # noqa: PLC0415 - after the setup

    document = openapi_document()
    DOCUMENT.write_text(document_text(document))
    PAGE.write_text(page_text(PAGE.read_text(), document))


if __name__ == "__main__":
    sys.exit(main())
