"""The options, and the settings of the workload that they set."""

import pytest
from ops import testing
from user_manager_unit import FILE

from user_manager.configuration import Configuration, load
from user_manager_charm.config import Config

OPTIONS = FILE["config"]["options"]
TYPES = {"string": str, "int": int, "float": float, "boolean": bool}
SET = {
    "administrators": ("ann@example.com, root@example.com", "ann@example.com,root@example.com"),
    "trusted_proxies": ("10.1.0.0/16, 10.2.0.1", "10.1.0.0/16,10.2.0.1/32"),
    "identity_header": ("x-user", "x-user"),
    "identity_prefix": ("accounts: ", "accounts: "),
    "jwt_keys": ("https://example.com/keys", "https://example.com/keys"),
    "jwt_issuer": ("https://example.com", "https://example.com"),
    "jwt_audience": ("portal", "portal"),
    "jwt_user_claim": ("sub", "sub"),
    "public_url": ("https://access.example.com/", "https://access.example.com"),
    "pending_days": (3, "3"),
    "longest_duration": ("P90D", "P90D"),
    "reason_required": (True, "true"),
    "open_requests": (5, "5"),
    "break_glass": (True, "true"),
    "four_eyes": (True, "true"),
    "webhook_format": ("slack", "slack"),
}
ELSEWHERE = {"allowed_hosts", "ingress_port", "webhook"}
NOT_IN_JUJU = {"grpc_tls_cert", "grpc_tls_key"}  # the mesh encrypts
OF_THE_CHARM = {
    "secret_key",
    "database_url",
    "data_dir",
    "http_port",
    "grpc_port",
    "metrics_port",
    "log_format",
    "allowed_hosts",
    "webhook_url",
    "webhook_secret",
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_of_a_type_that_juju_knows_and_so_is_its_default(name):
    option = OPTIONS[name]

    if option["type"] == "secret":
        assert "default" not in option
    else:
        assert type(option["default"]) is TYPES[option["type"]]


def test_every_option_is_read_and_no_other():
    assert {name.replace("_", "-") for name in Config.model_fields} == set(OPTIONS)


def test_the_defaults_of_charmcraft_are_those_of_the_code():
    defaults = {
        name.replace("-", "_"): option["default"]
        for name, option in OPTIONS.items()
        if "default" in option
    }

    assert Config(**defaults) == Config()


def test_every_setting_is_set_by_an_option_or_by_the_charm_or_left_out_on_purpose():
    assert SET.keys() | ELSEWHERE == Config.model_fields.keys()
    assert SET.keys() | OF_THE_CHARM | NOT_IN_JUJU == Configuration.model_fields.keys()


@pytest.mark.parametrize("name", SET)
def test_an_option_sets_its_setting(unit, name):
    value, expected = SET[name]
    unit.configure(**{name: value})
    unit.ready()

    assert unit.environment[f"USER_MANAGER_{name.upper()}"] == expected


def test_the_workload_accepts_the_settings(unit):
    unit.configure(**{name: value for name, (value, _) in SET.items()})
    unit.ready()

    configuration = load(unit.environment)
    assert configuration.open_requests == 5
    assert configuration.data_dir.as_posix() == "/var/lib/user-manager"
    assert configuration.log_format == "json"


def test_the_workload_accepts_the_defaults(unit):
    unit.ready()

    configuration = load(unit.environment)
    mine = {"secret_key", "allowed_hosts", "data_dir", "log_format"}
    assert configuration.model_dump(exclude=mine) == Configuration(secret_key="x").model_dump(
        exclude=mine
    )


def test_the_portal_answers_under_its_service_the_public_name_and_those_that_are_given(unit):
    unit.configure(public_url="https://access.example.com", allowed_hosts="portal, portal.lan")
    unit.ready()

    assert unit.environment["USER_MANAGER_ALLOWED_HOSTS"].split(",") == [
        "127.0.0.1",
        "user-manager",
        "user-manager.kubeflow",
        "user-manager.kubeflow.svc",
        "user-manager.kubeflow.svc.cluster.local",
        "portal",
        "portal.lan",
        "access.example.com",
    ]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "trusted_proxies",
            "10.1.0.1/16",
            'option trusted-proxies: "10.1.0.1/16" is not a network. Write one such as 10.1.0.0/16',
        ),
        (
            "identity_header",
            "x_user: ",
            "option identity-header: Write the name of a header, such as kubeflow-userid",
        ),
        (
            "jwt_keys",
            "http://example.com/keys",
            "option jwt-keys: Write a URL that begins with https://",
        ),
        (
            "public_url",
            "access.example.com",
            "option public-url: Write a URL that begins with https:// or http://",
        ),
        (
            "longest_duration",
            "P3M",
            "option longest-duration: Write a duration such as P90D or PT8H",
        ),
        ("pending_days", 0, "option pending-days: Input should be greater than or equal to 1"),
        ("open_requests", 0, "option open-requests: Input should be greater than or equal to 1"),
        (
            "ingress_port",
            70000,
            "option ingress-port: Input should be less than or equal to 65535",
        ),
        (
            "webhook_format",
            "irc",
            "option webhook-format: write json or slack or mattermost or teams",
        ),
    ],
)
def test_a_wrong_option_is_shown_with_what_to_write(unit, option, value, message):
    unit.configure(**{option: value})
    unit.ready()

    assert unit.status == f"blocked: {message}"


def test_a_wrong_option_does_not_stop_the_portal(unit):
    unit.ready()
    unit.configure(trusted_proxies="everybody")
    unit.see("config_changed")

    assert unit.running == {"web", "grpc", "sweep"}


# the webhook


def test_the_webhook_comes_from_a_secret(unit):
    url = "https://hooks.example.com/T0/B0"
    unit.configure(webhook=testing.Secret({"url": url, "secret": "sign"}))
    unit.ready()

    assert unit.environment["USER_MANAGER_WEBHOOK_URL"] == url
    assert unit.environment["USER_MANAGER_WEBHOOK_SECRET"] == "sign"
    assert url not in str(unit.context.juju_log)


@pytest.mark.parametrize(
    "content", [{"secret": "sign"}, {"url": "hooks", "secret": "sign"}, {"url": "https://hooks"}]
)
def test_a_webhook_without_a_url_or_a_secret_is_shown(unit, content):
    unit.configure(webhook=testing.Secret(content))
    unit.ready()

    assert unit.status == (
        "blocked: option webhook: the secret needs the keys url, an http(s) URL, and secret"
    )


def test_a_webhook_that_is_not_granted_is_shown(unit):
    unit.change(config={"webhook": "secret:00000000000000000000"})
    unit.ready()

    assert unit.status == "blocked: option webhook: the secret cannot be read; grant it"
