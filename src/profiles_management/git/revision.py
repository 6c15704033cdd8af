"""Which commit a revision names, among the references of a remote. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from profiles_management.pmr.problems import GitError

HEAD = "HEAD"
ALL = ("refs/heads/", "refs/tags/")

_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_LIKE_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
# as git check-ref-format refuses it
_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|^[/-]|/$")
# v1.0^{} is the commit that a tag leads to, which is read anyway
_PEELED = re.compile(r"\^(?:\{\w*\}|0)$")
# what a clone calls it
_LOCAL = re.compile(r"(?:refs/)?remotes/[^/]+/(?=.)|origin/(?=.)|(?:heads|tags)/(?=.)")
_AZURE = re.compile(r"G[BTC](?=.)")
_FILE = re.compile(r"[:/][^:]*\.(?:ya?ml|json)$")
_WHOLE = "A commit is written with all its 40 digits."


def is_commit(revision: str) -> bool:
    """Tell whether a revision is the whole id of a commit."""
    return bool(_COMMIT.fullmatch(revision))


def names(revision: str) -> list[str]:
    """Return the references that a revision can mean, such as `refs/heads/main` and `refs/tags/main` for `main`.

    Raises:
        GitError: no branch and no tag can be called so.
    """
    if not revision or is_commit(revision):
        return [HEAD]
    if _NO_NAME.search(revision) or not revision.isprintable():
        raise GitError(f"{revision!r} names no branch, tag or commit. {_valid(revision)}")
    if revision == HEAD or revision.startswith("refs/"):
        return [revision]
    return [f"refs/heads/{revision}", f"refs/tags/{revision}"]


def tip(revision: str, refs: Mapping[str, str]) -> str:
    """Return the id of what a revision names: of a commit, or of a tag that leads to one.

    Args:
        revision: what was asked for.
        refs: the references of the remote and what they point to.

    Raises:
        GitError: the remote has no such branch or tag, or one of each that differ.
    """
    if is_commit(revision):
        return revision.lower()
    found = {name: refs[name] for name in names(revision) if name in refs}
    if len(set(found.values())) > 1:
        raise GitError(f"{revision} is a branch and a tag. Write which: {' or '.join(found)}.")
    if found:
        return next(iter(found.values()))
    if not revision:
        raise GitError("it has no commit yet, or no default branch. Name a branch.")
    raise GitError(f"it has no branch and no tag {revision}.{_elsewhere(revision)}")


def _valid(revision: str) -> str:
    """Return what to write in place of what cannot be the name of a revision."""
    if _FILE.search(revision):
        return "A path is given apart from the revision."
    name = _PEELED.sub("", revision.strip()).strip("/")
    return f"Write: {name}" if name and not _NO_NAME.search(name) else _WHOLE


def _elsewhere(revision: str) -> str:
    """Return what to write in place of a name that means a revision to another program."""
    if _LIKE_COMMIT.fullmatch(revision):
        return f" {_WHOLE}"
    if _FILE.search(revision):
        return " A path is given apart from the revision."
    if name := _LOCAL.sub("", revision, count=1) if _LOCAL.match(revision) else "":
        return f" Write: {name}"
    if _AZURE.match(revision):
        kind = {"B": "branch", "T": "tag", "C": "commit"}[revision[1]]
        return f" Azure DevOps writes G{revision[1]} before a {kind}. Write: {revision[2:]}"
    return ""
