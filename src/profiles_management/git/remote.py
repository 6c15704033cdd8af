"""Fetching a revision from a remote: its commit, and the objects of that commit without history."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dulwich.client import GitClient
from dulwich.errors import GitProtocolError, HangupException
from dulwich.object_store import ObjectStoreGraphWalker
from dulwich.objects import ObjectID
from dulwich.refs import Ref

from profiles_management.git import https, pack, revision, ssh
from profiles_management.git.address import Address
from profiles_management.git.budget import Budget
from profiles_management.git.git_source import GitSource
from profiles_management.git.pack import Object
from profiles_management.git.stream import BROKE_OFF, Refused
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile.retry import Passing

_UNPACKED: Final = 4  # the objects may take this many times the limit of received bytes
_LONGEST_SHOWN: Final = 200  # characters of a server's text
_LONGEST_READ: Final = 4000
_SHA1: Final = 40

_NOT_GIT: Final = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""The errors of dulwich for a server that breaks the protocol."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched revision.

    Attributes:
        tip: the id that the revision names.
        objects: the objects by id; None if the tip was known already.
    """

    tip: str
    objects: Mapping[str, Object] | None


def fetch(source: GitSource, address: Address, known: str, budget: Budget) -> Fetched:
    """Fetch a revision without its history.

    A server may refuse to send a commit by its id. Then all branches and tags are fetched, within
    the same limit, and the commit must be among them.

    Args:
        source: the revision, credentials and limits.
        address: the URL of the repository.
        known: a tip that is not fetched again.
        budget: the limits of time and bytes; the bytes count for each of the two fetches.

    Raises:
        GitError: the revision cannot be fetched.
        Passing: it may be possible later.
    """
    try:
        return _fetch_one(source, address, known, budget)
    except Refused as refusal:
        if not revision.is_commit(source.revision):
            raise GitError(_shown(refusal, source)) from None
    budget.restart()
    try:
        return _fetch_all(source, address, budget)
    except Refused as refusal:
        raise GitError(_shown(refusal, source)) from None


def _fetch_one(source: GitSource, address: Address, known: str, budget: Budget) -> Fetched:
    tip = ""

    def wanted(refs: Mapping[str, str]) -> list[str]:
        nonlocal tip
        tip = revision.tip(source.revision, refs)
        return [] if tip == known else [tip]

    objects = _talk(source, address, budget, wanted, revision.references(source.revision), depth=1)
    return Fetched(tip, None if tip == known else objects)


def _fetch_all(source: GitSource, address: Address, budget: Budget) -> Fetched:
    objects = _talk(
        source, address, budget, lambda refs: sorted(set(refs.values())), revision.ALL, depth=None
    )
    commit = source.revision.lower()
    if commit not in objects:
        raise GitError(f"the repository has no commit {commit} on any branch or tag.")
    return Fetched(commit, objects)


def _talk(
    source: GitSource,
    address: Address,
    budget: Budget,
    wanted: Callable[[Mapping[str, str]], list[str]],
    names: Sequence[str],
    *,
    depth: int | None,
) -> dict[str, Object]:
    """List references, and fetch the objects of those that `wanted` selects.

    Args:
        wanted: returns the ids to fetch from the references of the remote and their ids.
        names: the references to list, or beginnings of their names.
        depth: the number of commits to fetch for each id, None for all.

    Returns:
        The objects by id; empty if `wanted` selects nothing.
    """
    requested: list[ObjectID] = []
    received = io.BytesIO()

    def select(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:  # noqa: ARG001 - dulwich's
        ids = {name.decode("utf-8", "replace"): id_.decode("ascii") for name, id_ in refs.items()}
        if any(len(id_) != _SHA1 for id_ in ids.values()):
            raise GitError(
                "the repository uses SHA-256. Only repositories with SHA-1 are supported."
            )
        requested.extend(ObjectID(id_.encode()) for id_ in wanted(ids))
        return requested

    with _translated_errors(), contextlib.closing(_client(source, address, budget)) as client:
        nothing = ObjectStoreGraphWalker([], lambda _: [])
        prefixes = [name.encode() for name in names]
        client.fetch_pack(
            address.repository, select, nothing, received.write, depth=depth, ref_prefix=prefixes
        )
    if not requested:
        return {}
    return pack.read(received.getvalue(), most=_UNPACKED * source.limit, ask=budget.left)


def _client(source: GitSource, address: Address, budget: Budget) -> GitClient:
    if address.scheme == "ssh":
        return ssh.client(address, source.credentials, source.known_hosts, budget)
    return https.client(address, source.credentials, source.ca, budget)


@contextlib.contextmanager
def _translated_errors() -> Iterator[None]:
    """Translate the errors of dulwich."""
    try:
        yield
    except HangupException as error:
        if error.stderr_lines:
            raise Refused(str(error)) from None
        raise Passing(BROKE_OFF) from None
    except GitProtocolError as error:
        raise Refused(str(error)) from None
    except _NOT_GIT:
        raise GitError("the server breaks the Git protocol.") from None


def _shown(refusal: Refused, source: GitSource) -> str:
    """Return the text of a server's refusal in one line, without our credentials."""
    secrets = https.secrets(source.credentials)
    text = redacted(str(refusal)[:_LONGEST_READ], secrets)
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(printable.split())
    return f"the server refused: {line[:_LONGEST_SHOWN]}"
