"""Options that say which document is read, and with which credentials."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from profiles_management.cli.file_names import named_files
from profiles_management.cli.options import option
from profiles_management.cli.variables import PREFIX
from profiles_management.git import Credentials, GitSource
from profiles_management.git.location import Location
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import shown

# not an option: every user of the machine can read the arguments of a process
_TOKEN = PREFIX + "GIT_TOKEN"
_KNOWN_HOSTS = Path("~/.ssh/known_hosts")
_FILES = (
    "Document in YAML or JSON: a file, a folder, - for standard input, or a git+https:// or "
    "git+ssh:// URL. "
    "Several FILEs are one document."
)


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
            *(name for value in self.filename or [] for name in named_files(value)),
        ]
        if not names:
            raise typer.TyperException("Missing argument 'FILE'.")
        if "" in names:
            raise typer.TyperException(
                "FILE is empty. Name a file, a folder, a URL in Git, or - for standard input."
            )
        return names


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
            "--git-ssh-key-file",
            "Private key without a passphrase for git+ssh:// URLs.",
            metavar="FILE",
        ),
    ] = None
    git_known_hosts: Annotated[
        Path, _git("--git-known-hosts", "Public keys of trusted ssh hosts.", metavar="FILE")
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
