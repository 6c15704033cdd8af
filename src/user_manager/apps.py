"""The Django application."""

import os

from django.apps import AppConfig


class UserManagerConfig(AppConfig):
    """The only application of the service."""

    name = "user_manager"

    def ready(self) -> None:
        """Tell the charm of changes where Pebble runs the service."""
        from user_manager.services.transaction import accesses_changed  # noqa: PLC0415
        from user_manager.serving import pebble_notice  # noqa: PLC0415 - models are loaded now

        socket = os.environ.get(pebble_notice.VARIABLE)
        if socket:
            notice = pebble_notice.PebbleNotice(socket)
            accesses_changed.connect(notice.accesses_changed, weak=False)
