"""Modules: profiles of the cluster and other systems."""

from typing import Final

from django.http import HttpResponse
from ninja import Path, Query

from user_manager.api.answers import ModuleAccessList, ModuleForm, ModuleList, Problem
from user_manager.api.forms import module_access_form, module_form, page_form
from user_manager.api.operations import ApiRequest, ContractRouter
from user_manager.api.requests import ModuleBody, ModuleQuery, PageQuery
from user_manager.api.responses import created_response, json_response
from user_manager.api.values import ModuleId
from user_manager.selectors.modules import list_module_accesses, list_modules, read_module
from user_manager.services.modules import put_module as replace_module

router: Final = ContractRouter(tags=["modules"])


@router.get("/modules", response={200: ModuleList})
def get_modules(request: ApiRequest, query: Query[ModuleQuery]) -> HttpResponse:  # noqa: ARG001
    """List modules by id."""
    page = list_modules(query.page(), query=query.query, kind=query.kind)
    return json_response(page_form(page, module_form))


@router.get("/modules/{segment:module_id}", response={200: ModuleForm})
def get_module(request: ApiRequest, module_id: Path[ModuleId]) -> HttpResponse:  # noqa: ARG001
    """Return a module."""
    return json_response(module_form(read_module(module_id)))


@router.put(
    "/modules/{segment:module_id}", response={200: ModuleForm, 201: ModuleForm, 409: Problem}
)
def put_module(request: ApiRequest, module_id: Path[ModuleId], body: ModuleBody) -> HttpResponse:
    """Replace the values of a module. An unknown id is registered as an external module."""
    module, is_new = replace_module(request.auth, module_id, body.values())
    return created_response(module_form(module), f"/api/v1/modules/{module.id}", is_new=is_new)


@router.get("/modules/{segment:module_id}/accesses", response={200: ModuleAccessList})
def get_module_accesses(
    request: ApiRequest, module_id: Path[ModuleId], query: Query[PageQuery]
) -> HttpResponse:
    """List who has access to a module: accesses, newest first, then people of other sources."""
    page = list_module_accesses(request.auth, module_id, query.page())
    return json_response(page_form(page, module_access_form))
