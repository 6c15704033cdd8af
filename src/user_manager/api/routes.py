"""The routes of the REST API."""

from typing import Final

from django.db import InterfaceError, OperationalError
from django.urls import register_converter
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.operation import Operation

from user_manager.api import (
    access_routes,
    cluster_routes,
    deputy_routes,
    event_routes,
    module_routes,
    user_routes,
)
from user_manager.api.encoded_paths import EncodedSegment
from user_manager.api.operations import CheckedBodyParser
from user_manager.api.problems import answer_error, answer_invalid, answer_unavailable
from user_manager.domain.errors import UserManagerError

register_converter(EncodedSegment, "segment")


class _Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api: Final = _Api(
    title="User Manager",
    version="1",
    docs_url=None,
    openapi_url=None,
    parser=CheckedBodyParser(),
)
api.add_exception_handler(UserManagerError, answer_error)
api.add_exception_handler(ValidationError, answer_invalid)
for database_error in (OperationalError, InterfaceError):
    api.add_exception_handler(database_error, answer_unavailable)
for router in (
    user_routes.router,
    deputy_routes.router,
    access_routes.router,
    module_routes.router,
    event_routes.router,
    cluster_routes.router,
):
    api.add_router("", router)
