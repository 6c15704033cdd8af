"""The options of the charm, typed, and the engine's settings that they set."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Annotated, Any, Literal, get_args

import ops
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from profiles_management import PRESETS, Settings, SettingsError
from profiles_management.kubeflow import setting_checks

_DEADLINE = 30  # seconds: a hook must not take minutes


def _split(value: object) -> object:
    return setting_checks.split(value) if isinstance(value, str) else value


Word = Annotated[str, StringConstraints(strip_whitespace=True)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Config(BaseModel):
    """The options of charmcraft.yaml, with `_` in place of `-`.

    Attributes:
        engine: the options that are settings of the engine, by the names of `Settings`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    document: str = Field(default="", alias="pmr")
    git_url: Word = ""
    git_revision: Word = ""
    git_path: Word = ""
    git_credentials: ops.Secret | None = None
    git_known_hosts: str = ""
    git_ca: str = ""
    relation_profiles: Words = ("*",)
    relation_trust: Literal["profiles", "full"] = "profiles"
    withdrawn_sources: Words = ()
    puhuri_mode: Literal["off", "target", "source"] = "off"
    puhuri_url: Word = ""
    puhuri_customer: Word = ""
    puhuri_token: ops.Secret | None = None
    puhuri_ca: str = ""
    puhuri_rate: float = 0.0
    puhuri_people: Literal["cuid", "email"] = "cuid"
    puhuri_roles: Words = ()
    puhuri_allow_terminations: bool = False
    puhuri_profiles: Words = ()
    puhuri_prefix: Word = ""
    puhuri_owner: Word = ""
    puhuri_quota: Words = ()
    distribution: Literal["upstream", "charmed"] = "charmed"
    engine: Mapping[str, Any] = Field(default_factory=dict)

    def settings(self, model: str = "", **once: Any) -> Settings:  # noqa: ANN401 - as `Settings` has them
        """Return the settings of the engine.

        Args:
            model: the name of the model, which is the namespace of the charm.
            once: settings of one run, which cannot be configured: `allow_revocations`,
                `allow_gateway_change`.

        Raises:
            SettingsError: an option is out of range or not of the required form.
        """
        if what := _PATTERNS(self.relation_profiles):
            raise SettingsError(what, setting="option relation-profiles")
        given: dict[str, Any] = {"deadline": _DEADLINE}
        try:
            for name, value in self.engine.items():
                given[name] = _setting(name, value)
            preset = PRESETS[self.distribution]
            given["principals"] = given.get("principals") or preset.principals
            return replace(preset, own_namespace=model, **given, **once)
        except SettingsError as error:
            raise SettingsError(error.what, setting=f"option {_option(error.setting)}") from None


def engine_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are settings of the engine, by the names of the settings."""
    names = {_option(name): name for name in _DEFAULTS}
    return {names[option]: value for option, value in options.items() if option in names}


_PATTERNS = setting_checks.entries(setting_checks.name_pattern)


def _setting(name: str, value: Any) -> Any:  # noqa: ANN401 - as Juju has it
    """Return the value of a setting from the value of the option, in which a list is text.

    Raises:
        SettingsError: a list of roles is not of the required form.
    """
    default = _DEFAULTS[name]
    if name == "roles":
        return _roles(value)
    if isinstance(default, (tuple, frozenset)):
        return type(default)(setting_checks.split(value))
    if isinstance(default, str) and name != "userid_prefix":
        return value.strip()
    return value


_DEFAULTS = {setting.name: setting.default for setting in fields(Settings)}


def _roles(text: str) -> Mapping[str, str] | None:
    """Read `admin=one, edit=another, view=third`.

    Raises:
        SettingsError: an entry is not of this form, or a role is missing.
    """
    try:
        roles = setting_checks.roles_in(setting_checks.split(text))
    except ValueError as error:
        raise SettingsError(str(error), setting="roles") from None
    if roles and set(roles) != set(setting_checks.ROLES):
        what = "does not name a ClusterRole for each role. Write admin=…, edit=…, view=…"
        raise SettingsError(what, setting="roles")
    return roles or None


def load(charm: ops.CharmBase) -> Config:
    """Return the options of a charm.

    Raises:
        SettingsError: an option is not valid. The message is one line with what to write.
    """
    try:
        return charm.load_config(Config, errors="raise", engine=engine_options(charm.config))
    except ValidationError as error:
        raise SettingsError(_worded(error)) from None  # pydantic's own text repeats every value


def _worded(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    option = _option(str(first["loc"][0]))
    context = first.get("ctx", {})
    if first["type"] == "literal_error":
        choices = get_args(Config.model_fields[str(first["loc"][0])].annotation)
        return f'option {option} is "{first["input"]}". Write {" or ".join(choices)}'
    return f"option {option}: {context.get('error', first['msg'])}"


def _option(field: str) -> str:
    return field.replace("_", "-")
