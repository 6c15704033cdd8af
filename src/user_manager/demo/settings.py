"""The settings of `make portal`: what the environment does not set has a default."""

import os
import secrets
import tempfile
from copy import deepcopy
from pathlib import Path

os.environ.setdefault("USER_MANAGER_SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("USER_MANAGER_DATA_DIR", tempfile.gettempdir())
os.environ.setdefault("USER_MANAGER_ALLOWED_HOSTS", "localhost,127.0.0.1")
os.environ.setdefault("USER_MANAGER_PUBLIC_URL", "http://127.0.0.1")  # cookies without TLS
os.environ.setdefault("USER_MANAGER_TRUSTED_PROXIES", "127.0.0.1/32")

from user_manager.settings import *  # noqa: F403 - Django's settings are a module
from user_manager.settings import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "user_manager.demo.urls"
MIDDLEWARE = ["user_manager.demo.identity.DevelopmentIdentity", *MIDDLEWARE]
INSTALLED_APPS = ["user_manager.demo", *INSTALLED_APPS]
TEMPLATES = deepcopy(TEMPLATES)  # the settings of the service stay as they are
TEMPLATES[0]["DIRS"].insert(0, Path(__file__).parent / "templates")
TEMPLATES[0]["OPTIONS"]["context_processors"].append("user_manager.demo.identity.identities")
