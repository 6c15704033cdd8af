"""The settings of `make portal`: what the environment does not set has a default."""

import os
import secrets
import tempfile

os.environ.setdefault("USER_MANAGER_SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("USER_MANAGER_DATA_DIR", tempfile.gettempdir())

from user_manager.settings import *  # noqa: F403 - Django's settings are a module
