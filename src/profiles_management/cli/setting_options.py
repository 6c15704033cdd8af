"""Settings as options of commands.

Type, default and help come from the declarations of settings.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final, Literal

import typer

from profiles_management.cli.options import option
from profiles_management.cli.usage_errors import shown_name
from profiles_management.cli.variables import entries, variable_name
from profiles_management.kubeflow.setting_checks import roles_in
from profiles_management.kubeflow.settings import (
    DETECTED,
    PRESETS,
    UPSTREAM,
    Settings,
    declarations,
)
from profiles_management.pmr.problems import SettingsError

_PANEL: Final = "Settings (as variables: PROFILES_MANAGEMENT_PRESET and so on)"
_PRESET: Final = "preset"
_Preset = Literal["auto", "upstream", "charmed"]
_PRESET_HELP: Final = (
    "Kubeflow distribution, which decides on the gateway. auto takes the gateway that the "
    "policies in the target name, or upstream if there are none."
)

_OPTIONS: Final[Mapping[str, str]] = {
    "principals": "principal",
    "additional_principals": "additional_principal",
    "protected_namespaces": "protect",
    "allowed_keys": "allow_key",
    "roles": "role",
    "deadline": "timeout",
}
"""Options that are not called like their setting: those of lists can be given several times."""

_METAVARS: Final[Mapping[str, str]] = {
    "principals": "PRINCIPAL",
    "additional_principals": "PRINCIPAL",
    "userid_prefix": "TEXT",
    "roles": "ROLE=NAME",
    "brake_share": "SHARE",
    "brake_minimum": "NUMBER",
    "untrusted_max_profiles": "NUMBER",
    "untrusted_max_contributors": "NUMBER",
    "writers": "NUMBER",
}
"""What stands for the value in help texts; NAME for every other text."""

# in the order of help texts
_KUBEFLOW = (
    _PRESET,
    "standalone",
    "allow_kubeflow",
    "roles",
    "principals",
    "additional_principals",
)
_INSTANCE = ("instance",)
_RULES = ("protected_namespaces", "allowed_keys")
_UNTRUSTED = ("untrusted_max_profiles", "untrusted_max_contributors")
_STALE = ("take_over", "stale")
_FOREIGN = ("foreign",)
_PLANNING = ("unlisted", "waypoint", "brake_share", "brake_minimum")
_USERS = ("userid_header", "userid_prefix", "groups_claim")
_WRITERS = ("writers",)
_EVENTS = ("events",)


class SettingOptions:
    """Options of a command that are settings.

    Attributes:
        names: the settings, in the order of the command's help.
        required: those whose default the command refuses.
        texts: the help of settings that mean something else for the command.
    """

    names: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[frozenset[str]] = frozenset()
    texts: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - values of every type
        self._given = given

    @classmethod
    def parameters(cls) -> list[inspect.Parameter]:
        """Return the options as parameters of a command."""
        return [
            _parameter(name, cls.texts.get(name, ""), is_required=name in cls.required)
            for name in cls.names
        ]

    @classmethod
    def variables(cls) -> frozenset[str]:
        """Return the names of the options' environment variables, without their prefix."""
        return frozenset(variable_name(_flag(name)) for name in cls.names)

    def settings(self) -> Settings:
        """Return the preset with the given values in its place.

        Raises:
            SettingsError: a value does not have the required form, or is out of range.
        """
        values = {name: self._given[_option(name)] for name in self.names if name != _PRESET}
        for name, form in _LISTS.items():
            if name in values:
                values[name] = form(entries(_flag(name), values[name]))
        given = {name: value for name, value in values.items() if value or name not in _LISTS}
        return replace(
            _preset(self._given.get(_PRESET, "upstream"), "principals" in given), **given
        )


class RuleOptions(SettingOptions):
    """The settings of commands that read a document and no target."""

    names = _RULES


class ValidateOptions(SettingOptions):
    """The settings of `validate`."""

    names = (*_RULES, *_UNTRUSTED)


class AccessOptions(SettingOptions):
    """The settings of `access`."""

    names = (*_KUBEFLOW, *_USERS)


class ExportOptions(SettingOptions):
    """The settings of `export`."""

    names = (*_KUBEFLOW, *_INSTANCE, *_RULES, *_USERS)


class RbacOptions(SettingOptions):
    """The settings of `rbac`."""

    names = (*_KUBEFLOW, *_INSTANCE, *_RULES, *_STALE, *_FOREIGN)


class ListStaleOptions(SettingOptions):
    """The settings of `list-stale`."""

    names = (*_KUBEFLOW, *_INSTANCE, *_RULES, *_UNTRUSTED, *_STALE, *_USERS)


class DeleteStaleOptions(SettingOptions):
    """The settings of `delete-stale`."""

    names = (*ListStaleOptions.names, *_WRITERS)


class ApplyOptions(SettingOptions):
    """The settings of `apply`, which are all; `plan` takes the same."""

    names = (
        *_KUBEFLOW,
        *_INSTANCE,
        *_RULES,
        *_UNTRUSTED,
        *_STALE,
        *_FOREIGN,
        *_PLANNING,
        *_USERS,
        *_WRITERS,
        *_EVENTS,
    )


def _option(name: str) -> str:
    return _OPTIONS.get(name, name)


def _flag(name: str) -> str:
    return f"--{_option(name).replace('_', '-')}"


def _parameter(name: str, text: str, *, is_required: bool) -> inspect.Parameter:
    keyword = inspect.Parameter.KEYWORD_ONLY
    if name == _PRESET:
        preset = Annotated[_Preset, option(_flag(name), _PRESET_HELP, _PANEL)]
        return inspect.Parameter(name, keyword, default="auto", annotation=preset)
    setting = declarations()[name]
    text = text or setting.text
    if setting.is_list:
        # typer would split the variable at white space, so `entries` reads it
        text = f"{text} (comma-separated)."
        declared = option(_flag(name), text, _PANEL, metavar=_metavar(name), envvar=None)
        many = Annotated[list[str] | None, declared]
        return inspect.Parameter(_option(name), keyword, default=None, annotation=many)
    more: dict[str, Any] = {} if _is_choice(setting.type) else {"metavar": _metavar(name)}
    form: Any = setting.type
    if is_required:
        text = f"{text.removesuffix('.')} (required)."
        more["show_default"] = False
    single = Annotated[form, option(_flag(name), text, _PANEL, **more)]
    return inspect.Parameter(name, keyword, default=setting.default, annotation=single)


def _is_choice(form: object) -> bool:
    """Whether the help shows by itself which values there are: those of a choice, or of a flag."""
    return form is bool or form not in {str, int, float}


def _metavar(name: str) -> str:
    return _METAVARS.get(name, "NAME")


def _preset(name: object, has_principals: bool) -> Settings:  # noqa: FBT001
    """Return a preset; for `auto` the settings that detect the gateway."""
    if name == "auto":
        return UPSTREAM if has_principals else DETECTED
    return PRESETS[str(name)]


def _roles(given: tuple[str, ...]) -> dict[str, str] | None:
    try:
        return roles_in(given) or None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--role") from None


_LISTS: Final[Mapping[str, Callable[[tuple[str, ...]], Any]]] = {
    "principals": tuple,
    "additional_principals": tuple,
    "protected_namespaces": frozenset,
    "allowed_keys": frozenset,
    "roles": _roles,
}
"""The form of each setting that is a list."""


def as_option(error: SettingsError, context: typer.Context) -> SettingsError:
    """Return an error about a setting that names the option or variable with the value."""
    return SettingsError(error.what, setting=shown_name(_flag(error.setting), context))
