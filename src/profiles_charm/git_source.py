"""The source `git`.

A repository as the options describe it, with the credentials of a Juju secret.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ops

from profiles_charm.config import Config
from profiles_management import SettingsError
from profiles_management.pmr.rules import Rules
from profiles_management.sources import Document

if TYPE_CHECKING:  # what talks to Git takes long to load, and most deployments have none
    from profiles_management.git import Credentials, GitSource

GIT = "git"


@dataclass(frozen=True, slots=True)
class ConfiguredGit:
    """The repository of the options `git-*`, which is the administrator's."""

    options: Config
    name: str = GIT
    label: str = GIT
    is_trusted: bool = True

    @property
    def is_configured(self) -> bool:
        """Whether the option `git-url` is set."""
        return bool(self.options.git_url)

    def read(self, rules: Rules) -> Document:
        """Return the document.

        Raises:
            SettingsError: the secret cannot be read, or holds something else.
            GitError: the repository cannot be read.
            DocumentError: the document is not valid.
        """
        from profiles_management import git  # noqa: PLC0415 - see above

        try:
            return git.Repository(_described(self.options)).read(rules)
        except git.AddressError as error:
            instead = error.instead.options("git-") if error.instead else ""
            raise git.GitError(error.written(instead)) from None


def _described(options: Config) -> "GitSource":
    from profiles_management import git  # noqa: PLC0415 - see above

    return git.GitSource(
        url=options.git_url,
        revision=options.git_revision,
        path=options.git_path,
        credentials=_credentials(options.git_credentials),
        known_hosts=options.git_known_hosts,
        ca=options.git_ca,
        deadline=float(options.settings().request_timeout),
    )


def _credentials(secret: ops.Secret | None) -> "Credentials | None":
    """Return what a secret holds; its content is in no message."""
    if secret is None:
        return None
    from profiles_management import git  # noqa: PLC0415 - see above

    try:
        content = secret.get_content(refresh=True)
    except (ops.SecretNotFoundError, ops.ModelError):
        raise SettingsError("git-credentials cannot be read; grant the secret") from None
    if content.keys() == {"ssh-key"}:
        return git.Credentials(ssh_key=content["ssh-key"])
    if content.keys() == {"user", "token"}:
        return git.Credentials(user=content["user"], token=content["token"])
    raise SettingsError("git-credentials needs ssh-key, or user and token")
