"""What every operation has in common: the order of its checks, and the errors it declares.

The contract fixes the order: identity, CSRF, size, media type, JSON, values; then the verb.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.http import HttpRequest, QueryDict
from ninja import Router
from ninja.parser import Parser
from ninja.signature import ViewSignature

from user_manager.api.answers import Problem
from user_manager.api.bodies import MEBIBYTE, BodyRule, check_size, read_json
from user_manager.api.calls import call_of
from user_manager.domain.call import Call
from user_manager.domain.errors import FieldError
from user_manager.domain.field_errors import MOST_ERRORS, invalid_fields

View = TypeVar("View", bound=Callable[..., Any])

_ALWAYS: Final = {401, 403, 422, 503}
_WITH_BODY: Final = {400, 413, 415}
_LIMIT: Final = "body_limit"


class ApiRequest(HttpRequest):
    """A request whose identity, body and parameters were checked.

    Attributes:
        auth: the call.
        json: the body; None without one.
    """

    auth: Call
    json: dict[str, Any] | None


class CheckedBodyParser(Parser):
    """Gives ninja the body that was read when it was checked."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body."""
        body: dict[str, Any] = getattr(request, "json", None) or {}
        return body


@dataclass(frozen=True, slots=True)
class RequestChecks:
    """The checks before the values of a request are looked at.

    Attributes:
        body: what the body may be; None if the operation has none.
        parameters: the names in the query; whether each may be repeated.
    """

    body: BodyRule | None
    parameters: dict[str, bool]

    def __call__(self, request: ApiRequest) -> Call:
        """Return the call of a request.

        Raises:
            UserManagerError: the request is refused.
        """
        call = call_of(request)
        check_size(request, MEBIBYTE if self.body is None else self.body.limit)
        if self.body is not None:
            request.json = read_json(request, self.body)
        self._check_query(request.GET)
        return call

    def _check_query(self, query: QueryDict) -> None:
        errors = []
        for name, values in query.lists():
            if name not in self.parameters:
                errors.append(FieldError(name[:100], "is not a parameter of this operation"))
            elif len(values) > 1 and not self.parameters[name]:
                errors.append(FieldError(name, "must be there once"))
        if errors:
            raise invalid_fields(errors[:MOST_ERRORS])


class ContractRouter(Router):
    """A router whose operations have these checks, and declare the errors that all have."""

    def add_api_operation(
        self,
        path: str,
        methods: list[str],
        view_func: Callable[..., Any],
        **options: Any,  # noqa: ANN401 - the many options of ninja
    ) -> None:
        """Add an operation. `response` has its own answers alone."""
        checks = _checks_of(path, view_func)
        statuses = set(_ALWAYS)
        if checks.body is not None:
            statuses |= _WITH_BODY
        if "{" in path:
            statuses.add(404)
        options["auth"] = checks
        options["response"] = options["response"] | dict.fromkeys(sorted(statuses), Problem)
        super().add_api_operation(path, methods, view_func, **options)


def body_limit(limit: int) -> Callable[[View], View]:
    """Return a decorator that sets the most bytes of the body of an operation."""

    def decorate(view: View) -> View:
        setattr(view, _LIMIT, limit)
        return view

    return decorate


def _checks_of(path: str, view: Callable[..., Any]) -> RequestChecks:
    body = None
    parameters: dict[str, bool] = {}
    for model in ViewSignature(path, view).models:
        if model.__ninja_param_source__ == "body":
            (argument,) = model.model_fields.values()
            body = BodyRule(argument.is_required(), getattr(view, _LIMIT, MEBIBYTE))
        if model.__ninja_param_source__ == "query":
            repeated = getattr(model, "__ninja_collection_fields__", [])
            names = getattr(model, "__ninja_flatten_map__", {})
            parameters = {name: name in repeated for name in names}
    return RequestChecks(body, parameters)
