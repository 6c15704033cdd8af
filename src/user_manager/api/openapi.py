"""The OpenAPI document, with what ninja cannot say: media types, headers, links, identity."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from pydantic import TypeAdapter

from user_manager.api.event_routes import LINES
from user_manager.api.problems import MEDIA_TYPE
from user_manager.api.responses import json_response
from user_manager.api.routes import api
from user_manager.domain.cluster_answer import ClusterAnswer

Node = dict[str, Any]

_FIRST_PROBLEM: Final = 400
_REFERENCES: Final = "#/components/schemas/{model}"

_DESCRIPTION: Final = """People ask for access, owners decide, and the cluster follows.

Behind a trusted proxy the identity header (`kubeflow-userid`, the setting IDENTITY_HEADER) names
the person. It takes the place of the Bearer token, and only a trusted proxy can send it. Unsafe
requests with it also need `X-Requested-With` and `Content-Type: application/json`, or the CSRF
token of Django."""
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token of a service account (`um_...`), or the JWT of a person.",
}
_ACTING_FOR: Final = {
    "in": "header",
    "name": "x-acting-for",
    "required": False,
    "schema": {"type": "string"},
    "description": "The id of the person for whom a service account with the scope act-for acts.",
}
_HEADERS: Final = {
    "201": {"Location": "The path of what was made."},
    "401": {"WWW-Authenticate": "How to authenticate."},
    "429": {"Retry-After": "Seconds."},
    "503": {"Retry-After": "Seconds."},
}
_LINKS: Final = {
    ("/api/v1/users", "201"): (
        "user_id",
        [
            "get_user",
            "patch_user",
            "put_role",
            "delete_role",
            "get_deputy",
            "put_deputy",
            "delete_deputy",
            "post_access",
        ],
    ),
    ("/api/v1/users/{user_id}/accesses", "201"): (
        "access_id",
        ["get_access", "get_access_events", "post_decision", "post_revoke", "post_review"],
    ),
    ("/api/v1/modules/{module_id}", "201"): (
        "module_id",
        ["get_module", "put_module", "get_module_accesses"],
    ),
}
"""Which operations take the `id` of an answer, and as which parameter."""


@lru_cache(maxsize=1)
def openapi_document() -> Node:
    """Return the document of all routes."""
    document: Node = {**api.get_openapi_schema()}
    document["info"]["description"] = _DESCRIPTION
    document["security"] = [{"bearer": []}]
    components = document["components"]
    components["securitySchemes"] = {"bearer": _BEARER}
    components["parameters"] = {"ActingFor": _ACTING_FOR}
    components["responses"] = {}
    for path, operation in _operations(document):
        _complete(path, operation)
        components["responses"] |= _take_problems(operation)
    _add_events_as_lines(document)
    _add_answer_of_cluster(document)
    _remove_unused(document)
    return document


@csrf_exempt
@require_GET
def openapi_view(_: HttpRequest) -> HttpResponse:
    """Return the document. It needs no identity; another method is 405 before all else."""
    return json_response(openapi_document())


def _operations(document: Node) -> Iterator[tuple[str, Node]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _complete(path: str, operation: Node) -> None:
    operation["summary"] = operation.pop("description").split(". ")[0].removesuffix(".")
    for parameter in operation["parameters"]:
        _remove_null(parameter["schema"])
    operation["parameters"].append({"$ref": "#/components/parameters/ActingFor"})
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    operation["responses"] = dict(sorted(responses.items()))
    for status, answer in responses.items():
        headers = _HEADERS.get(status, {})
        if headers:
            answer["headers"] = {name: _header(text) for name, text in headers.items()}
        parameter, targets = _LINKS.get((path, status), ("", []))
        if targets:
            answer["links"] = {target: _link(target, parameter) for target in targets}


def _header(description: str) -> Node:
    return {"description": description, "schema": {"type": "string"}}


def _take_problems(operation: Node) -> Node:
    """Replace the errors of an operation by references, and return what they refer to."""
    problems = {}
    for status, answer in operation["responses"].items():
        if int(status) >= _FIRST_PROBLEM:
            answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
            problems[status] = answer
            operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}
    return problems


def _link(operation_id: str, parameter: str) -> Node:
    return {"operationId": operation_id, "parameters": {parameter: "$response.body#/id"}}


def _remove_null(schema: Node) -> None:
    """Remove null, which pydantic allows for a parameter that may be absent."""
    options = schema.pop("anyOf", None)
    if options is None:
        return
    (option,) = [option for option in options if option != {"type": "null"}]
    schema.update(option)


def _add_events_as_lines(document: Node) -> None:
    content = document["paths"]["/api/v1/events"]["get"]["responses"]["200"]["content"]
    content[LINES] = {"schema": {"type": "string", "description": "An event a line."}}


def _add_answer_of_cluster(document: Node) -> None:
    schema = TypeAdapter(ClusterAnswer).json_schema(ref_template=_REFERENCES)
    document["components"]["schemas"] |= schema.pop("$defs")
    body = document["paths"]["/api/v1/cluster"]["put"]["requestBody"]
    body["content"]["application/json"]["schema"] = schema


def _remove_unused(document: Node) -> None:
    """Remove the forms of queries, whose members are parameters."""
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    for name in sorted(schemas):
        if f'"#/components/schemas/{name}"' not in text:
            del schemas[name]
