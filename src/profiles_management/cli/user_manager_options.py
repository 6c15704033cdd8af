"""The options `--portal` and `--portal-ca`: which User Manager is a source, and how it is read."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from profiles_management.cli.credential_files import certificates
from profiles_management.cli.options import option
from profiles_management.cli.variables import PREFIX
from profiles_management.pmr.redaction import redacted
from profiles_management.portal.user_manager_source import UserManagerSource
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import Trust
from profiles_management.web_services.service_url import service_url
from profiles_management.web_services.token import Token

if TYPE_CHECKING:
    from profiles_management.portal.user_manager_client import UserManager

PORTAL: Final = "--portal"
TOKEN_NAME: Final = "PORTAL_TOKEN"  # noqa: S105 - the name of a variable
_TOKEN: Final = f"{PREFIX}{TOKEN_NAME}"  # not an option: other users can read the arguments
_EXAMPLE: Final = "https://users.example.org"
_WAITING: Final = "Waiting for the User Manager"
Waiting = Callable[[str], AbstractContextManager[None]]


def user_manager_option(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare an option of the User Manager."""
    return option(name, text, f"User Manager (the token: {_TOKEN})", **more)


def user_manager_source(
    url: str, ca: Path | None, trust: Trust, clock: Clock, waiting: Waiting
) -> UserManagerSource:
    """Return a User Manager as a source.

    A missing token or certificate is an error of the source: it never stops a run for the other
    documents.

    Args:
        url: as the user wrote it.
        ca: a file of certificates to trust in place of the system's.
        waiting: shows what the command waits for.

    Raises:
        typer.BadParameter: the URL is not valid.
    """
    try:
        address = service_url(url.strip(), example=_EXAMPLE)
    except ValueError as error:
        raise typer.BadParameter(f"it {error}.", param_hint=PORTAL) from None

    @contextmanager
    def connect() -> Iterator["UserManager"]:
        with (
            closing(_client(address, ca, clock)) as client,
            waiting(_WAITING),
        ):
            yield client

    return UserManagerSource(address, connect, trust, clock)


def _client(url: str, ca: Path | None, clock: Clock) -> "UserManager":
    from profiles_management.portal.user_manager_client import UserManager  # noqa: PLC0415 - not for other commands

    try:
        return UserManager(url, _token(), clock, ca=certificates(ca))
    except typer.TyperException as error:
        raise TargetError(redacted(error.message)) from None


def _token() -> Token:
    """Return the token of the environment.

    Raises:
        TargetError: there is none, or it cannot be one.
    """
    text = os.environ.get(_TOKEN, "").strip()
    if not text:
        raise TargetError("There is no token for the User Manager.", remedy=f"Set {_TOKEN}.")
    try:
        return Token(text)
    except ValueError as error:
        raise TargetError(f"{_TOKEN} has no token: {error}.") from None
