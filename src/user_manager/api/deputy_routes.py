"""Who decides for an absent OWNER."""

from typing import Final

from django.http import HttpResponse
from ninja import Path

from user_manager.api.answers import DeputyForm, Problem
from user_manager.api.forms import deputy_form
from user_manager.api.operations import ApiRequest, ContractRouter
from user_manager.api.requests import DeputyBody
from user_manager.api.responses import json_response
from user_manager.api.values import UserId
from user_manager.domain.errors import NotFound
from user_manager.selectors.absences import read_absence
from user_manager.services.absences import name_deputy, remove_deputy

router: Final = ContractRouter(tags=["users"])


@router.get("/users/{segment:user_id}/deputy", response={200: DeputyForm})
def get_deputy(request: ApiRequest, user_id: Path[UserId]) -> HttpResponse:
    """Return who decides for a user, and until when. Without a deputy it is 404."""
    absence = read_absence(request.auth, user_id)
    if absence is None:
        raise NotFound("{user} has no deputy at the moment.", user=user_id)
    return json_response(deputy_form(absence))


@router.put("/users/{segment:user_id}/deputy", response={200: DeputyForm, 409: Problem})
def put_deputy(request: ApiRequest, user_id: Path[UserId], body: DeputyBody) -> HttpResponse:
    """Name the deputy who decides for a user, in place of an earlier one."""
    absence = name_deputy(request.auth, user_id, body.deputy, body.until)
    return json_response(deputy_form(absence))


@router.delete("/users/{segment:user_id}/deputy", response={204: None})
def delete_deputy(request: ApiRequest, user_id: Path[UserId]) -> HttpResponse:
    """Remove the deputy of a user, whether or not there is one."""
    remove_deputy(request.auth, user_id)
    return HttpResponse(status=204)
