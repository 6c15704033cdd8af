"""The settings of the service, with the plain view that it is compared with."""

from user_manager.settings import *  # noqa: F403 - Django's settings are a module

ROOT_URLCONF = "user_manager_load.urls"
