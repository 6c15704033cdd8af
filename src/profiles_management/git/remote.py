"""One conversation with a remote: which commit a revision is now, and its objects, one commit deep."""

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
from profiles_management.git.pack import Object
from profiles_management.git.source import GitSource
from profiles_management.git.stream import BROKE_OFF, Refused
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile.retry import Passing

_UNPACKED: Final = 4  # times the limit of what is received
_LONGEST_WORD: Final = 200
_LONGEST_READ: Final = 4000
_SHA1: Final = 40

_NOT_GIT: Final = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What dulwich raises where a server does not keep to the protocol."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a revision is: the tip that it names, and the objects, None where the tip was known already."""

    tip: str
    objects: Mapping[str, Object] | None


def fetch(source: GitSource, address: Address, known: str, budget: Budget) -> Fetched:
    """Fetch what a revision names, without its history.

    A server may refuse to send a commit for its id alone. Then everything that its branches and
    tags lead to is fetched, within the same limit, and the commit looked for there.

    Args:
        source: the revision, and what to get at it with.
        address: its URL.
        known: a tip that need not be fetched again.
        budget: time and bytes; the bytes count for each of the two fetches.

    Raises:
        GitError: it cannot be had.
        Passing: it may be had later.
    """
    try:
        return _fetch_one(source, address, known, budget)
    except Refused as why:
        if not revision.is_commit(source.revision):
            raise GitError(_worded(str(why), source)) from None
    budget.anew()
    try:
        return _fetch_all(source, address, budget)
    except Refused as why:
        raise GitError(_worded(str(why), source)) from None


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
    """Ask for references, then for what is wanted of them; return the objects, none if nothing is."""
    asked: list[ObjectID] = []
    received = io.BytesIO()

    def choose(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:  # noqa: ARG001 - dulwich's
        if any(len(id_) != _SHA1 for id_ in refs.values()):
            raise GitError("it names commits by SHA-256. Only repositories with SHA-1 are read.")
        found = {name.decode("utf-8", "replace"): id_.decode("ascii") for name, id_ in refs.items()}
        asked.extend(ObjectID(id_.encode()) for id_ in wanted(found))
        return asked

    with _told(), contextlib.closing(_client(source, address, budget)) as client:
        nothing = ObjectStoreGraphWalker([], lambda _: [])
        prefixes = [name.encode() for name in names]
        client.fetch_pack(
            address.repository, choose, nothing, received.write, depth=depth, ref_prefix=prefixes
        )
    return (
        pack.read(received.getvalue(), most=_UNPACKED * source.limit, ask=budget.left)
        if asked
        else {}
    )


def _client(source: GitSource, address: Address, budget: Budget) -> GitClient:
    if address.scheme == "ssh":
        return ssh.client(address, source.credentials, source.known_hosts, budget)
    return https.client(address, source.credentials, source.ca, budget)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what dulwich raises into what is wrong."""
    try:
        yield
    except HangupException as error:
        if error.stderr_lines:
            raise Refused(str(error)) from None
        raise Passing(BROKE_OFF) from None
    except GitProtocolError as error:
        raise Refused(str(error)) from None
    except _NOT_GIT:
        raise GitError("it does not speak Git's protocol as it should.") from None


def _worded(words: str, source: GitSource) -> str:
    """Return the words of a server in one line, without our secrets, should it repeat them."""
    given = source.credentials
    secrets = https.secrets(given) if given is not None else ()
    told = redacted(words[:_LONGEST_READ], secrets)
    text = " ".join("".join(mark if mark.isprintable() else " " for mark in told).split())
    return f"it refuses: {text[:_LONGEST_WORD]}"
