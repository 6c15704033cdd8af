"""Users and their roles."""

from typing import Final
from urllib.parse import quote

from django.http import HttpResponse
from ninja import Path, Query

from user_manager.api.answers import MeForm, Problem, UserForm, UserList
from user_manager.api.forms import Form, me_form, page_form, user_form
from user_manager.api.operations import ApiRequest, ContractRouter
from user_manager.api.requests import NewUser, UserChange, UserQuery
from user_manager.api.responses import created_response, json_response
from user_manager.api.values import RoleName, UserId
from user_manager.domain.vocabulary import Role
from user_manager.models import User
from user_manager.selectors.users import list_users, read_me, read_user, views_of
from user_manager.services.users import add_role, change_user, create_user, remove_role

router: Final = ContractRouter(tags=["users"])


@router.get("/me", response={200: MeForm})
def get_me(request: ApiRequest) -> HttpResponse:
    """Return the caller: the user, whether an administrator, and OWNER of which modules."""
    call = request.auth
    return json_response(me_form(read_me(call), call))


@router.get("/users", response={200: UserList})
def get_users(request: ApiRequest, query: Query[UserQuery]) -> HttpResponse:
    """List users by id: all of them, or the caller alone."""
    call = request.auth
    role = None if query.role is None else Role[query.role]
    page = list_users(call, query.page(), query=query.query, role=role)
    return json_response(page_form(page, lambda view: user_form(view, call)))


@router.post("/users", response={200: UserForm, 201: UserForm, 409: Problem})
def post_user(request: ApiRequest, body: NewUser) -> HttpResponse:
    """Create a user. The same again is 200."""
    user, is_new = create_user(request.auth, body.id, body.name)
    location = f"/api/v1/users/{quote(user.id, safe='')}"
    return created_response(_user_form(request, user), location, is_new=is_new)


@router.get("/users/{segment:user_id}", response={200: UserForm})
def get_user(request: ApiRequest, user_id: Path[UserId]) -> HttpResponse:
    """Return a user with roles and accesses that are approved and not over."""
    call = request.auth
    return json_response(user_form(read_user(call, user_id), call))


@router.patch("/users/{segment:user_id}", response={200: UserForm, 409: Problem})
def patch_user(request: ApiRequest, user_id: Path[UserId], body: UserChange) -> HttpResponse:
    """Rename, deactivate or activate a user. Deactivating ends all accesses and requests."""
    user = change_user(request.auth, user_id, **body.changes())
    return json_response(_user_form(request, user))


@router.put("/users/{segment:user_id}/roles/{segment:role}", response={200: UserForm, 409: Problem})
def put_role(request: ApiRequest, user_id: Path[UserId], role: Path[RoleName]) -> HttpResponse:
    """Give a user a role, whether or not the user has it."""
    return json_response(_user_form(request, add_role(request.auth, user_id, Role[role])))


@router.delete("/users/{segment:user_id}/roles/{segment:role}", response={200: UserForm})
def delete_role(request: ApiRequest, user_id: Path[UserId], role: Path[RoleName]) -> HttpResponse:
    """Take a role from a user, whether or not the user has it."""
    return json_response(_user_form(request, remove_role(request.auth, user_id, Role[role])))


def _user_form(request: ApiRequest, user: User) -> Form:
    (view,) = views_of(request.auth, [user])
    return user_form(view, request.auth)
