"""The settings of Django for the tests of the User Manager."""

import os
import tempfile

os.environ.setdefault(
    "USER_MANAGER_SECRET_KEY", "a key that only tests use, and that is long enough"
)
os.environ.setdefault("USER_MANAGER_DATA_DIR", tempfile.gettempdir())
os.environ.setdefault("USER_MANAGER_DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("USER_MANAGER_ALLOWED_HOSTS", "testserver,127.0.0.1")
os.environ.setdefault("USER_MANAGER_TRUSTED_PROXIES", "127.0.0.1/32")

from user_manager.settings import *  # noqa: F403 - Django's settings are a module
