"""Settings as options, in small groups; one class a command combines those that mean something there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal, cast

import typer

from profiles_management.cli.options import option
from profiles_management.cli.variables import entries
from profiles_management.kubeflow.setting_forms import roles_in
from profiles_management.kubeflow.settings import DETECTED, PRESETS, UPSTREAM, Settings
from profiles_management.pmr.problems import SettingsError

Preset = Literal["auto", "upstream", "charmed"]
_DEFAULT = Settings()


def _setting(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    return option(
        name, text, "Settings (as variables: PROFILES_MANAGEMENT_PRESET and so on)", **more
    )


def _list(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    """Declare a list; its variable is read by `entries`, because typer would split it at white space."""
    return _setting(name, f"{text} (comma-separated).", envvar=None, **more)


class SettingGroup:
    """The base of dataclasses whose fields are settings; a command combines the groups that mean something to it."""

    def settings(self) -> Settings:
        """Return the preset with the given values in its place.

        Raises:
            SettingsError: a value does not have the required form, or is out of range.
        """
        given = {one.name: getattr(self, one.name) for one in fields(cast("Any", self))}
        preset = given.pop("preset", "upstream")
        for name, (setting, form) in _LISTS.items():
            if name in given and (
                values := entries(f"--{name.replace('_', '-')}", given.pop(name))
            ):
                given[setting] = form(values)
        return replace(_preset(preset, detects="principals" not in given), **given)


@dataclass(frozen=True, kw_only=True)
class RuleOptions(SettingGroup):
    """What a document may contain."""

    protect: Annotated[
        list[str] | None,
        _list(
            "--protect",
            "Namespaces to protect besides kube-*, kubeflow, istio-system, default, that of the gateway and that of "
            "this program: names, or patterns such as team-*",
            metavar="NAME",
        ),
    ] = None
    allow_key: Annotated[
        list[str] | None,
        _list(
            "--allow-key",
            "Reserved keys of labels and annotations that a document may set",
            metavar="NAME",
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class KubeflowOptions(SettingGroup):
    """How access in the cluster is recognized."""

    preset: Annotated[
        Preset,
        _setting(
            "--preset",
            "Kubeflow distribution, which decides on the gateway. auto takes the gateway that the owners' "
            "AuthorizationPolicies name, or upstream if there are none.",
        ),
    ] = "auto"
    standalone: Annotated[
        bool,
        _setting(
            "--standalone", "Cluster without Kubeflow: create namespaces and quotas directly."
        ),
    ] = False
    allow_kubeflow: Annotated[
        bool,
        _setting(
            "--allow-kubeflow", "Allow --standalone in a cluster that has Kubeflow's Profile CRD."
        ),
    ] = False
    role: Annotated[
        list[str] | None,
        _list(
            "--role",
            "ClusterRoles in place of Kubeflow's for admin, edit and view, such as edit=my-edit",
            metavar="ROLE=NAME",
        ),
    ] = None
    principal: Annotated[
        list[str] | None,
        _list(
            "--principal",
            "Principals of the gateway, in place of the preset's",
            metavar="PRINCIPAL",
        ),
    ] = None
    additional_principal: Annotated[
        list[str] | None,
        _list(
            "--additional-principal", "Principals in addition to the gateway's", metavar="PRINCIPAL"
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class UserOptions(SettingGroup):
    """How requests name users and groups."""

    userid_header: Annotated[
        str, _setting("--userid-header", "Header that names the user.", metavar="NAME")
    ] = _DEFAULT.userid_header
    userid_prefix: Annotated[
        str,
        _setting("--userid-prefix", "Text before the user's name in that header.", metavar="TEXT"),
    ] = ""
    groups_claim: Annotated[
        str,
        _setting(
            "--groups-claim", "Claim of the token that lists the user's groups.", metavar="NAME"
        ),
    ] = _DEFAULT.groups_claim


@dataclass(frozen=True, kw_only=True)
class InstanceOptions(SettingGroup):
    """Which installation this is."""

    instance: Annotated[
        str,
        _setting(
            "--instance",
            "Name of this installation in the labels of what it manages.",
            metavar="NAME",
        ),
    ] = _DEFAULT.instance


@dataclass(frozen=True, kw_only=True)
class StaleOptions(SettingGroup):
    """Which profiles this installation manages that the document does not define."""

    take_over: Annotated[
        str,
        _setting(
            "--take-over", "Other installation whose profiles this one takes over.", metavar="NAME"
        ),
    ] = ""
    stale: Annotated[
        Literal["ours", "all", "off"],
        _setting(
            "--stale", "Profiles that lose their contributors when they are not in the document."
        ),
    ] = _DEFAULT.stale


@dataclass(frozen=True, kw_only=True)
class ForeignOptions(SettingGroup):
    """What happens to access by objects that are not managed."""

    foreign: Annotated[
        Literal["keep", "revoke"],
        _setting(
            "--foreign", "Keep or revoke access that users and groups have by unmanaged objects."
        ),
    ] = _DEFAULT.foreign


@dataclass(frozen=True, kw_only=True)
class PlanningOptions(SettingGroup):
    """What a plan changes, and when it stops."""

    unlisted: Annotated[
        Literal["revoke", "keep"],
        _setting(
            "--unlisted", "Revoke or keep contributors that were added outside of the document."
        ),
    ] = _DEFAULT.unlisted
    waypoint: Annotated[
        str,
        _setting(
            "--waypoint", "Waypoint Gateway of an ambient mesh (default: none).", metavar="NAME"
        ),
    ] = ""
    brake_share: Annotated[
        float,
        _setting(
            "--brake-share",
            "Stop a run that revokes more than this share of all access, 0 to 1.",
            metavar="SHARE",
        ),
    ] = _DEFAULT.brake_share
    brake_minimum: Annotated[
        int,
        _setting("--brake-minimum", "Always allow up to this many revocations.", metavar="NUMBER"),
    ] = _DEFAULT.brake_minimum


@dataclass(frozen=True, kw_only=True)
class WriterOptions(SettingGroup):
    """How a target is written."""

    writers: Annotated[
        int, _setting("--writers", "Number of parallel writes, 1 to 256.", metavar="NUMBER")
    ] = _DEFAULT.writers


@dataclass(frozen=True, kw_only=True)
class EventOptions(SettingGroup):
    """How a run is reported in the cluster."""

    events: Annotated[
        Literal["off", "counts", "names"],
        _setting(
            "--events",
            "Kubernetes Events of each run: with numbers, or with the names of people too.",
        ),
    ] = _DEFAULT.events


# one class a command, with the groups that mean something to it; the last base comes first in its
# help


@dataclass(frozen=True, kw_only=True)
class AccessOptions(UserOptions, KubeflowOptions):
    """The settings of `access`."""


@dataclass(frozen=True, kw_only=True)
class ExportOptions(UserOptions, RuleOptions, InstanceOptions, KubeflowOptions):
    """The settings of `export`."""


@dataclass(frozen=True, kw_only=True)
class RbacOptions(ForeignOptions, StaleOptions, RuleOptions, InstanceOptions, KubeflowOptions):
    """The settings of `rbac`."""


@dataclass(frozen=True, kw_only=True)
class ListStaleOptions(UserOptions, StaleOptions, RuleOptions, InstanceOptions, KubeflowOptions):
    """The settings of `list-stale`."""


@dataclass(frozen=True, kw_only=True)
class DeleteStaleOptions(WriterOptions, ListStaleOptions):
    """The settings of `delete-stale`."""


@dataclass(frozen=True, kw_only=True)
class SettingOptions(
    EventOptions,
    WriterOptions,
    UserOptions,
    PlanningOptions,
    ForeignOptions,
    StaleOptions,
    RuleOptions,
    InstanceOptions,
    KubeflowOptions,
):
    """The settings of `apply`, which are all; `plan` takes the same."""


def _preset(name: str, *, detects: bool) -> Settings:
    """Return a preset; for `auto` the settings that detect the gateway, unless the user named it."""
    if name == "auto":
        return DETECTED if detects else UPSTREAM
    return PRESETS[name]


def _roles(given: tuple[str, ...]) -> dict[str, str] | None:
    try:
        return roles_in(given) or None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--role") from None


_LISTS: Mapping[str, tuple[str, Callable[[tuple[str, ...]], Any]]] = {
    "principal": ("principals", tuple),
    "additional_principal": ("additional_principals", tuple),
    "protect": ("protected_namespaces", frozenset),
    "allow_key": ("allowed_keys", frozenset),
    "role": ("roles", _roles),
}
"""Options that are lists: the setting of each, and what makes it of the entries."""

_NAMES = {setting: name.replace("_", "-") for name, (setting, _) in _LISTS.items()} | {
    "deadline": "timeout"
}


def as_option(error: SettingsError) -> SettingsError:
    """Return an error about a setting that names the option as it is on the command line."""
    name = _NAMES.get(error.setting, error.setting.replace("_", "-"))
    return SettingsError(error.what, setting=f"--{name}")
