"""The files of a commit that are the document: a named file, or the files of a folder. Pure.

A symbolic link or a submodule could lead out of the commit, so neither is followed.
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
_LONGEST_NAME: Final = 255  # bytes, the limit of file systems
_INVALID_NAMES: Final = {".", "..", ".git"}
_NO_DOCUMENT: Final = {
    _LINK: "is a symbolic link, and links are not followed. Name the file itself.",
    _SUBMODULE: (
        "is a submodule, and submodules are not fetched. Name the repository of the submodule."
    ),
}
"""What is wrong with entries of these kinds."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a folder: a file, a folder, a link or a submodule."""

    name: str
    mode: int
    id: str

    @property
    def kind(self) -> int:
        return self.mode & _KIND


def commit_of(objects: Mapping[str, Object], tip: str) -> str:
    """Return the id of the commit that a tip is, or to which it leads if it is a tag.

    Raises:
        GitError: it leads to another object.
    """
    for _ in range(_DEEPEST_TAG):
        tagged = _get(objects, tip)
        if tagged.type == COMMIT:
            return tip
        if tagged.type != TAG:
            break
        tip = _first_id(tagged, b"object")
    raise GitError("the revision is not a commit. Name a branch, a tag or a commit.")


def check_path(path: str) -> list[str]:
    """Return the parts of a path inside the repository; an empty list for the top folder.

    Raises:
        GitError: the path leads out of the repository, or is not in its normal form.
    """
    parts = path.removesuffix("/").split("/") if path else []
    if "\0" in path or not {"", ".", ".."}.isdisjoint(parts):
        raise GitError(f"The path {path!r} is not inside the repository. {_path_remedy(path)}")
    return parts


def _path_remedy(path: str) -> str:
    normal = normal_path(path)
    if normal:
        return f"Write: {normal}"
    return "Write FOLDER/FILE, or leave the path empty for the top folder."


def files(objects: Mapping[str, Object], commit: str, path: str) -> dict[str, bytes]:
    """Return the content of the files of the document by their paths, sorted by path.

    Args:
        objects: the fetched objects.
        commit: the id of a commit among them.
        path: a file, or a folder whose files `*.yaml`, `*.yml` and `*.json` are the document.
            Hidden files are left out.

    Raises:
        GitError: the path does not exist, is a link or a submodule, or is a folder without
            documents or with too many.
    """
    folder = _first_id(_get(objects, commit), b"tree")
    parts = check_path(path)
    for depth, part in enumerate(parts, 1):
        here = "/".join(parts[:depth])
        entry = _entries(objects, folder, "/".join(parts[: depth - 1])).get(part)
        if entry is None:
            raise GitError(_not_there(here, commit, path))
        _check_kind(entry, here)
        if entry.kind == _FOLDER:
            folder = entry.id
            continue
        if depth < len(parts):
            what = f"{here} is a file, not a folder, in commit {commit[:8]}."
            raise GitError(f"{what} Check the path.")
        return {here: _blob(objects, entry)}
    return _documents(objects, folder, "/".join(parts))


def _not_there(here: str, commit: str, path: str) -> str:
    """Return the message for a path that does not exist; on Windows a path has backslashes."""
    remedy = f"Write: {normal_path(path)}" if "\\" in here else "Check the path."
    return f"{here} does not exist in commit {commit[:8]}. {remedy}"


def _documents(objects: Mapping[str, Object], folder: str, where: str) -> dict[str, bytes]:
    """Return the content of the documents in a folder by their paths."""
    prefix = f"{where}/" if where else ""
    documents: dict[str, bytes] = {}
    size = 0
    for name, entry in sorted(_entries(objects, folder, where).items()):
        if not _may_be_document(entry):
            continue
        _check_kind(entry, prefix + name)
        content = _blob(objects, entry)
        size += len(content)
        if size > LARGEST or len(documents) == MOST_FILES:
            raise GitError(_too_much(where))
        documents[prefix + name] = content
    if not documents:
        raise GitError(f"{_shown(where)} contains no {', '.join(PATTERNS)}. Check the path.")
    return documents


def _may_be_document(entry: _Entry) -> bool:
    """Return whether an entry has the name of a document and is not a folder.

    A link is refused later: to skip it would leave out a document without a message.
    """
    return is_in_document(entry.name) and entry.kind not in {_FOLDER, _SUBMODULE}


def _too_much(where: str) -> str:
    """Return the message for a folder that is larger than a document may be."""
    limits = f"{MOST_FILES:,} files or more than {LARGEST:,} bytes in them"
    remedy = "Split it into several folders, each a separate source."
    return f"{_shown(where)} contains more than {limits}. {remedy}"


def _shown(folder: str) -> str:
    return escaped(folder) or "the top folder of the repository"


def _check_kind(entry: _Entry, path: str) -> None:
    """Refuse an entry that is neither a file nor a folder."""
    if entry.kind in {_FILE, _FOLDER}:
        return
    unknown = (
        "is neither a file nor a folder. Remove it from the repository, and add the file again."
    )
    raise GitError(f"{escaped(path)} {_NO_DOCUMENT.get(entry.kind, unknown)}")


def _entries(objects: Mapping[str, Object], folder: str, where: str) -> dict[str, _Entry]:
    """Return the entries of a folder by name. A name that is not UTF-8 is written with escapes.

    Raises:
        GitError: it is not a folder, or two entries have one name. Somebody who reviews the folder
            may see only one of the two.
    """
    content = _get(objects, folder, TREE).data
    position = 0
    entries: dict[str, _Entry] = {}
    while match := _ENTRY.match(content, position):
        name = match["name"].decode("utf-8", "backslashreplace")
        if name in entries:
            what = f"{_shown(where)} contains two entries named {shortened(name)}"
            raise GitError(f"{what}, which Git does not allow. Remove one of them.")
        if not _is_storable(name, match["name"]):
            what = f"{_shown(where)} contains an entry named {shortened(name)}"
            raise GitError(f"{what}, which Git does not allow or no system can store. Rename it.")
        entries[name] = _Entry(name, int(match["mode"], 8), match["id"].hex())
        position = match.end()
    if position < len(content):
        raise GitError("the server sent a folder that is not valid.")
    return entries


def _is_storable(name: str, encoded: bytes) -> bool:
    """Return whether a file may have this name in a working copy."""
    return "/" not in name and name not in _INVALID_NAMES and len(encoded) <= _LONGEST_NAME


def _blob(objects: Mapping[str, Object], entry: _Entry) -> bytes:
    return _get(objects, entry.id, BLOB).data


def _get(objects: Mapping[str, Object], id_: str, type_: int | None = None) -> Object:
    """Return an object of a type, or of any type for None."""
    sent = objects.get(id_)
    if sent is None or type_ not in {None, sent.type}:
        what = f"the server did not send the object {escaped(id_[:8])} of the commit"
        raise GitError(f"{what}. Try again.")
    return sent


def _first_id(sent: Object, name: bytes) -> str:
    """Return the id in the first line of a commit or a tag, which must have this name."""
    first_line = sent.data[:_LONGEST_FIELD].partition(b"\n")[0]
    key, _, value = first_line.partition(b" ")
    if key != name or not _ID.fullmatch(value):
        raise GitError("the server sent a commit that is not valid.")
    return value.decode()
