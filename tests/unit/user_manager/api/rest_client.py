"""A client of REST in memory. Every answer is compared with the OpenAPI document."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator

from user_manager.api.openapi import openapi_document

NO_BODY = object()
PROBLEM = "application/problem+json"
_ROUTELESS = {404, 405}


@dataclass(frozen=True)
class Answer:
    """What REST answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content) if self.content else None

    @property
    def code(self) -> str:
        """The code of a problem."""
        return self.json["code"]

    @property
    def told(self) -> tuple[int, str]:
        """Status and code of a problem."""
        return self.status, self.code

    @property
    def paths(self) -> list[str]:
        """Where the values are that do not fit."""
        return [row["path"] for row in self.json["errors"]]

    @property
    def ids(self) -> list[str]:
        """The ids of the items of a list."""
        return [item["id"] for item in self.json["items"]]


@dataclass
class Rest:
    """Sends requests the way gunicorn hands them to Django."""

    client: Client

    def send(
        self,
        who: str | None,
        method: str,
        path: str,
        body: object = NO_BODY,
        *,
        content_type: str = "application/json",
        peer: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        """Send a request.

        Args:
            who: the id of a person in the identity header, or the token of a service account.
            path: percent-encoded, with the query.
            body: what is sent as JSON; bytes are sent as they are.
            headers: more of them, with `_` for `-`.
        """
        sent = {"x-requested-with": "tests"} | _identity(who)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = b"" if body is NO_BODY else body
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        response = self.client.generic(
            method,
            path,
            data,
            content_type=content_type,
            headers=sent,
            CONTENT_TYPE=content_type,
            RAW_URI=path,
            REMOTE_ADDR=peer,
        )
        content = b"".join(response.streaming_content) if response.streaming else response.content
        answer = Answer(response.status_code, response.headers, content)
        _compare(method, path, answer)
        return answer

    def get(self, who: str | None, path: str, **headers: str) -> Answer:
        return self.send(who, "GET", path, **headers)

    def post(self, who: str | None, path: str, body: object = NO_BODY, **headers: str) -> Answer:
        return self.send(who, "POST", path, body, **headers)

    def put(self, who: str | None, path: str, body: object = NO_BODY, **headers: str) -> Answer:
        return self.send(who, "PUT", path, body, **headers)

    def patch(self, who: str | None, path: str, body: object, **headers: str) -> Answer:
        return self.send(who, "PATCH", path, body, **headers)

    def delete(self, who: str | None, path: str, **headers: str) -> Answer:
        return self.send(who, "DELETE", path, **headers)


def _identity(who: str | None) -> dict[str, str]:
    if who is None:
        return {}
    if who.startswith("um_"):
        return {"authorization": f"Bearer {who}"}
    return {"kubeflow-userid": who.encode().decode("latin-1")}


def _compare(method: str, path: str, answer: Answer) -> None:
    """Check that the OpenAPI document declares an answer as it is."""
    operation = _operation(method, path.partition("?")[0])
    if operation is None:
        assert answer.status in _ROUTELESS | {200}, (method, path, answer.status)
        return
    template, declared = operation
    assert str(answer.status) in declared["responses"], (method, template, answer)
    response = _resolved(declared["responses"][str(answer.status)])
    media_types = response.get("content", {})
    media_type = answer.headers.get("Content-Type")
    if media_type is None or not media_types:
        assert not media_types, (method, template, answer)
        assert not answer.content, (method, template, answer)
        return
    assert media_type in media_types, (method, template, answer)
    if media_type != "application/x-ndjson":
        _validator(method.lower(), template, answer.status, media_type).validate(answer.json)
    for name in response.get("headers", {}):
        assert name in answer.headers, (method, template, name)


def _resolved(node: Any) -> Any:
    """Return what a node of the document refers to."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found = openapi_document()
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


@lru_cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    paths = openapi_document()["paths"]
    return tuple((re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in paths)


def _operation(method: str, path: str) -> tuple[str, Any] | None:
    for pattern, template in _templates():
        if pattern.fullmatch(path):
            operation = openapi_document()["paths"][template].get(method.lower())
            return None if operation is None else (template, operation)
    return None


@lru_cache
def _validator(method: str, template: str, status: int, media_type: str) -> Draft202012Validator:
    document = openapi_document()
    answer = _resolved(document["paths"][template][method]["responses"][str(status)])
    schema = answer["content"][media_type]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})
