"""The token with which the charm asks the workload."""

import re
import secrets
from collections.abc import Callable

from user_manager_charm.not_ready import blocked
from user_manager_charm.workload import CommandError, Workload

_NAME, _SCOPE = "charm", "cluster"
TokenMaker = Callable[[], str]

_TOKEN = re.compile(r"um_[A-Za-z0-9_-]+")


def make(workload: Workload) -> str:
    """Make a token and return it.

    The last one is revoked already, or nobody has it any more. Its name stays used, so each has
    another one.

    Raises:
        NotReady: the command fails.
    """
    name = f"{_NAME}-{secrets.token_hex(4)}"
    try:
        token = workload.run("token", "create", name, "--scope", _SCOPE).strip()
    except CommandError as error:
        raise blocked(f"user-manager token create: {error}") from None
    if not _TOKEN.fullmatch(token):
        raise blocked("user-manager token create printed no token")
    return token
