"""A document in a Git repository, with the credentials and limits for reading it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from profiles_management.pmr.redaction import redacted

LIMIT = 32 * 1024 * 1024
DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials for a server: a private key for ssh, or a user and a token for https.

    The key is in the PEM or OpenSSH format, without a passphrase. White space around user and token
    is removed, because files, secrets and variables often end in a line end. No message and no repr
    contains a credential.
    """

    ssh_key: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Remove white space around user and token."""
        object.__setattr__(self, "user", self.user.strip())
        object.__setattr__(self, "token", self.token.strip())


@dataclass(frozen=True, slots=True, repr=False)
class GitSource:
    """A document in a Git repository.

    Attributes:
        url: `https://HOST/PATH` or `ssh://[USER@]HOST/PATH`; the default user is `git`.
        revision: a branch, a tag or the 40 digits of a commit; empty for the HEAD of the remote.
        path: a file, or a folder whose `*.yaml`, `*.yml` and `*.json` are together the document;
            empty for the top folder.
        credentials: for ssh always required, for https only if the server requires them.
        known_hosts: the trusted host keys, as the text of a known_hosts file. Required for ssh, and
            ignored for https.
        ca: the only trusted certificates, in PEM; empty for those of the system. Ignored for ssh.
        limit: the maximum number of bytes to receive. They may unpack to four times as many.
        deadline: the maximum number of seconds for all attempts together.
    """

    url: str
    revision: str = ""
    path: str = ""
    credentials: Credentials | None = None
    known_hosts: str = ""
    ca: str = ""
    limit: int = LIMIT
    deadline: float = DEADLINE

    def __repr__(self) -> str:
        return (
            f"GitSource(url={redacted(self.url)!r}, revision={self.revision!r}, path={self.path!r})"
        )
