"""Which document of which repository is meant, and with what one gets at it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from profiles_management.pmr.redaction import redacted

LIMIT = 32 * 1024 * 1024
DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a server is shown: a private key for ssh, or user and token for https.

    The key is in PEM or OpenSSH's form, without a passphrase. Space around user and token is
    dropped: files, secrets and environments often end in a line end. Nothing of all this is ever
    part of a message or a repr.
    """

    ssh_key: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Drop the space around user and token."""
        object.__setattr__(self, "user", self.user.strip())
        object.__setattr__(self, "token", self.token.strip())


@dataclass(frozen=True, slots=True, repr=False)
class GitSource:
    """A document in a Git repository.

    Attributes:
        url: `https://HOST/PATH` or `ssh://[USER@]HOST/PATH` (the user is `git` if none is named).
        revision: a branch, a tag or the 40 digits of a commit; empty for the HEAD of the remote.
        path: a file, or a folder whose `*.yaml`, `*.yml` and `*.json` are one document together;
            empty for the top.
        known_hosts: the host keys to trust, as the text of a known_hosts file. Only ssh reads it,
            and always.
        ca: the only certificates to trust, as PEM; empty for those of the system. Only https reads
            it.
        limit: how many bytes to receive at most. What they unpack to may be four times as much.
        deadline: how many seconds everything may take together, further attempts included.
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
