"""The references of a remote that the name of a revision means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from profiles_management.pmr.problems import GitError

HEAD = "HEAD"
ALL = ("refs/heads/", "refs/tags/")

_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
# as git check-ref-format refuses it
_INVALID = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|^[/-]|/$")
# v1.0^{} is the commit that a tag leads to, which is read in any case
_PEELED = re.compile(r"\^(?:\{\w*\}|0)$")
_FILE = r"(?:[^:/]*+[:/])++[^:/]*\.(?:ya?ml|json)"
_ALL_DIGITS = "Write all 40 digits of a commit."
_SEPARATE_PATH = "Give the path separately from the revision."

_PATTERNS = {
    r"[0-9a-fA-F]{7,64}": _ALL_DIGITS,
    _FILE: _SEPARATE_PATH,
    # how a clone names the branches and tags of its remote
    r"(?:refs/)?remotes/[^/]+/(?P<name>.+)": "Write: {name}",
    r"(?:origin|heads|tags)/(?P<name>.+)": "Write: {name}",
    r"GB(?P<name>.+)": "Azure DevOps writes GB before a branch. Write: {name}",
    r"GT(?P<name>.+)": "Azure DevOps writes GT before a tag. Write: {name}",
    r"GC(?P<name>.+)": "Azure DevOps writes GC before a commit. Write: {name}",
}
"""What to write in place of a name that another program uses for a revision."""


def is_commit(revision: str) -> bool:
    """Return whether a revision is the full id of a commit."""
    return bool(_COMMIT.fullmatch(revision))


def references(revision: str) -> list[str]:
    """Return the references that a revision can mean, such as `refs/heads/main` for `main`.

    Raises:
        GitError: no branch and no tag can have this name.
    """
    if not revision or is_commit(revision):
        return [HEAD]
    if _INVALID.search(revision) or not revision.isprintable():
        what = f"{revision!r} is not the name of a branch, tag or commit."
        raise GitError(f"{what} {_remedy_for_invalid(revision)}")
    if revision == HEAD or revision.startswith("refs/"):
        return [revision]
    return [f"refs/heads/{revision}", f"refs/tags/{revision}"]


def tip(revision: str, refs: Mapping[str, str]) -> str:
    """Return the id of the commit that a revision names, or of the tag that leads to it.

    Args:
        revision: the requested revision.
        refs: the references of the remote with the ids that they point to.

    Raises:
        GitError: the remote has no such branch or tag, or a branch and a tag that differ.
    """
    if is_commit(revision):
        return revision.lower()
    ids = {reference: refs[reference] for reference in references(revision) if reference in refs}
    if not ids:
        raise GitError(_not_there(revision))
    if len(set(ids.values())) > 1:
        what = f"the repository has a branch and a tag named {revision}."
        raise GitError(f"{what} Write {' or '.join(ids)}.")
    return next(iter(ids.values()))


def _not_there(revision: str) -> str:
    """Return the message for a revision that the remote does not have."""
    if not revision:
        return "the repository has no commits, or no default branch. Name a branch."
    remedies = (
        remedy.format(**match.groupdict())
        for pattern, remedy in _PATTERNS.items()
        if (match := re.fullmatch(pattern, revision))
    )
    what = f"the repository has no branch or tag named {revision}."
    return f"{what} {next(remedies, '')}".rstrip()


def _remedy_for_invalid(revision: str) -> str:
    """Return what to write in place of a text that cannot name a revision."""
    if re.fullmatch(_FILE, revision):
        return _SEPARATE_PATH
    name = _PEELED.sub("", revision.strip()).strip("/")
    if not name or _INVALID.search(name):
        return _ALL_DIGITS
    return f"Write: {name}"
