"""Settings come from the environment, and a wrong one stops the start with its name."""

from datetime import timedelta

import pytest

from user_manager.configuration import ConfigurationError, load

KEY = {"USER_MANAGER_SECRET_KEY": "a-secret-of-the-tests"}
SECRETS = {"database_url", "webhook_url", "webhook_secret"}


def refused(**variables: str) -> str:
    given = {f"USER_MANAGER_{name}": value for name, value in variables.items()}
    with pytest.raises(ConfigurationError) as caught:
        load(KEY | given)
    return str(caught.value)


def test_there_is_no_start_without_a_secret_key() -> None:
    with pytest.raises(ConfigurationError, match="USER_MANAGER_SECRET_KEY is not set"):
        load({})
    assert "USER_MANAGER_SECRET_KEY: it is empty" in refused(SECRET_KEY="")


def test_a_misspelt_setting_is_named() -> None:
    assert "USER_MANAGER_ALLOWED_HOST." in refused(ALLOWED_HOST="example.com")


def test_lists_are_written_with_commas() -> None:
    values = {"USER_MANAGER_TRUSTED_PROXIES": "10.0.0.0/8, ::1/128"}
    configuration = load(KEY | values | {"USER_MANAGER_ADMINISTRATORS": "ann,bob"})
    assert [str(network) for network in configuration.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert configuration.policy.administrators == {"ann", "bob"}


def test_durations_and_days_become_times() -> None:
    values = {"USER_MANAGER_LONGEST_DURATION": "P30D", "USER_MANAGER_PENDING_DAYS": "3"}
    policy = load(KEY | values).policy
    assert policy.longest_duration == timedelta(days=30)
    assert policy.pending_period == timedelta(days=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "the mesh"),
        ("PENDING_DAYS", "0"),
        ("LONGEST_DURATION", "P1M"),
        ("OPEN_REQUESTS", "many"),
        ("BREAK_GLASS", "perhaps"),
        ("WEBHOOK_FORMAT", "irc"),
        ("HTTP_PORT", "65536"),
        ("IDENTITY_HEADER", "kubeflow userid"),
        ("LOG_FORMAT", "xml"),
        ("DATABASE_URL", "db.example.com/um"),
        ("DATABASE_URL", "mysql://db.example.com/um"),
        ("DATABASE_URL", "postgresql://um:pass#word@db.example.com/um"),
        ("PUBLIC_URL", "access.example.com"),
        ("ADMINISTRATORS", "system:admin"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_the_setting(name: str, value: str) -> None:
    assert refused(**{name: value}).startswith(f"USER_MANAGER_{name}: ")


def test_a_wrong_entry_of_a_list_is_counted() -> None:
    message = "USER_MANAGER_ADMINISTRATORS: entry 2: must not have *."
    assert refused(ADMINISTRATORS="root@example.com,*@example.com") == message


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"JWT_KEYS": "keys.json"}, "JWT_KEYS: set JWT_ISSUER and JWT_AUDIENCE too"),
        (
            {"JWT_KEYS": "http://a.example", "JWT_ISSUER": "a", "JWT_AUDIENCE": "b"},
            "JWT_KEYS: only https and files",
        ),
        ({"GRPC_TLS_CERT": "cert.pem"}, "GRPC_TLS_CERT and GRPC_TLS_KEY: set both or neither"),
        ({"WEBHOOK_URL": "https://hooks.example"}, "WEBHOOK_URL: set WEBHOOK_SECRET too"),
    ],
)
def test_a_setting_without_its_companion_is_refused(
    variables: dict[str, str], message: str
) -> None:
    assert message in refused(**variables)


@pytest.mark.parametrize(
    "url", ["", "sqlite:////data/db.sqlite3", "postgresql://um:a%23b@db.example.com:5432/um"]
)
def test_the_database_is_sqlite_or_postgresql(url: str) -> None:
    configuration = load(KEY | {"USER_MANAGER_DATABASE_URL": url})
    assert configuration.database == (url or "sqlite:////var/lib/user-manager/db.sqlite3")


DEFAULTS = {
    "database_url": "",
    "allowed_hosts": [],
    "public_url": "",
    "trusted_proxies": [],
    "identity_header": "kubeflow-userid",
    "identity_prefix": "",
    "jwt_keys": "",
    "jwt_issuer": "",
    "jwt_audience": "",
    "jwt_user_claim": "email",
    "administrators": [],
    "pending_days": 14,
    "longest_duration": None,
    "reason_required": False,
    "open_requests": 50,
    "break_glass": False,
    "four_eyes": False,
    "webhook_url": "",
    "webhook_secret": "",
    "webhook_format": "json",
    "http_port": 8000,
    "grpc_port": 50051,
    "grpc_tls_cert": None,
    "grpc_tls_key": None,
    "metrics_port": 9090,
    "log_format": "json",
}
"""Settings that deployments rely on. DATA_DIR and SECRET_KEY are the other ones."""


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_keeps_its_name_and_its_default(name: str) -> None:
    value = getattr(load(KEY), name)
    assert (value.get_secret_value() if name in SECRETS else value) == DEFAULTS[name]


def test_secrets_are_in_no_message_and_in_no_representation() -> None:
    password = "hunter2-of-the-database"
    values = {"USER_MANAGER_DATABASE_URL": f"postgresql://user:{password}@db/um"}
    configuration = load(KEY | values)
    assert password not in repr(configuration)
    assert KEY["USER_MANAGER_SECRET_KEY"] not in repr(configuration)
    assert "a-secret-of-the-tests" not in refused(PENDING_DAYS="0")


def test_variables_of_a_kubernetes_service_with_our_name_are_no_settings() -> None:
    links = {
        "USER_MANAGER_SERVICE_HOST": "10.0.0.1",
        "USER_MANAGER_SERVICE_PORT": "80",
        "USER_MANAGER_SERVICE_PORT_HTTP": "80",
        "USER_MANAGER_PORT": "tcp://10.0.0.1:80",
        "USER_MANAGER_PORT_80_TCP": "tcp://10.0.0.1:80",
        "USER_MANAGER_PORT_80_TCP_PROTO": "tcp",
        "USER_MANAGER_DB_SERVICE_HOST": "10.0.0.2",
    }
    assert load(KEY | links).http_port == 8000
