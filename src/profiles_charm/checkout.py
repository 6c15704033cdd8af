"""The Git source as the options describe it, with the credentials of a Juju secret."""

from typing import TYPE_CHECKING

import ops

from profiles_charm.config import Config
from profiles_management import SettingsError
from profiles_management.pmr.rules import Rules

if TYPE_CHECKING:  # what talks to Git takes long to load, and most deployments have none
    from profiles_management.git import Checkout, Credentials


def fetch(config: Config, rules: Rules) -> "Checkout":
    """Read the document from Git.

    Raises:
        SettingsError: the secret cannot be read, or holds something else.
        GitError: the repository cannot be read.
        DocumentError: what is there is not valid.
    """
    from profiles_management import git  # noqa: PLC0415 - see above

    source = git.GitSource(
        url=config.git_url,
        revision=config.git_revision,
        path=config.git_path,
        credentials=_credentials(config.git_credentials),
        known_hosts=config.git_known_hosts,
        ca=config.git_ca,
        deadline=float(config.settings().request_timeout),
    )
    try:
        return git.load(source, rules=rules, additions=True)
    except git.AddressError as error:
        instead = error.instead.options("git-") if error.instead else ""
        raise git.GitError(error.written(instead)) from None


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
    raise SettingsError("git-credentials wants ssh-key, or user and token")
