"""The options of the charm, typed: from what Juju says to the engine's settings and the document."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

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
from profiles_management.kubeflow import setting_forms

_LITERALS = re.compile("'([^']*)'")


def _split(value: object) -> object:
    return setting_forms.split(value) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    """Read `admin=one, edit=another, view=third`."""
    if not isinstance(value, str):
        return value
    found = setting_forms.roles_in(setting_forms.split(value))
    if found and set(found) != set(setting_forms.ROLES):
        raise ValueError("name a ClusterRole for each role: admin=…, edit=…, view=…")
    return found


Word = Annotated[str, StringConstraints(strip_whitespace=True)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Pairs = Annotated[Mapping[str, str], BeforeValidator(_pairs)]


class Config(BaseModel):
    """The options, under their names in charmcraft.yaml with `_` for `-`. Those of the engine: see `Settings`."""

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
    events: Literal["off", "counts", "names"] = "off"
    distribution: Literal["upstream", "charmed"] = "charmed"
    principals: Words = ()
    additional_principals: Words = ()
    userid_header: Word = "kubeflow-userid"
    userid_prefix: str = ""
    groups_claim: Word = "groups"
    waypoint: Word = ""
    instance: Word = "default"
    take_over: Word = ""
    unlisted: Literal["revoke", "keep"] = "revoke"
    foreign: Literal["keep", "revoke"] = "keep"
    stale: Literal["ours", "all", "off"] = "ours"
    brake_share: float = 0.5
    brake_minimum: int = 5
    protected_namespaces: Words = ()
    allowed_keys: Words = ()
    untrusted_max_profiles: int = 2_000
    untrusted_max_contributors: int = 20_000
    standalone: bool = False
    allow_kubeflow: bool = False
    roles: Pairs = Field(default_factory=dict)
    deadline: int = 30
    request_timeout: int = 30
    writers: int = 16
    page_size: int = 5000

    def settings(
        self,
        model: str = "",
        *,
        allow_revocations: bool = False,
        allow_gateway_change: bool = False,
    ) -> Settings:
        """Return how the engine is to behave.

        Args:
            model: the name of the model, which is the namespace that the charm runs in.
            allow_revocations: whether to release the brake, which is asked for each time and never
                configured.
            allow_gateway_change: whether existing policies may get another gateway than the owners'
                policies name, which is asked for each time too.

        Raises:
            SettingsError: an option has not the form that it needs, or is out of range; the message
                names it.
        """
        if what := setting_forms.pattern_complaint(self.relation_profiles):
            raise SettingsError(what, setting="option relation-profiles")
        preset = PRESETS[self.distribution]
        try:
            return replace(
                preset,
                principals=self.principals or preset.principals,
                additional_principals=self.additional_principals,
                userid_header=self.userid_header,
                userid_prefix=self.userid_prefix,
                groups_claim=self.groups_claim,
                waypoint=self.waypoint,
                instance=self.instance,
                take_over=self.take_over,
                unlisted=self.unlisted,
                foreign=self.foreign,
                stale=self.stale,
                brake_share=self.brake_share,
                brake_minimum=self.brake_minimum,
                protected_namespaces=frozenset(self.protected_namespaces),
                allowed_keys=frozenset(self.allowed_keys),
                untrusted_max_profiles=self.untrusted_max_profiles,
                untrusted_max_contributors=self.untrusted_max_contributors,
                own_namespace=model,
                standalone=self.standalone,
                allow_kubeflow=self.allow_kubeflow,
                events=self.events,
                roles=self.roles or None,
                deadline=self.deadline,
                request_timeout=self.request_timeout,
                writers=self.writers,
                page_size=self.page_size,
                allow_revocations=allow_revocations,
                allow_gateway_change=allow_gateway_change,
            )
        except SettingsError as error:
            raise SettingsError(error.what, setting=f"option {_option(error.setting)}") from None


def load(charm: ops.CharmBase) -> Config:
    """Return the options of a charm.

    Raises:
        SettingsError: one is not valid; the message is one line that names it and says what to
            write.
    """
    try:
        return charm.load_config(Config, errors="raise")
    except ValidationError as error:
        raise SettingsError(_worded(error)) from None  # pydantic's own text repeats every value


def _worded(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    option = _option(str(first["loc"][0]))
    context = first.get("ctx", {})
    if first["type"] == "literal_error":
        choices = _LITERALS.sub(r"\1", context["expected"])
        return f'option {option} is "{first["input"]}". Write {choices}'
    return f"option {option}: {context.get('error', first['msg'])}"


def _option(field: str) -> str:
    return field.replace("_", "-")
