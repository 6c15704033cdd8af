"""Files that are written in place: whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from profiles_management.pmr import documents
from profiles_management.pmr.problems import DocumentError, Problem, Where

_PREFIX: Final = ".profiles-management."  # the name of the file may be as long as a name can be


def rewrite(name: str, before: bytes, after: bytes) -> None:
    """Replace the content of a file, which keeps its mode; symbolic links are followed.

    Args:
        name: the path of the file.
        before: the content that was read; the file is not replaced if it has changed.
        after: the new content.

    Raises:
        DocumentError: the file has changed.
        OSError: it cannot be written.
    """
    path = Path(name).resolve(strict=True)
    status = path.stat()
    descriptor, temporary = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            with suppress(PermissionError):  # another user's file in a shared folder
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fchmod(file.fileno(), status.st_mode & 0o7777)
            os.fsync(file.fileno())
        _check_unchanged(name, before)
        Path(temporary).replace(path)
    except BaseException:  # Ctrl-C too: the temporary file must not stay; the error goes on
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    _sync(path.parent)


def _check_unchanged(name: str, before: bytes) -> None:
    if documents.content(name) != before:
        what = "the file has changed since it was read"
        raise DocumentError([Problem("changed", what, Where(name), "run the command again")])


def _sync(folder: Path) -> None:
    """Write the new name of the file to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
