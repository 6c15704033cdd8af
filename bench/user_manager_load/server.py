"""The service as `user-manager serve` runs it, with the routes of the bench."""

import os

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "user_manager_load.settings"
    django.setup()
    from user_manager.serving.shared_metrics import shared_metrics

    with shared_metrics():
        from django.conf import settings

        from user_manager.serving.http_server import serve

        serve(settings.USER_MANAGER)
