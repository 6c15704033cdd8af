"""The settings of `make portal`: what the environment does not set has a default."""

import os
import secrets
import tempfile
from pathlib import Path

os.environ.setdefault("USER_MANAGER_SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("USER_MANAGER_DATA_DIR", tempfile.gettempdir())
os.environ.setdefault("USER_MANAGER_ALLOWED_HOSTS", "localhost,127.0.0.1")
os.environ.setdefault("USER_MANAGER_PUBLIC_URL", "http://127.0.0.1")  # cookies without TLS
os.environ.setdefault("USER_MANAGER_TRUSTED_PROXIES", "127.0.0.1/32")

import user_manager.demo.checks  # noqa: F401 - it registers the check
from user_manager.settings import *  # noqa: F403 - Django's settings are a module
from user_manager.settings import MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "user_manager.demo.urls"
MIDDLEWARE = ["user_manager.demo.identity.DevelopmentIdentity", *MIDDLEWARE]
TEMPLATES[0]["DIRS"].insert(0, Path(__file__).parent / "templates")
TEMPLATES[0]["OPTIONS"]["context_processors"].append("user_manager.demo.identity.identities")
