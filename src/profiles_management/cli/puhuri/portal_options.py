"""Options that say which portal is meant, with which token, and what the document is there."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from profiles_management.cli.credential_files import certificates, content, open_to_others
from profiles_management.cli.options import timeout
from profiles_management.cli.puhuri.portal_variables import PREFIX, portal_option
from profiles_management.cli.setting_options import SettingOptions
from profiles_management.cli.variables import entries, unknown
from profiles_management.pmr.people import ContributorRole
from profiles_management.pmr.redaction import shown
from profiles_management.puhuri.exporting.export_settings import ExportSettings, quota_resources
from profiles_management.puhuri.portal_settings import PersonName, PuhuriSettings, project_roles
from profiles_management.reconcile.clock import Clock

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client
    from profiles_management.puhuri.client.credentials import Token

# not an option: every user of the machine can read the arguments of a process
_TOKEN: Final = f"{PREFIX}TOKEN"
_PORTAL: Final = f"Portal (the token: {_TOKEN}; as variables: {PREFIX}URL and so on)"
_PROFILES: Final = "Profiles"
_SLOWEST: Final = 0.1  # requests a second
_QUOTA: Final = "--quota"
_LONGEST_TOKEN: Final = 4_096  # bytes of a file
_SETTINGS: Final[Mapping[str, Any]] = {
    field.name: field for settings in (ExportSettings, PuhuriSettings) for field in fields(settings)
}


def _portal(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    return portal_option(name, text, _PORTAL, **more)


def _text(name: str) -> str:
    """Return what a setting is, as its declaration says it."""
    return str(_SETTINGS[name].metadata["text"])


def _setting(name: str, option: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare an option with the help of a setting."""
    return portal_option(option, _text(name), "Projects", **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalOptions:
    """Which portal, and who asks it."""

    url: Annotated[
        str | None,
        _portal("--url", "Address, such as https://puhuri.example.org.", metavar="URL"),
    ] = None
    token_file: Annotated[
        Path | None,
        _portal("--token-file", f"File with the token, in place of {_TOKEN}.", metavar="FILE"),
    ] = None
    ca: Annotated[
        Path | None,
        _portal("--ca", "CA certificates in PEM that replace the system's.", metavar="FILE"),
    ] = None
    rate: Annotated[
        float | None,
        _portal(
            "--rate",
            f"Largest number of requests a second, from {_SLOWEST} (default: no limit).",
            metavar="NUMBER",
            min=_SLOWEST,
        ),
    ] = None

    def client(self, clock: Clock, note: Callable[[str], None]) -> "Client":
        """Return a client of the portal, which the caller closes.

        Args:
            note: prints a message about a variable that looks like one of a portal, and is not, or
                about a file of the token that is open to others.

        Raises:
            typer.TyperException: the URL or the token is missing, or cannot be one.
            PuhuriError: the URL or the CA cannot be used.
        """
        for what in unknown_variables():
            note(what)
        if not (self.url or "").strip():
            raise typer.TyperException(
                f"Missing option '--url': name the portal, or set {PREFIX}URL."
            )
        if self.token_file is not None:
            for what in open_to_others(self.token_file):
                note(what)
        return self.connected(self.token(), clock)

    def connected(self, token: "Token", clock: Clock) -> "Client":
        """Return a client of the portal, which the caller closes.

        Raises:
            typer.TyperException: the file of the CA cannot be read.
            PuhuriError: the URL or the CA cannot be used.
        """
        from profiles_management.puhuri.client.client import Client  # noqa: PLC0415 - not for other commands

        url, ca = (self.url or "").strip(), certificates(self.ca)
        return Client(url, token, ca=ca, rate=self.rate or 0.0, clock=clock)

    def token(self) -> "Token":
        """Return the token.

        Raises:
            typer.TyperException: it is missing, or cannot be one.
        """
        from profiles_management.puhuri.client.credentials import Token  # noqa: PLC0415 - as above

        where, text = self._token()
        try:
            return Token(text)
        except ValueError as error:
            raise typer.TyperException(f"{where} has no token: {error}.") from None

    def _token(self) -> tuple[str, str]:
        """Return where the token is from, and the token.

        Raises:
            typer.TyperException: there is none.
        """
        if self.token_file is not None:
            return shown(self.token_file), content(self.token_file, _LONGEST_TOKEN).strip()
        token = os.environ.get(_TOKEN, "").strip()
        if not token:
            raise typer.TyperException(
                f"There is no token for the portal: set {_TOKEN}, or {_TOKEN}_FILE to its file."
            )
        return _TOKEN, token


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingOptions:
    """Which customer it is about, and what people and roles of a document are in the portal."""

    customer: Annotated[str, _setting("customer", "--customer", metavar="NAME")] = ""
    people: Annotated[PersonName, _setting("people", "--people")] = PersonName.CUID
    # typer would split the variable at white space, so `entries` reads it
    role: Annotated[
        list[str] | None, _setting("roles", "--role", metavar="ROLE=NAME", envvar=None)
    ] = None

    def project_roles(self) -> Mapping[ContributorRole, str]:
        """Return the role in a project for each role of a contributor.

        Raises:
            typer.BadParameter: a role has another form.
        """
        try:
            return project_roles(entries("--role", self.role, PREFIX))
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--role") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOptions(MappingOptions):
    """What the document is in the portal."""

    allow_terminations: Annotated[
        bool, _setting("allow_terminations", "--allow-terminations", envvar=None)
    ] = False

    def settings(self, instance: str) -> PuhuriSettings:
        """Return the settings of the portal.

        Raises:
            SettingsError: see PuhuriSettings.
            typer.BadParameter: a role has another form.
        """
        return PuhuriSettings(
            instance=instance,
            customer=self.customer,
            people=self.people,
            roles=self.project_roles(),
            allow_terminations=self.allow_terminations,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOptions(MappingOptions):
    """What projects, people and limits of the portal are in the document."""

    customer: Annotated[
        str,
        portal_option(
            "--customer",
            "Customer whose projects are printed, by uuid or exact name (required).",
            "Projects",
            metavar="NAME",
        ),
    ] = ""
    prefix: Annotated[
        str, portal_option("--prefix", _text("prefix"), _PROFILES, metavar="TEXT")
    ] = ""
    owner: Annotated[
        str,
        portal_option(
            "--owner",
            f"{_text('owner')} (default: they are left out).",
            _PROFILES,
            metavar="NAME",
            show_default=False,
        ),
    ] = ""
    # typer would split the variable at white space, so `entries` reads it
    quota: Annotated[
        list[str] | None,
        portal_option(
            _QUOTA,
            f"{_text('quota')} (comma-separated).",
            _PROFILES,
            metavar="COMPONENT=RESOURCE",
            envvar=None,
        ),
    ] = None

    def settings(self, instance: str = "") -> ExportSettings:
        """Return the settings of the export.

        Args:
            instance: the installation that the sections `puhuri` are for; '' for none.

        Raises:
            typer.BadParameter: a role, or a resource of a quota, has another form.
            SettingsError: nobody can have the name of the owner.
        """
        try:
            quota = quota_resources(entries(_QUOTA, self.quota, PREFIX))
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=_QUOTA) from None
        return ExportSettings(
            customer=self.customer,
            instance=instance,
            people=self.people,
            roles=self.project_roles(),
            prefix=self.prefix,
            owner=self.owner,
            quota=quota,
        )


class _InstallationOptions(SettingOptions):
    """The settings of every target that mean something where an installation is named."""

    required = frozenset({"instance"})
    texts = {  # noqa: RUF012 - declared in the base
        "instance": _text("instance"),
        "protected_namespaces": "Names that no profile may have besides kube-*, kubeflow, "
        "istio-system and default: names, or patterns such as team-*",
    }


class PortalRunOptions(_InstallationOptions):
    """The settings of every target that mean something in a portal."""

    names = (
        "instance",
        "protected_namespaces",
        "allowed_keys",
        "untrusted_max_profiles",
        "untrusted_max_contributors",
        "brake_share",
        "brake_minimum",
    )


class PortalExportOptions(_InstallationOptions):
    """The settings of every target that mean something in an export of a portal."""

    names = ("instance", "protected_namespaces")


class PortalReportOptions(SettingOptions):
    """The settings of every target that mean something in a report."""

    names = ("instance",)


PortalTimeout = Annotated[
    float | None,
    timeout(
        "Seconds after which nothing more is sent "
        "(default 300, or 60 plus 3 for each new project if that is more)."
    ),
]


def unknown_variables() -> Iterator[str]:
    """Yield a message for each variable that looks like one of a portal, and is not."""
    groups = (PortalOptions, ProjectOptions, ProfileOptions)
    options = (field.name for group in groups for field in fields(group))
    known = frozenset(name.upper() for name in options) - {"ALLOW_TERMINATIONS"} | {"TOKEN"}
    return unknown(os.environ, known, PREFIX)
