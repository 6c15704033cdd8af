"""The options that commands share, each declared once; `cli.spread` gives them to a command."""

import os
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic_core import PydanticCustomError

from profiles_management.cli.variables import PREFIX, entries, variable
from profiles_management.git import Credentials, GitSource
from profiles_management.git.location import Location
from profiles_management.kubeflow.setting_forms import roles_in
from profiles_management.kubeflow.settings import PRESETS, Settings
from profiles_management.pmr import until
from profiles_management.pmr.model import Finding
from profiles_management.pmr.problems import GitError, SettingsError
from profiles_management.pmr.redaction import shown

Output = Literal["text", "json", "yaml"]
Preset = Literal["upstream", "charmed"]

_DEFAULT = Settings()
_TOKEN = PREFIX + "GIT_TOKEN"  # no option: the arguments of a process are there for everybody to read
_KNOWN_HOSTS = Path("~/.ssh/known_hosts")


def _option(name: str, text: str, panel: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    more = {"envvar": variable(name)} | more
    return typer.Option(name, help=text, show_envvar=False, rich_help_panel=panel, **more)


def _target(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    return _option(name, text, "Where", **more)


def _setting(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    return _option(name, text, "Settings (or PROFILES_MANAGEMENT_PRESET and so on)", **more)


def _list(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    """Declare a list; its variable is read by `entries`, because typer would split it at white space."""
    return _setting(name, f"{text}; repeatable, or separated by commas.", envvar=None, **more)


def _git(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    return _option(name, text, f"Git (a token: {_TOKEN})", **more)


_FILES = (
    "Documents in YAML or JSON, read as one: files, folders, - for standard input, "
    "git+https://… or git+ssh://… for Git."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOptions:
    """Which files are the document."""

    files: Annotated[list[str] | None, typer.Argument(metavar="FILE", help=_FILES, show_default=False)] = None
    filename: Annotated[
        list[str] | None,
        typer.Option("--filename", "-f", help="The same as FILE, as kubectl has it.", metavar="FILE"),
    ] = None

    @property
    def names(self) -> list[str]:
        """The names of all files, in order.

        Raises:
            typer.TyperException: there is none.
        """
        names = [*(self.files or []), *(name for value in self.filename or [] for name in _split(value))]
        if not names:
            raise typer.TyperException("Missing argument 'FILE'.")
        return names


def _split(value: str) -> list[str]:
    """Return the files that -f names: kubectl takes several, separated by commas."""
    is_one = "," not in value or "://" in value or os.path.exists(value)  # noqa: PTH110 - Path raises for long names
    return [value] if is_one else [name for name in value.split(",") if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitOptions:
    """What one gets at a repository with, where the document is in one."""

    git_user: Annotated[
        str, _git("--git-user", "Whose token it is that PROFILES_MANAGEMENT_GIT_TOKEN holds.", metavar="NAME")
    ] = ""
    git_ssh_key_file: Annotated[Path | None, _git("--git-ssh-key-file", "The private key.", metavar="FILE")] = None
    git_known_hosts: Annotated[
        Path, _git("--git-known-hosts", "The keys of hosts that are trusted.", metavar="FILE")
    ] = _KNOWN_HOSTS
    git_ca: Annotated[
        Path | None, _git("--git-ca", "The CA to trust, in PEM, in place of the system's.", metavar="FILE")
    ] = None

    def source(self, location: Location) -> GitSource:
        """Return the source that a location means.

        Raises:
            GitError: a file that was named cannot be read.
        """
        known = self.git_known_hosts
        given = (_read(self.git_ssh_key_file), self.git_user, os.environ.get(_TOKEN, ""))
        return GitSource(
            location.url,
            location.revision,
            location.path,
            credentials=_credentials(*given, ssh=location.url.lower().startswith("ssh:")),
            known_hosts="" if known == _KNOWN_HOSTS and not known.expanduser().exists() else _read(known),
            ca=_read(self.git_ca),
        )


def _credentials(key: str, user: str, token: str, *, ssh: bool) -> Credentials | None:
    """Return what the scheme takes; the other may be there for another repository."""
    if ssh:
        return Credentials(ssh_key=key) if key else None
    return Credentials(user=user, token=token) if user or token else None


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = (getattr(error, "strerror", None) or "it is no text").lower()
        raise GitError(f"{shown(path)} cannot be read: {why}.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions:
    """Which cluster or folder is meant. Without any of them, the cluster of the environment."""

    kubeconfig: Annotated[Path | None, _target("--kubeconfig", "The kubeconfig file to use.", metavar="FILE")] = None
    context: Annotated[str | None, _target("--context", "The context in it.", metavar="NAME")] = None
    directory: Annotated[
        Path | None,
        _target("--directory", "A folder of manifests in place of a cluster.", file_okay=False, metavar="DIR"),
    ] = None

    def __post_init__(self) -> None:
        if self.directory is not None and (self.kubeconfig is not None or self.context is not None):
            raise typer.TyperException("--directory is a target of its own: leave out --kubeconfig and --context.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOptions:
    """What a document may say."""

    protect: Annotated[
        list[str] | None,
        _list(
            "--protect",
            "Namespaces that are never touched, names or patterns such as team-*, besides kube-*, kubeflow, "
            "istio-system, default, those of the gateway and the one that this program runs in",
            metavar="NAME",
        ),
    ] = None
    allow_key: Annotated[
        list[str] | None,
        _list("--allow-key", "Reserved keys of labels and annotations that a document may set", metavar="NAME"),
    ] = None

    def settings(self) -> Settings:
        """Return the settings that checking a document needs.

        Raises:
            SettingsError: a value has not the form that it needs.
        """
        return replace(_DEFAULT, **self._rules())

    def _rules(self) -> dict[str, Any]:
        protected, allowed = entries("--protect", self.protect), entries("--allow-key", self.allow_key)
        return {"protected_namespaces": frozenset(protected), "allowed_keys": frozenset(allowed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingOptions(RuleOptions):
    """How the engine behaves."""

    preset: Annotated[Preset, _setting("--preset", "Whose Kubeflow it is.")] = "upstream"
    standalone: Annotated[bool, _setting("--standalone", "A plain cluster without Kubeflow.")] = False
    instance: Annotated[str, _setting("--instance", "Whose marks are ours.", metavar="NAME")] = _DEFAULT.instance
    take_over: Annotated[
        str, _setting("--take-over", "Another instance whose profiles become ours.", metavar="INSTANCE")
    ] = ""
    unlisted: Annotated[
        Literal["revoke", "keep"], _setting("--unlisted", "Contributors that were added elsewhere.")
    ] = _DEFAULT.unlisted
    foreign: Annotated[
        Literal["keep", "revoke"],
        _setting("--foreign", "Keep or revoke the access that users and groups have by objects that are not managed."),
    ] = _DEFAULT.foreign
    stale: Annotated[
        Literal["ours", "all", "off"],
        _setting("--stale", "Which profiles lose their contributors once the document does not name them."),
    ] = _DEFAULT.stale
    principal: Annotated[
        list[str] | None,
        _list("--principal", "Who passes requests on, in place of the preset's", metavar="PRINCIPAL"),
    ] = None
    additional_principal: Annotated[
        list[str] | None,
        _list("--additional-principal", "Who passes requests on too", metavar="PRINCIPAL"),
    ] = None
    userid_header: Annotated[str, _setting("--userid-header", "The header that names the user.", metavar="NAME")] = (
        _DEFAULT.userid_header
    )
    userid_prefix: Annotated[str, _setting("--userid-prefix", "What stands before the name in it.", metavar="TEXT")] = (
        ""
    )
    groups_claim: Annotated[
        str, _setting("--groups-claim", "The claim of the token that lists a user's groups.", metavar="NAME")
    ] = _DEFAULT.groups_claim
    waypoint: Annotated[str, _setting("--waypoint", "The waypoint of an ambient mesh.", metavar="NAME")] = ""
    role: Annotated[
        list[str] | None,
        _list(
            "--role",
            "The ClusterRole of each of admin, edit and view, such as edit=my-edit",
            metavar="ROLE=NAME",
        ),
    ] = None
    brake_share: Annotated[
        float, _setting("--brake-share", "The share of all access that one run may take away.", metavar="SHARE")
    ] = _DEFAULT.brake_share
    brake_minimum: Annotated[
        int, _setting("--brake-minimum", "So many accesses one run may always take away.", metavar="NUMBER")
    ] = _DEFAULT.brake_minimum
    events: Annotated[
        Literal["off", "counts", "names"],
        _setting("--events", "Tell what was done as Kubernetes Events; people are named with names alone."),
    ] = _DEFAULT.events
    writers: Annotated[int, _setting("--writers", "How many writes are under way at once.", metavar="NUMBER")] = (
        _DEFAULT.writers
    )

    def settings(self) -> Settings:
        """Return the preset with what was given in its place.

        Raises:
            SettingsError: a value has not the form that it needs, or is out of range.
        """
        preset = PRESETS[self.preset]
        same = (
            "standalone",
            "instance",
            "take_over",
            "unlisted",
            "foreign",
            "stale",
            "userid_header",
            "userid_prefix",
            "groups_claim",
            "waypoint",
            "events",
        )
        given = {name: getattr(self, name) for name in (*same, "brake_share", "brake_minimum", "writers")}
        return replace(
            preset,
            **given,
            **self._rules(),
            roles=_roles(entries("--role", self.role)),
            principals=entries("--principal", self.principal) or preset.principals,
            additional_principals=entries("--additional-principal", self.additional_principal),
        )


def _roles(given: tuple[str, ...]) -> dict[str, str] | None:
    try:
        return roles_in(given) or None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--role") from None


_NAMES = {
    "principals": "principal",
    "additional_principals": "additional-principal",
    "protected_namespaces": "protect",
    "allowed_keys": "allow-key",
    "roles": "role",
    "deadline": "timeout",
}


def as_option(error: SettingsError) -> SettingsError:
    """Return an error about a setting that names the option as it is on the command line."""
    name = _NAMES.get(error.setting, error.setting.replace("_", "-"))
    return SettingsError(error.what, setting=f"--{name}")


VARIABLES = frozenset(
    field.name.upper() for group in (GitOptions, TargetOptions, SettingOptions) for field in fields(group)
) | {"GIT_TOKEN", "OUTPUT", "TIMEOUT"}

LocalFile = Annotated[str, typer.Argument(metavar="FILE", help="The document: YAML or JSON; - for standard input.")]
OutputOption = Annotated[Output, _option("--output", "How to print it.", "Output")]
_TIMEOUT = "How long to wait for what others do (default 300, or 60 and 3 for each new profile if that is more)."
Timeout = Annotated[float | None, _target("--timeout", _TIMEOUT, metavar="SECONDS", min=0)]


def moment(text: str) -> datetime:
    """Return the moment that `--at` names, in the notations of `until`: a date means 00:00 UTC of that day.

    Raises:
        typer.BadParameter: it is neither a date nor a time with a zone.
    """
    try:
        return until.given(text)
    except PydanticCustomError as refused:
        finding: Finding = (refused.context or {})["findings"][0]
        remedy = f"{finding.remedy[:1].upper()}{finding.remedy[1:]}."
        raise typer.BadParameter(f"{finding.what}. {remedy}", param_hint="--at") from None
