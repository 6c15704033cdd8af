"""The files of a commit that are the document: one that is named, or those of a folder. Pure.

Nothing is followed out of the commit: neither a symbolic link nor a submodule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from profiles_management.git.location import normal_path
from profiles_management.git.pack import BLOB, COMMIT, TAG, TREE, Object
from profiles_management.pmr.file_set import MOST_FILES, PATTERNS, is_in_document
from profiles_management.pmr.names import escaped, shortened
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.reading import LARGEST

_FILE: Final = 0o100000
_FOLDER: Final = 0o040000
_LINK: Final = 0o120000
_SUBMODULE: Final = 0o160000
_KIND: Final = 0o170000
_ID: Final = re.compile(rb"[0-9a-f]{40}")
_ENTRY: Final = re.compile(rb"(?P<mode>[0-7]{5,6}) (?P<name>[^\0]+)\0(?P<id>.{20})", re.DOTALL)
_DEEPEST_TAG: Final = 10
_LONGEST_FIELD: Final = 100
_LONGEST_NAME: Final = 255  # bytes, as file systems have it
_NEVER_NAMES: Final = {".", "..", ".git"}


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    mode: int
    id: str

    @property
    def kind(self) -> int:
        return self.mode & _KIND


def commit_of(objects: Mapping[str, Object], tip: str) -> str:
    """Return the id of the commit that a tip is, or that a tag leads to.

    Raises:
        GitError: it leads to something else.
    """
    for _ in range(_DEEPEST_TAG):
        found = _get(objects, tip)
        if found.type == COMMIT:
            return tip
        if found.type != TAG:
            break
        tip = _field(found, b"object")
    raise GitError("the revision is no commit. Name a branch, a tag or a commit.")


def check_path(path: str) -> list[str]:
    """Return the parts of a path inside the repository; none for its top.

    Raises:
        GitError: it leads out of the repository, or is not written plainly.
    """
    parts = path.removesuffix("/").split("/") if path else []
    if any(part in {"", ".", ".."} for part in parts) or "\0" in path:
        form = (
            f"Write: {meant}"
            if (meant := normal_path(path))
            else "Write it as FOLDER/FILE, or nothing for its top."
        )
        raise GitError(f"The path {path!r} does not lead into the repository. {form}")
    return parts


def files(objects: Mapping[str, Object], commit: str, path: str) -> dict[str, bytes]:
    """Return the bytes of the files that are meant, by their paths, in the order of these.

    Args:
        objects: what was fetched.
        commit: the id of a commit among them.
        path: of a file, or of a folder, of which all files `*.yaml`, `*.yml` and `*.json` are meant
            but hidden ones.

    Raises:
        GitError: there is nothing at the path, nothing in the folder, too much in it, or what is
            there is a link or a submodule.
    """
    folder = _field(_get(objects, commit), b"tree")
    parts = check_path(path)
    for depth, part in enumerate(parts, 1):
        here = "/".join(parts[:depth])
        entry = _entries(objects, folder, "/".join(parts[: depth - 1])).get(part)
        if entry is None:
            form = f"Write: {normal_path(path)}" if "\\" in part else "Look at the path."
            raise GitError(f"there is no {here} in commit {commit[:8]}. {form}")
        _refuse(entry, here)
        if entry.kind != _FOLDER:
            if depth < len(parts):
                raise GitError(
                    f"{here} is a file, not a folder, in commit {commit[:8]}. Look at the path."
                )
            return {here: _blob(objects, entry)}
        folder = entry.id
    return _documents(objects, folder, "".join(f"{part}/" for part in parts))


def _documents(objects: Mapping[str, Object], folder: str, prefix: str) -> dict[str, bytes]:
    where = prefix.removesuffix("/")
    found: dict[str, bytes] = {}
    size = 0
    for _, entry in sorted(_entries(objects, folder, where).items()):
        if not is_in_document(entry.name) or entry.kind in {_FOLDER, _SUBMODULE}:
            continue
        _refuse(entry, prefix + entry.name)
        data = _blob(objects, entry)
        size += len(data)
        if size > LARGEST or len(found) == MOST_FILES:
            raise GitError(_too_much(where))
        found[prefix + entry.name] = data
    if not found:
        raise GitError(f"{_shown(where)} holds no {', '.join(PATTERNS)}. Look at the path.")
    return found


def _too_much(where: str) -> str:
    """Say that a folder is larger than a document may be."""
    limits = f"{MOST_FILES:,} files or more than {LARGEST:,} bytes in them"
    return f"{_shown(where)} holds more than {limits}. Split it over several folders, each a source of its own."


def _shown(folder: str) -> str:
    return escaped(folder) or "the top of the repository"


def _refuse(entry: _Entry, path: str) -> None:
    here = escaped(path)
    if entry.kind == _LINK:
        raise GitError(
            f"{here} is a symbolic link, and links are not followed. Name the file itself."
        )
    if entry.kind == _SUBMODULE:
        raise GitError(
            f"{here} is a submodule, and submodules are not fetched. Name its own repository."
        )
    if entry.kind not in {_FILE, _FOLDER}:
        raise GitError(
            f"{here} is neither a file nor a folder. Remove it from the repository and add it again."
        )


def _entries(objects: Mapping[str, Object], folder: str, where: str) -> dict[str, _Entry]:
    """Return what is in a folder, by name.

    A name that is not UTF-8 is written with escapes.

    Raises:
        GitError: it is not a folder, or two entries have one name, so that who reviews it may see
            the other one.
    """
    data, position, found = _get(objects, folder, TREE).data, 0, dict[str, _Entry]()
    while entry := _ENTRY.match(data, position):
        name = entry["name"].decode("utf-8", "backslashreplace")
        if name in found:
            what = f"{_shown(where)} holds two entries called {shortened(name)}"
            raise GitError(f"{what}, which Git does not allow. Remove one of them.")
        if "/" in name or name in _NEVER_NAMES or len(entry["name"]) > _LONGEST_NAME:
            what = f"{_shown(where)} holds an entry called {shortened(name)}"
            raise GitError(f"{what}, which Git does not allow or no system can store. Rename it.")
        found[name] = _Entry(name, int(entry["mode"], 8), entry["id"].hex())
        position = entry.end()
    if position < len(data):
        raise GitError("what it sends is no folder of Git.")
    return found


def _blob(objects: Mapping[str, Object], entry: _Entry) -> bytes:
    return _get(objects, entry.id, BLOB).data


def _get(objects: Mapping[str, Object], id_: str, type_: int | None = None) -> Object:
    found = objects.get(id_)
    if found is None or type_ not in {None, found.type}:
        raise GitError(
            f"it left out the object {escaped(id_[:8])} that belongs to the commit. Try again."
        )
    return found


def _field(one: Object, name: bytes) -> str:
    """Return the id that the first line of a commit or a tag names."""
    key, _, value = one.data[:_LONGEST_FIELD].partition(b"\n")[0].partition(b" ")
    if key != name or not _ID.fullmatch(value):
        raise GitError("what it sends is no commit of Git.")
    return value.decode()
