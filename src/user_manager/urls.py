"""The routes of the service."""

from django.urls import path

from user_manager.api.openapi import openapi_view
from user_manager.api.routes import api

urlpatterns = [path("api/v1/", api.urls), path("openapi.json", openapi_view)]
