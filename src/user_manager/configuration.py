"""The settings of the service, from environment variables that begin with USER_MANAGER_."""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import dj_database_url
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from user_manager.domain.durations import parse_duration
from user_manager.domain.errors import Invalid
from user_manager.domain.identifiers import check_user_id
from user_manager.domain.policy import Policy
from user_manager.domain.webhook_messages import WebhookFormat

PREFIX = "USER_MANAGER_"
_FOLDER = Path("/var/lib/user-manager")
_ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
# Kubernetes adds variables for each Service of the namespace, such as USER_MANAGER_SERVICE_HOST
_SERVICE_LINK = re.compile(
    r"(\w+_)?(service_host|service_port(_\w+)?|port(_\d+_(tcp|udp|sctp)(_(proto|port|addr))?)?)"
)


class ConfigurationError(Exception):
    """Settings are missing, misspelt or wrong. The message names each of them."""


def _separated(value: object) -> object:
    """Split a list that is written with commas."""
    if not isinstance(value, str):
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


def _user_id(value: str) -> str:
    try:
        return check_user_id(value)
    except Invalid as error:
        raise ValueError(error.errors[0].what) from None


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return parse_duration(value)
    except Invalid as error:
        raise ValueError(error.detail) from None


def _network(value: object) -> object:
    return ip_network(str(value))


def _not_empty(value: SecretStr) -> SecretStr:
    if not value.get_secret_value():
        raise ValueError("it is empty")
    return value


def _web_address(value: str) -> str:
    """Check an address. It may have a secret in it, so the error does not show it."""
    address = urlsplit(value)
    is_empty = not any(address)
    if not is_empty and not (address.scheme in {"http", "https"} and address.hostname):
        raise ValueError("it must be empty or begin with https:// (or http://) and a host")
    return value


def _secret_address(value: SecretStr) -> SecretStr:
    _web_address(value.get_secret_value())
    return value


def _database_address(value: SecretStr) -> SecretStr:
    """Check the URL of a database. It may have a password in it, so the error does not show it."""
    url = value.get_secret_value()
    if not url:
        return value
    try:
        engine = dj_database_url.parse(url)["ENGINE"]
    except ValueError:
        engine = ""
    if engine not in _ENGINES:
        raise ValueError(
            "it must be empty or begin with sqlite:/// or postgresql://. Percent-encode the "
            "special characters of user and password"
        )
    return value


Names = Annotated[list[str], BeforeValidator(_separated)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
UserIds = Annotated[list[Annotated[str, AfterValidator(_user_id)]], BeforeValidator(_separated)]
Networks = Annotated[list[Network], BeforeValidator(_separated)]
Duration = Annotated[timedelta | None, BeforeValidator(_duration)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Configuration(BaseModel):
    """Every setting of the service. Its variable is the name in upper case after the prefix."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret_key: Annotated[SecretStr, AfterValidator(_not_empty)]
    database_url: Annotated[SecretStr, AfterValidator(_database_address)] = SecretStr("")
    data_dir: Path = _FOLDER
    allowed_hosts: Names = []
    public_url: Annotated[str, AfterValidator(_web_address)] = ""
    trusted_proxies: Networks = []
    identity_header: str = Field("kubeflow-userid", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    identity_prefix: str = ""
    jwt_keys: str = ""
    jwt_issuer: str = ""
    jwt_audience: str = ""
    jwt_user_claim: str = "email"
    administrators: UserIds = []
    pending_days: Annotated[int, Field(ge=1, le=3650)] = 14
    longest_duration: Duration = None
    reason_required: bool = False
    open_requests: Annotated[int, Field(ge=1, le=100_000)] = 50
    break_glass: bool = False
    four_eyes: bool = False
    webhook_url: Annotated[SecretStr, AfterValidator(_secret_address)] = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    webhook_format: WebhookFormat = "json"
    http_port: Port = 8000
    grpc_port: Port = 50051
    grpc_tls_cert: Path | None = None
    grpc_tls_key: Path | None = None
    metrics_port: Port = 9090
    log_format: Literal["json", "text"] = "json"

    @model_validator(mode="after")
    def _check_companions(self) -> Self:
        """Refuse a setting without those that make it safe or complete."""
        is_key_set = bool(self.jwt_keys)
        _require(is_key_set, "JWT_KEYS", JWT_ISSUER=self.jwt_issuer, JWT_AUDIENCE=self.jwt_audience)
        if self.jwt_keys.startswith("http:"):
            raise ValueError("JWT_KEYS: only https and files are safe to read keys from")
        if (self.grpc_tls_cert is None) != (self.grpc_tls_key is None):
            raise ValueError("GRPC_TLS_CERT and GRPC_TLS_KEY: set both or neither")
        has_webhook = bool(self.webhook_url.get_secret_value())
        _require(has_webhook, "WEBHOOK_URL", WEBHOOK_SECRET=self.webhook_secret.get_secret_value())
        return self

    @property
    def policy(self) -> Policy:
        """The rules that the services apply."""
        return Policy(
            administrators=frozenset(self.administrators),
            pending_period=timedelta(days=self.pending_days),
            longest_duration=self.longest_duration,
            reason_required=self.reason_required,
            open_requests=self.open_requests,
            break_glass=self.break_glass,
            four_eyes=self.four_eyes,
            notices=bool(self.webhook_url.get_secret_value()),
        )

    @property
    def database(self) -> str:
        """The URL of the database. The default is a file in the data folder."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir}/db.sqlite3"


def _require(is_needed: bool, name: str, **others: str) -> None:  # noqa: FBT001
    """Refuse a setting whose companions are not set."""
    missing = [other for other, value in others.items() if not value]
    if is_needed and missing:
        raise ValueError(f"{name}: set {' and '.join(missing)} too")


def load(environment: Mapping[str, str] | None = None) -> Configuration:
    """Return the settings of an environment.

    Raises:
        ConfigurationError: a variable is missing, misspelt or wrong.
    """
    given = _given(os.environ if environment is None else environment)
    unknown = sorted(given.keys() - Configuration.model_fields.keys())
    if unknown:
        names = ", ".join(PREFIX + name.upper() for name in unknown)
        raise ConfigurationError(f"Unknown settings: {names}. Remove them or correct the spelling.")
    try:
        return Configuration.model_validate(given)
    except ValidationError as error:
        lines = [_problem(details) for details in error.errors(include_url=False)]
        raise ConfigurationError("\n".join(lines)) from None


def _given(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in variables, without those that Kubernetes adds for a Service."""
    settings = {}
    for variable, value in variables.items():
        name = variable.removeprefix(PREFIX).lower()
        is_of_service = name not in Configuration.model_fields and _SERVICE_LINK.fullmatch(name)
        if variable.startswith(PREFIX) and not is_of_service:
            settings[name] = value
    return settings


def _problem(details: ErrorDetails) -> str:
    """Return what is wrong with a setting. The value is left out, because it may be a secret."""
    message = details["msg"].removeprefix("Value error, ")
    if not details["loc"]:
        return f"{PREFIX}{message}."
    name = PREFIX + str(details["loc"][0]).upper()
    if details["type"] == "missing":
        return f"{name} is not set. Set it to a random text of 50 characters or more."
    if len(details["loc"]) > 1:
        return f"{name}: entry {int(details['loc'][1]) + 1}: {message}."
    return f"{name}: {message}."
