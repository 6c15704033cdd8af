"""Options that say which document is read, and with which credentials."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from profiles_management.cli.options import option
from profiles_management.cli.variables import PREFIX, entries
from profiles_management.git import AddressError, Credentials, GitSource, address
from profiles_management.git.location import Location
from profiles_management.kubeflow import setting_checks
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import shown
from profiles_management.sources import Trust
from profiles_management.sources.files import FileSource

# not an option: every user of the machine can read the arguments of a process
_TOKEN = PREFIX + "GIT_TOKEN"
_KNOWN_HOSTS = Path("~/.ssh/known_hosts")
_FILES = (
    "Document in YAML or JSON: a file, a folder, - for standard input, or a git+https:// or "
    "git+ssh:// URL. "
    "Several FILEs are one document."
)


UNTRUSTED_PROFILES = "--untrusted-profiles"
_CHECK_PATTERNS = setting_checks.entries(setting_checks.name_pattern)
Contents = Callable[[Sequence[str]], Mapping[str, bytes]]


def _untrusted(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    # typer would split a variable at white space, so `entries` reads it
    return option(name, text, "Untrusted documents", envvar=None, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOptions:
    """Which files are the document."""

    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help=_FILES, show_default=False)
    ] = None
    filename: Annotated[
        list[str] | None,
        typer.Option(
            "--filename", "-f", help="Same as FILE, as in kubectl; repeatable.", metavar="FILE"
        ),
    ] = None

    @property
    def names(self) -> list[str]:
        """The names of all files, in order.

        Raises:
            typer.TyperException: there is none, or one is empty.
        """
        names = [
            *(self.files or []),
            *(name for value in self.filename or [] for name in _split(value)),
        ]
        if not names:
            raise typer.TyperException("Missing argument 'FILE'.")
        if "" in names:
            raise typer.TyperException(
                "FILE is empty. Name a file, a folder, a URL in Git, or - for standard input."
            )
        return names


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions(DocumentOptions):
    """The document of the administrator, and documents that are not trusted."""

    untrusted: Annotated[
        list[str] | None,
        _untrusted(
            "--untrusted",
            "Untrusted document that is merged with FILE: it cannot take over existing profiles or "
            "set reserved keys. Repeatable.",
            metavar="FILE",
        ),
    ] = None
    untrusted_profiles: Annotated[
        list[str] | None,
        _untrusted(
            UNTRUSTED_PROFILES,
            "Names that profiles of these documents may have, such as team-* (comma-separated, "
            "default *).",
            metavar="PATTERN",
        ),
    ] = None
    withdrawn: Annotated[
        list[str] | None,
        _untrusted(
            "--withdrawn",
            "Source that is no longer used, such as file:teams.yaml: its profiles become stale. "
            "Repeatable.",
            metavar="NAME",
        ),
    ] = None

    @property
    def all_names(self) -> tuple[str, ...]:
        """The names of all files, those that are not trusted last."""
        return (*self.names, *(self.untrusted or ()))

    @property
    def is_merged(self) -> bool:
        """Whether there are other sources than the document of the administrator."""
        return bool(self.untrusted or self.withdrawn)

    def sources(self, contents: Contents, settings: Settings) -> list[FileSource]:
        """Return the documents that are not trusted.

        Args:
            contents: reads the files of one document.

        Raises:
            typer.TyperException: a FILE is empty or named twice, or a pattern is not valid.
            GitError: a URL is not accepted.
        """
        trust = Trust(
            names=self._patterns(),
            profiles=settings.untrusted_max_profiles,
            contributors=settings.untrusted_max_contributors,
        )
        names = self.untrusted or []
        locations = [_location(name) for name in names]
        known = {_location(name) for name in self.names}
        for location in locations:
            if location in known:
                raise typer.BadParameter("it is named twice.", param_hint=f"--untrusted {location}")
            known.add(location)
        return [
            FileSource(location, address.shown(name), partial(contents, [name]), trust)
            for name, location in zip(names, locations, strict=True)
        ]

    def _patterns(self) -> tuple[str, ...]:
        patterns = entries(UNTRUSTED_PROFILES, self.untrusted_profiles)
        if what := _CHECK_PATTERNS(patterns):
            raise typer.BadParameter(what, param_hint=UNTRUSTED_PROFILES)
        return patterns or ("*",)


def _location(name: str) -> str:
    """Return what identifies a FILE in every run: its path, or its URL without the revision.

    Raises:
        typer.BadParameter: it is empty.
        GitError: a URL is not accepted.
    """
    if not name:
        raise typer.BadParameter("it is empty. Name a FILE.", param_hint="--untrusted")
    if not address.is_location(name):
        return os.path.normpath(name)
    try:
        return str(replace(address.location(name), revision=""))
    except AddressError as error:
        raise GitError(error.written(str(error.instead))) from None


def _split(value: str) -> list[str]:
    """Return the files that -f names: kubectl takes several, separated by commas."""
    is_one = "," not in value or "://" in value or os.path.exists(value)  # noqa: PTH110 - Path raises for long names
    return [value] if is_one else [name for name in value.split(",") if name]


def _git(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    return option(name, text, f"Git (the token: {_TOKEN})", **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitOptions:
    """Credentials for documents in Git, and what is trusted."""

    git_user: Annotated[
        str, _git("--git-user", f"User name of the token in {_TOKEN}.", metavar="NAME")
    ] = ""
    git_ssh_key_file: Annotated[
        Path | None,
        _git(
            "--git-ssh-key-file", "Private key for git+ssh:// URLs (no passphrase).", metavar="FILE"
        ),
    ] = None
    git_known_hosts: Annotated[
        Path, _git("--git-known-hosts", "Keys of trusted ssh hosts.", metavar="FILE")
    ] = _KNOWN_HOSTS
    git_ca: Annotated[
        Path | None,
        _git(
            "--git-ca",
            "CA certificates in PEM that replace the system's for git+https:// URLs.",
            metavar="FILE",
        ),
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
            known_hosts=""
            if known == _KNOWN_HOSTS and not known.expanduser().exists()
            else _read(known),
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
        why = (getattr(error, "strerror", None) or "it is not UTF-8 text").lower()
        raise GitError(f"{shown(path)} cannot be read: {why}.") from None
