"""The reference pages of the User Manager name what the code has."""

import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from annotated_types import Ge, Le
from pydantic import SecretStr

from user_manager.configuration import Configuration
from user_manager.domain.durations import format_duration
from user_manager.domain.vocabulary import Scope
from user_manager_commands import commands

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
SETTINGS = (REFERENCE / "user-manager-settings.md").read_text()
COMMANDS = (REFERENCE / "user-manager-command.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| .+ \|$", re.MULTILINE)
DOCUMENTED = {name: (kind, default) for name, kind, default in ROW.findall(SETTINGS)}
FIELDS = {name.upper(): field for name, field in Configuration.model_fields.items()}


def test_every_setting_is_described_in_the_order_of_the_code():
    assert list(DOCUMENTED) == list(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_has_its_default(name):
    assert DOCUMENTED[name][1] == default_of(name)


def default_of(name):
    field = FIELDS[name]
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in ("", None, []):
        return "none"
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_has_its_range(name):
    kind = DOCUMENTED[name][0]
    field = FIELDS[name]
    limits = {type(limit): limit for limit in field.metadata}
    if Ge in limits:
        assert kind == f"{limits[Ge].ge} to {limits[Le].le}"
    if field.annotation is bool:
        assert kind == "true or false"
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    if choices:
        assert kind == ", ".join(map(str, choices))


PARSED = commands()
LISTED = {
    re.sub(r" [A-Z]+$", "", call): text
    for call, text in re.findall(r"^\| `([a-z][^`]*)` \| (.+) \|$", COMMANDS, re.MULTILINE)
}


def test_every_command_is_described():
    assert set(LISTED) == set(PARSED)


@pytest.mark.parametrize("name", PARSED)
def test_a_command_has_its_options(name):
    options = {
        option
        for parameter in PARSED[name].params
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    }
    assert set(re.findall(r"--[a-z-]+", LISTED[name])) == options


def test_a_token_has_the_scopes_of_the_code():
    for scope in Scope:
        assert f"`{scope.value}`" in LISTED["token create"]
