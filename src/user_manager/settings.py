"""The settings of Django. All that an installation decides is in `configuration`."""

import logging.config
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from user_manager.configuration import load
from user_manager.observability.logs import log_settings

CONFIGURATION = load()
USER_MANAGER = CONFIGURATION  # what identity and services read

SECRET_KEY = CONFIGURATION.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = CONFIGURATION.allowed_hosts
ROOT_URLCONF = "user_manager.urls"
WSGI_APPLICATION = "user_manager.wsgi.application"
APPEND_SLASH = False  # the contract: a path with a slash at its end is 404
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "user_manager",
]

MIDDLEWARE = [
    "user_manager.observability.request_log.RequestLog",
    "user_manager.api.problems.turn_errors_into_problems",
    "user_manager.api.encoded_paths.route_encoded_paths",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "user_manager.web.security.ContentSecurityPolicy",
    "user_manager.web.form_bodies.limit_forms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

_WEB = Path(__file__).parent / "web"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["user_manager.web.template_tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "user_manager.web.preferences.preferences",
            ],
        },
    }
]
FORM_RENDERER = "user_manager.web.fields.Renderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # there are no sessions
CSRF_FAILURE_VIEW = "user_manager.web.errors.forged"


def _database() -> dict[str, object]:
    """Return the settings of the database.

    SQLite: a write waits for the other one from the start of its transaction (IMMEDIATE), because
    a transaction that reads first and writes later fails at once when another one has written.
    """
    parsed = dj_database_url.parse(CONFIGURATION.database)
    database: dict[str, object] = dict(parsed)
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
        }
    else:
        database["CONN_MAX_AGE"] = 600
        database["CONN_HEALTH_CHECKS"] = True
        # those of the URL too: without its sslmode, a server would not be verified
        database["OPTIONS"] = {"connect_timeout": 5, **parsed.get("OPTIONS", {})}
    return database


DATABASES = {"default": _database()}

LOGGING_CONFIG = None  # Python's alone: Django's would add handlers
logging.config.dictConfig(log_settings(CONFIGURATION.log_format))

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
FORMAT_MODULE_PATH = ["user_manager.web.formats"]

STATIC_URL = "static/"
STATICFILES_DIRS = [_WEB / "static"]
WHITENOISE_USE_FINDERS = True  # served from the package: there is no build step

CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = not CONFIGURATION.public_url.startswith("http:")
_PUBLIC = urlsplit(CONFIGURATION.public_url)
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"] if _PUBLIC.netloc else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE  # there are no sessions: this is for the messages
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # the largest body: the answer of the cluster
FILE_UPLOAD_HANDLERS = ["user_manager.web.form_bodies.NoFiles"]
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # TLS ends at the ingress or the mesh, which sends HSTS
    "security.W008",  # and redirects plain HTTP
    "security.W016",  # `user-manager check` names the setting that it follows from
]
