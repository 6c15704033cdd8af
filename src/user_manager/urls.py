"""The routes of the service."""

from django.urls import include, path

from user_manager.api.openapi import openapi_view
from user_manager.api.routes import api
from user_manager.web import errors

urlpatterns = [
    path("api/v1/", api.urls),
    path("openapi.json", openapi_view),
    path("", include("user_manager.web.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.fault
