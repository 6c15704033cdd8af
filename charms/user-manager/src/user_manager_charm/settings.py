"""The settings of the workload, as environment variables. Pure.

Source: docs/reference/user-manager-charm.md. What an option does not set keeps the default of the
User Manager.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from user_manager_charm.config import Config

PREFIX = "USER_MANAGER_"
HTTP_PORT, GRPC_PORT = 8000, 50051
METRICS_PORT, GRPC_METRICS_PORT = 9090, 9091
PORTS = (HTTP_PORT, GRPC_PORT, METRICS_PORT, GRPC_METRICS_PORT)
DATA = "/var/lib/user-manager"
DATABASE_CA = f"{DATA}/postgresql-ca.pem"
NOTICE = "profiles-management.io/user-manager-changed"
"""The key of the Pebble notice that the workload sends when the approved accesses changed."""


@dataclass(frozen=True, slots=True, repr=False)
class Sources:
    """What the settings are made of. It contains secrets, so its repr shows nothing.

    Attributes:
        options: the options of the charm.
        webhook: the content of the secret `webhook`.
        secret_key: the secret key of Django.
        database_url: the URL of PostgreSQL; '' for SQLite in the storage.
        ingress_url: the address at the gateway; '' without one.
        service: the name of the application's service in Kubernetes, and its namespace.
    """

    options: Config
    webhook: Mapping[str, str]
    secret_key: str
    database_url: str
    ingress_url: str
    service: tuple[str, str]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that no message and no log may contain."""
        password = urlsplit(self.database_url).password or ""
        texts = {
            self.secret_key,
            self.database_url,
            password,
            unquote(password),
            *self.webhook.values(),
        }
        return tuple(sorted(texts - {""}, key=len, reverse=True))


def environment(sources: Sources) -> dict[str, str]:
    """Return the environment of every process of the workload."""
    options = sources.options
    public_url = options.public_url or sources.ingress_url
    values = {
        "SECRET_KEY": sources.secret_key,
        "DATABASE_URL": sources.database_url,
        "DATA_DIR": DATA,
        "ALLOWED_HOSTS": _listed(_hosts(options, public_url, sources.service)),
        "PUBLIC_URL": public_url,
        "TRUSTED_PROXIES": _listed(options.trusted_proxies),
        "IDENTITY_HEADER": options.identity_header,
        "IDENTITY_PREFIX": options.identity_prefix,
        "JWT_KEYS": options.jwt_keys,
        "JWT_ISSUER": options.jwt_issuer,
        "JWT_AUDIENCE": options.jwt_audience,
        "JWT_USER_CLAIM": options.jwt_user_claim,
        "ADMINISTRATORS": _listed(options.administrators),
        "PENDING_DAYS": str(options.pending_days),
        "LONGEST_DURATION": options.longest_duration,
        "REASON_REQUIRED": _switch(value=options.reason_required),
        "OPEN_REQUESTS": str(options.open_requests),
        "BREAK_GLASS": _switch(value=options.break_glass),
        "FOUR_EYES": _switch(value=options.four_eyes),
        "WEBHOOK_URL": sources.webhook.get("url", ""),
        "WEBHOOK_SECRET": sources.webhook.get("secret", ""),
        "WEBHOOK_FORMAT": options.webhook_format,
        "HTTP_PORT": str(HTTP_PORT),
        "GRPC_PORT": str(GRPC_PORT),
        "METRICS_PORT": str(METRICS_PORT),
        "LOG_FORMAT": "json",
    }
    return {f"{PREFIX}{name}": value for name, value in values.items() if value}


def _hosts(options: Config, public_url: str, service: tuple[str, str]) -> Iterable[str]:
    """Return the hosts under which the portal answers, each once.

    The charm itself asks 127.0.0.1; other applications of the cluster use the service.
    """
    name, namespace = service
    own = (
        "127.0.0.1",
        name,
        f"{name}.{namespace}",
        f"{name}.{namespace}.svc",
        f"{name}.{namespace}.svc.cluster.local",
    )
    public = urlsplit(public_url).hostname
    return dict.fromkeys((*own, *options.allowed_hosts, *((public,) if public else ())))


def _listed(words: Iterable[str]) -> str:
    return ",".join(words)


def _switch(*, value: bool) -> str:
    return "true" if value else "false"
