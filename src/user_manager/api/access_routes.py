"""Asking for access, deciding, and taking access away."""

from typing import Any, Final

from django.http import HttpResponse
from ninja import Body, Path, Query

from user_manager.api.answers import (
    AccessForm,
    AccessList,
    DecisionResults,
    EventList,
    Problem,
)
from user_manager.api.forms import Form, access_form, event_form, page_form
from user_manager.api.operations import ApiRequest, ContractRouter
from user_manager.api.requests import (
    AccessQuery,
    BulkDecision,
    DecisionBody,
    DecisionsBody,
    NewAccess,
    PageQuery,
    RemovalQuery,
    RevokeBody,
)
from user_manager.api.responses import created_response, json_response
from user_manager.api.values import AccessId, ModuleId, UserId
from user_manager.domain.call import Call
from user_manager.domain.errors import UserManagerError
from user_manager.models import Access
from user_manager.selectors.accesses import AccessFilter, list_accesses
from user_manager.selectors.events import list_access_events
from user_manager.selectors.visibility import visible_access
from user_manager.services.deciding import decide
from user_manager.services.ending import revoke_access, revoke_in_module
from user_manager.services.requesting import add_access
from user_manager.services.reviewing import review

router: Final = ContractRouter(tags=["accesses"])
_WHOLE: Final = RevokeBody()


@router.post(
    "/users/{segment:user_id}/accesses",
    response={200: AccessForm, 201: AccessForm, 409: Problem, 429: Problem},
)
def post_access(request: ApiRequest, user_id: Path[UserId], body: NewAccess) -> HttpResponse:
    """Ask for access. The same `id` with the same body again is 200."""
    access, is_new = add_access(request.auth, body.order(user_id))
    form = access_form(access, request.auth)
    return created_response(form, f"/api/v1/accesses/{access.id}", is_new=is_new)


@router.delete(
    "/users/{segment:user_id}/accesses/{segment:module}", response={200: AccessForm, 409: Problem}
)
def delete_access(
    request: ApiRequest,
    user_id: Path[UserId],
    module: Path[ModuleId],
    query: Query[RemovalQuery],
) -> HttpResponse:
    """Take access to a module away, or withdraw the request for it."""
    access = revoke_in_module(request.auth, user_id, module, query.removal())
    return _access_response(request, access)


@router.get("/accesses", response={200: AccessList})
def get_accesses(request: ApiRequest, query: Query[AccessQuery]) -> HttpResponse:
    """List the accesses that the caller may see, newest first."""
    call = request.auth
    wanted = AccessFilter(
        user_id=query.user,
        module_id=query.module,
        state=query.state,
        effect=query.effect,
        is_to_decide=query.to_decide is not None,
        is_review_overdue=query.review is not None,
    )
    page = list_accesses(call, wanted, query.page())
    return json_response(page_form(page, lambda access: access_form(access, call)))


@router.get("/accesses/{segment:access_id}", response={200: AccessForm})
def get_access(request: ApiRequest, access_id: Path[AccessId]) -> HttpResponse:
    """Return an access."""
    return _access_response(request, visible_access(request.auth, access_id))


@router.get("/accesses/{segment:access_id}/events", response={200: EventList})
def get_access_events(
    request: ApiRequest, access_id: Path[AccessId], query: Query[PageQuery]
) -> HttpResponse:
    """List the events of an access."""
    page = list_access_events(request.auth, access_id, query.page())
    return json_response(page_form(page, event_form))


@router.post("/accesses/{segment:access_id}/decision", response={200: AccessForm, 409: Problem})
def post_decision(
    request: ApiRequest, access_id: Path[AccessId], body: DecisionBody
) -> HttpResponse:
    """Approve or refuse a request."""
    return _access_response(request, decide(request.auth, access_id, body.decision()))


@router.post("/accesses/{segment:access_id}/revoke", response={200: AccessForm, 409: Problem})
def post_revoke(
    request: ApiRequest,
    access_id: Path[AccessId],
    body: Body[RevokeBody] = _WHOLE,
) -> HttpResponse:
    """Take an access away, or a part of it, or withdraw a request. The body is optional."""
    return _access_response(request, revoke_access(request.auth, access_id, body.removal()))


@router.post("/accesses/{segment:access_id}/review", response={200: AccessForm, 409: Problem})
def post_review(request: ApiRequest, access_id: Path[AccessId]) -> HttpResponse:
    """Confirm that an access is still needed."""
    return _access_response(request, review(request.auth, access_id))


@router.post("/decisions", response={200: DecisionResults})
def post_decisions(request: ApiRequest, body: DecisionsBody) -> HttpResponse:
    """Decide many requests, each on its own."""
    results = [_decided(request.auth, item) for item in body.items]
    return json_response({"results": results})


def _decided(call: Call, item: BulkDecision) -> Form:
    result: dict[str, Any] = {"id": item.id}
    try:
        access = decide(call, item.id, item.decision())
    except UserManagerError as error:
        return result | {"status": error.status, "code": error.code, "detail": error.detail}
    return result | {"status": 200, "code": "ok", "access": access_form(access, call)}


def _access_response(request: ApiRequest, access: Access) -> HttpResponse:
    return json_response(access_form(access, request.auth))
