"""The files with the token and the certificates of a web service."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IRWXG, S_IRWXO
from typing import Final

import typer

from profiles_management.pmr.redaction import shown

_LONGEST_CA: Final = 1_048_576  # bytes


def certificates(path: Path | None) -> str | None:
    """Return the certificates in a file, in PEM; None where none is named.

    Raises:
        typer.TyperException: it cannot be read, or is no such file.
    """
    return None if path is None else content(path, _LONGEST_CA)


def content(path: Path, longest: int) -> str:
    """Return what a file has.

    Args:
        longest: the most bytes that it may have.

    Raises:
        typer.TyperException: it cannot be read, or has more.
    """
    try:
        with path.expanduser().open("rb") as file:
            read = file.read(longest + 1)
        if len(read) <= longest:
            return read.decode()
    except (OSError, UnicodeError) as error:
        why = (getattr(error, "strerror", None) or "it is not plain text").lower()
        raise typer.TyperException(f"{shown(path)} cannot be read: {why}.") from None
    raise typer.TyperException(f"{shown(path)} has more than {longest:,} bytes.")


def open_to_others(path: Path) -> Iterator[str]:
    """Yield a message if others can read or change a file with a secret.

    As ssh does, only a file of the user is looked at: those of a pod belong to its administrator.
    """
    try:
        status = path.expanduser().stat()
    except OSError:
        return  # reading it says why
    if status.st_uid == os.getuid() and status.st_mode & (S_IRWXG | S_IRWXO):
        name = shown(path)
        yield f"{name} has a token, and is open to other users. Run: chmod 600 {name}"
