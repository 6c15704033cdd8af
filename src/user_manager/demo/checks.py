"""A check that keeps the demonstration out of production."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error


def refuse_development_identity(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django gives them
    **_: object,
) -> list[CheckMessage]:
    """Refuse these settings in a deployment. Only the demonstration registers it."""
    return [
        Error(
            "The settings of the demonstration let everybody choose who they are.",
            hint="Use user_manager.settings.",
            id="user_manager.E001",
        )
    ]
