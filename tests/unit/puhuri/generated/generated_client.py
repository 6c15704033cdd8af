"""The client that Waldur's developers generate from the schema of its API, to compare ours with.

It takes seconds to import, so only the tests that need it do, and not while tests are collected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from importlib import import_module
from inspect import Parameter, signature
from uuid import UUID

from httpx import Response
from waldur_api_client import AuthenticatedClient, Client, models
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.types import Unset

Refusal = UnexpectedStatus


class Generated:
    """The generated client of one portal; each call names the operation of the schema."""

    def __init__(self, url: str, token: str) -> None:
        httpx_args = {"event_hooks": {"response": [self._keep]}, "trust_env": False}
        plain_http = {"base_url": url, "verify_ssl": False, "httpx_args": httpx_args}
        self.client = AuthenticatedClient(**plain_http, token=token)
        self.anonymous = Client(**plain_http)

    def _keep(self, response: Response) -> None:
        """Keep an answer: several refusals are no error of the generated client."""
        self.response = response

    def __enter__(self) -> Generated:
        return self

    def __exit__(self, *error: object) -> None:
        for client in (self.client, self.anonymous):
            client.get_httpx_client().close()

    def __call__(self, operation: str, *uuids: str, body=None, **params):
        """Return what an operation gives.

        Args:
            operation: the folder and the module, such as `projects/projects_list`.
            uuids: those in the path.
            body: the name of its model, and its fields.
        """
        module = _module(operation)
        if body is not None:
            kind, fields = body
            params["body"] = getattr(models, kind).from_dict(fields)
        call = getattr(module, "sync", module.sync_detailed)
        return call(*map(UUID, uuids), client=self.client, **params)

    def log_in(self, username: str, password: str) -> str:
        """Return the token of a name and a password."""
        body = models.ObtainAuthTokenRequest(username=username, password=password)
        return _module("api_auth/api_auth_password").sync(client=self.anonymous, body=body).token


def texts(content: bytes) -> list[str]:
    """Return the texts of an error."""
    return _texts(json.loads(content))


def _texts(body: object) -> list[str]:
    if isinstance(body, dict):
        body = [*body.values()]
    return [text for part in body for text in _texts(part)] if isinstance(body, list) else [body]


def unknown(operation: str, query: Mapping[str, list[str]]) -> set[str]:
    """Return the parameters, or their values, that an operation does not have in the schema."""
    names = {name.strip("_"): name for name in _parameters(operation)}
    missing = {name for name in query if name not in names}
    for name in query.keys() & names.keys():
        choices = _choices(operation, names[name])
        missing |= {f"{name}={value}" for value in query[name] if choices and value not in choices}
    return missing


def _parameters(operation: str) -> Mapping[str, Parameter]:
    return signature(_module(operation).sync_detailed).parameters


def _choices(operation: str, parameter: str) -> set[str]:
    """Return what a parameter can be in the schema, nothing for any text."""
    enums = _enums(str(_parameters(operation)[parameter].annotation))
    return {value.value for enum in enums for value in enum}


def typed(operation: str, params: Mapping[str, object]) -> dict[str, object]:
    """Return parameters with the types of the schema: enums and uuids for texts."""
    return {name: _typed(operation, name, value) for name, value in params.items()}


def _typed(operation: str, name: str, value: object) -> object:
    if isinstance(value, list):
        return [_typed(operation, name, part) for part in value]
    annotation = str(_parameters(operation)[name].annotation)
    for kind in _enums(annotation):
        return kind(value)
    return UUID(value) if "UUID" in annotation else value


def _enums(annotation: str) -> list[type[Enum]]:
    kinds = (getattr(models, name, None) for name in re.findall(r"\w+", annotation))
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)]


def _module(operation: str):
    return import_module(f"waldur_api_client.api.{operation.replace('/', '.')}")


@singledispatch
def plain(value: object) -> object:
    """Return a value as both clients have it: None for nothing, numbers, texts, lists and maps."""
    return value.to_dict() if hasattr(value, "to_dict") else value


@plain.register(str)
def _(value: str) -> object:
    return value.value if isinstance(value, Enum) else value or None


@plain.register
def _(_value: Unset) -> object:
    return None


@plain.register
def _(value: UUID) -> object:
    return value.hex


@plain.register
def _(value: datetime) -> object:
    return value.astimezone(UTC).isoformat()


@plain.register
def _(value: date) -> object:
    return value.isoformat()


@plain.register
def _(value: Decimal) -> object:
    return float(value)


@plain.register(list)
@plain.register(tuple)
def _(value: object) -> object:
    return [plain(part) for part in value]


@plain.register(Mapping)
def _(value: Mapping) -> object:
    return {name: plain(part) for name, part in value.items()} or None
