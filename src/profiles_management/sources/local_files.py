"""What FILE on the command line names outside of Git.

A file, the documents of a folder, or standard input.
"""

import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from profiles_management.pmr import documents
from profiles_management.pmr.file_set import MOST_FILES, PATTERNS, is_in_document
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST

STDIN = "-"
FileId = tuple[int | str, ...]
"""What identifies a file whatever its path: device and inode, or commit and path in Git."""


def _claim_any(_: FileId, __: str) -> None:
    """Let a document have every file."""


@dataclass(slots=True)
class Contents:
    """The bytes of the files of one document, by the name that problems have for each file.

    Attributes:
        files: in the order of the command line; those of a folder by name.
        is_full: whether the files are more, or larger, than one document may be. Further ones are
            not read.
        claim: called with the id and the name of each file and folder before it is read. It raises
            if another document has it.
    """

    claim: Callable[[FileId, str], None] = _claim_any
    files: dict[str, bytes] = field(default_factory=dict)
    is_full: bool = False
    _known: dict[FileId, str] = field(default_factory=dict)
    _size: int = 0

    def read(self, name: str) -> None:
        """Read a file, a folder or standard input.

        Raises:
            DocumentError: with every problem of the files and the folder, or where it was read
                before.
        """
        if self.is_full:
            return
        if name != STDIN and os.path.isdir(name):  # noqa: PTH112 - Path raises where a name is too long
            self._read_folder(Path(name))
        else:
            self._once(name)
            self.add(documents.name_of(name), documents.content(name))

    def add(self, name: str, data: bytes) -> None:
        """Add a file.

        Raises:
            DocumentError: a file has this name already, or all together are larger than a document
                may be.
        """
        if name in self.files:
            raise _error("named-twice", "it is named twice", name, "name it once")
        is_too_large = len(data) > LARGEST  # the reader of the document reports it
        self._size += len(data)
        self.is_full = self._size > LARGEST or len(self.files) == MOST_FILES
        if self.is_full and not is_too_large:
            limits = f"more than {MOST_FILES:,} or have more than {LARGEST:,} bytes"
            what = f"the files up to this one are {limits}"
            raise _error("too-large", what, name, "name fewer files, or smaller ones")
        self.files[name] = data

    def _read_folder(self, folder: Path) -> None:
        self._once(str(folder))
        problems: list[Problem] = []
        entries = _entries(folder)
        for entry in entries:
            if self.is_full:
                break
            try:
                _refuse_odd(entry, folder)
                self._once(str(entry))
                self.add(documents.name_of(entry), documents.content(entry))
            except DocumentError as error:
                problems += error.problems
        if not entries:
            what = f"the folder has no {', '.join(PATTERNS)}; folders in it are not read"
            problems.append(
                _problem(
                    "empty-folder", what, str(folder), "name the folder that has the documents"
                )
            )
        if problems:
            raise DocumentError(problems)

    def _once(self, name: str) -> None:
        """Remember a file or a folder, and refuse the second name of one that was read."""
        file = _file_id(name)
        if file is None:
            return
        if file in self._known:
            raise _error("named-twice", _same_as(self._known[file], name), name, "name it once")
        self.claim(file, documents.name_of(name))
        self._known[file] = name


def _file_id(name: str) -> FileId | None:
    """Return device and inode; None for what cannot be read, which reading it reports."""
    try:
        status = os.fstat(sys.stdin.fileno()) if name == STDIN else os.stat(name)  # noqa: PTH116 - Path raises where a name is too long
    except (OSError, ValueError):
        return (STDIN,) if name == STDIN else None  # standard input may be in memory
    return status.st_dev, status.st_ino


def _same_as(first: str, name: str) -> str:
    return "it is named twice" if first == name else f"it is the same as {documents.name_of(first)}"


def _entries(folder: Path) -> list[Path]:
    """Return the files of a folder that are part of a document, by name."""
    try:
        return sorted(
            entry for entry in folder.iterdir() if is_in_document(entry.name) and not entry.is_dir()
        )
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise _error(
            "unreadable", reason, str(folder), "check the path and its permissions"
        ) from None


def _refuse_odd(entry: Path, folder: Path) -> None:
    """Refuse what is not a file, and a link that leads out of the folder.

    A link inside the folder is followed: a ConfigMap that is mounted consists of them.
    """
    target = Path(os.path.realpath(entry))  # Path.resolve raises where links form a loop
    if entry.is_symlink() and not target.is_relative_to(os.path.realpath(folder)):
        remedy = "name the file that it leads to, or copy it into the folder"
        raise _error(
            "link-out", "it is a symbolic link that leads out of the folder", str(entry), remedy
        )
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        raise _error(
            "not-a-file",
            "it is neither a file nor a folder",
            str(entry),
            "move it out of the folder",
        )


def _error(code: str, what: str, name: str, remedy: str) -> DocumentError:
    return DocumentError([_problem(code, what, name, remedy)])


def _problem(code: str, what: str, name: str, remedy: str) -> Problem:
    return Problem(code, what, Where(documents.name_of(name)), remedy)
