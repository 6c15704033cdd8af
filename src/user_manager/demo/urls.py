"""The routes of the service, and the switch of identities."""

from django.urls import path

from user_manager.demo.identity import change_identity
from user_manager.urls import handler400, handler403, handler404, handler500
from user_manager.urls import urlpatterns as service

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*service, path("development/identity", change_identity, name="change-identity")]
