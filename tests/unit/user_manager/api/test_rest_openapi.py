"""The OpenAPI document: what is committed, served and written on the page of the reference."""

import re

import pytest

from rest_reference import DOCUMENT, PAGE, document_text, page_text
from user_manager.api.openapi import openapi_document
from user_manager.domain.errors import UserManagerError

RUN = "Run: scripts/openapi"


OPERATIONS = [
    pytest.param(path, operation, id=f"{method} {path}")
    for path, methods in openapi_document()["paths"].items()
    for method, operation in methods.items()
]


def test_the_committed_document_is_that_of_the_routes():
    assert DOCUMENT.read_text() == document_text(openapi_document()), RUN


def test_the_served_document_is_the_committed_one(rest):
    answer = rest.get(None, "/openapi.json")
    assert document_text(answer.json) == DOCUMENT.read_text()


def test_the_tables_of_the_page_are_those_of_the_document():
    page = PAGE.read_text()
    assert page == page_text(page, openapi_document()), RUN


def test_the_page_has_every_code_of_an_error():
    page = PAGE.read_text()
    kinds = UserManagerError.__subclasses__()
    assert [kind.code for kind in kinds if f"| {kind.status} | `{kind.code}` |" not in page] == []


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_every_operation_declares_what_all_can_answer(path, operation):
    expected = {"401", "403", "422", "503"}
    if "{" in path:
        expected.add("404")
    if "requestBody" in operation:
        expected |= {"400", "413", "415"}
    assert expected <= set(operation["responses"])


def test_ids_of_operations_are_names_that_stay():
    ids = [param.values[1]["operationId"] for param in OPERATIONS]
    assert len(set(ids)) == len(ids)
    assert "post_decision" in ids


def test_an_optional_body_is_declared_so():
    paths = openapi_document()["paths"]
    revoke = paths["/api/v1/accesses/{access_id}/revoke"]["post"]["requestBody"]
    decision = paths["/api/v1/accesses/{access_id}/decision"]["post"]["requestBody"]
    assert (revoke["required"], decision["required"]) == (False, True)


def schemas():
    return openapi_document()["components"]["schemas"]


def named_in(node):
    """Yield the names of the schemas that a part of the document refers to, and theirs."""
    if isinstance(node, dict):
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            yield name
            yield from named_in(schemas()[name])
        for part in node.values():
            yield from named_in(part)
    if isinstance(node, list):
        for part in node:
            yield from named_in(part)


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_a_body_has_no_other_keys_than_its_own_but_that_of_a_newer_engine(path, operation):
    bodies = set(named_in(operation.get("requestBody", {})))
    is_open = {name for name in bodies if schemas()[name].get("additionalProperties", True)}
    assert bool(bodies) == ("requestBody" in operation)
    assert bool(is_open) == (path == "/api/v1/cluster")


def test_members_are_in_snake_case():
    names = {name for schema in schemas().values() for name in schema.get("properties", ())}
    assert {name for name in names if not re.fullmatch("[a-z]+(_[a-z]+)*", name)} == set()
