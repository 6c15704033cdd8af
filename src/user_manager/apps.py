"""The Django application."""

from django.apps import AppConfig


class UserManagerConfig(AppConfig):
    """The only application of the service."""

    name = "user_manager"
