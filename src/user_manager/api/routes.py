"""The routes of the REST API."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status

from user_manager.api.calls import call_of
from user_manager.api.forms import DecisionBody, NewAccess, NewUser, access_form, user_form
from user_manager.api.problems import answer_problem
from user_manager.domain.access_types import parse_types
from user_manager.domain.durations import parse_duration
from user_manager.domain.errors import UserManagerError
from user_manager.domain.limits import AskedTime
from user_manager.domain.times import parse_time
from user_manager.selectors.users import UserView, read_user
from user_manager.services.deciding import Decision, decide
from user_manager.services.publishing import publish_document
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.services.users import create_user

api = NinjaAPI(title="User Manager", version="1", docs_url=None, openapi_url=None)
Form = dict[str, Any]
api.add_exception_handler(UserManagerError, answer_problem)


@api.post("/users", response={200: Form, 201: Form})
def post_user(request: HttpRequest, body: NewUser) -> Status[Form]:
    """Create a user."""
    call = call_of(request)
    user, is_new = create_user(call, body.id, body.name)
    return Status(201 if is_new else 200, user_form(UserView(user, (), ()), call))


@api.get("/users/{user_id}", response=Form)
def get_user(request: HttpRequest, user_id: str) -> Form:
    """Return a user with roles and accesses."""
    call = call_of(request)
    return user_form(read_user(call, user_id), call)


@api.post("/users/{user_id}/accesses", response={200: Form, 201: Form})
def post_access(request: HttpRequest, user_id: str, body: NewAccess) -> Status[Form]:
    """Ask for access."""
    call = call_of(request)
    asked = AskedTime(
        None if body.duration is None else parse_duration(body.duration),
        None if body.until is None else parse_time(body.until),
    )
    order = AccessOrder(
        user_id=user_id,
        module_id=body.module,
        types=parse_types(body.types),
        access_id=body.id,
        reason=body.reason,
        asked=asked,
        approve=body.approve,
    )
    access, is_new = add_access(call, order)
    return Status(201 if is_new else 200, access_form(access, call))


@api.post("/accesses/{access_id}/decision", response=Form)
def post_decision(request: HttpRequest, access_id: str, body: DecisionBody) -> Form:
    """Approve or refuse a request."""
    call = call_of(request)
    until = None if body.until is None else parse_time(body.until)
    access = decide(call, access_id, Decision(body.approve, body.comment, until))
    return access_form(access, call)


@api.get("/pmr")
def get_pmr(request: HttpRequest) -> HttpResponse:
    """Return the document for the cluster."""
    document = publish_document(call_of(request))
    response = HttpResponse(document.body, content_type="application/json")
    response["ETag"] = f'"{document.revision}"'
    return response
