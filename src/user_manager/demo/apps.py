"""The demonstration as a Django application, which only its settings install."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from user_manager.demo.checks import refuse_development_identity


class DemoConfig(AppConfig):
    """Adds the bar in which one chooses an identity, and the check that refuses it elsewhere."""

    name = "user_manager.demo"

    def ready(self) -> None:
        """Register the check."""
        register(refuse_development_identity, Tags.security, deploy=True)
