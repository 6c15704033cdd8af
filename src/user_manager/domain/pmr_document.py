"""The document for the cluster: a PMR of additions in canonical JSON, with its revision."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from profiles_management.pmr.locating import findings_of
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.validation import check
from user_manager.domain.times import format_time

_UNTRUSTED: Final = Rules(trusted=False)
_REVISION_DIGITS: Final = 16
_OF_PROFILE: Final = len(("profiles", "index"))
_OF_CONTRIBUTOR: Final = len(("profiles", "index", "contributors", "index"))


@dataclass(frozen=True, slots=True)
class ClusterAccess:
    """An approved and unexpired access of an active user to a profile of the catalogue.

    Attributes:
        profile: the name of the profile.
        user: the id of the user.
        role: the role in the cluster, from `access_types.cluster_role`.
        until: the end; None without an end.
    """

    profile: str
    user: str
    role: str
    until: datetime | None


class LeftOut(NamedTuple):
    """An access that the document cannot have.

    Attributes:
        profile: the name of the profile.
        user: the id of the user.
        reason: why, for people.
    """

    profile: str
    user: str
    reason: str


@dataclass(frozen=True, slots=True)
class PmrDocument:
    """A valid document.

    Attributes:
        body: the canonical JSON: UTF-8, sorted keys, no spaces.
        revision: sixteen hexadecimal digits of the SHA-256 of the body.
        left_out: the accesses that are not in it.
    """

    body: bytes
    revision: str
    left_out: tuple[LeftOut, ...]


def pmr_document(accesses: Iterable[ClusterAccess]) -> PmrDocument:
    """Return the document of these accesses; those that a PMR cannot have are left out.

    The cluster does not trust the document and refuses it as a whole for one wrong entry.
    So it is validated here by the same rules.
    """
    kept = sorted(accesses, key=lambda access: (access.profile, access.user))
    left_out: list[LeftOut] = []
    body = _canonical(kept)
    while reasons := _refusals(body):
        accepted = []
        for access, reason in _with_reasons(kept, reasons):
            if reason is None:
                accepted.append(access)
            else:
                left_out.append(LeftOut(access.profile, access.user, reason))
        kept = accepted
        body = _canonical(kept)
    revision = hashlib.sha256(body).hexdigest()[:_REVISION_DIGITS]
    return PmrDocument(body, revision, tuple(left_out))


def _canonical(accesses: Iterable[ClusterAccess]) -> bytes:
    profiles = [
        {"name": name, "contributors": [_contributor(access) for access in of_profile]}
        for name, of_profile in groupby(accesses, key=lambda access: access.profile)
    ]
    document = {"profiles": profiles}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _contributor(access: ClusterAccess) -> dict[str, str]:
    contributor = {"name": access.user, "role": access.role}
    if access.until is not None:
        contributor["until"] = format_time(access.until)
    return contributor


@lru_cache(maxsize=4)
def _refusals(body: bytes) -> Mapping[Path, str]:
    """Return why the rules of the PMR refuse entries of a document.

    The last documents are remembered: clients ask for an unchanged one again and again.

    Returns:
        A reason for each refused entry: the path of a profile or of a contributor.
    """
    findings = findings_of(check(json.loads(body), _UNTRUSTED, additions=True).problems)
    return {_entry(finding): finding.what for finding in reversed(findings)}


def _entry(finding: Finding) -> Path:
    """Return the path of the contributor, else of the profile, that a finding is about."""
    is_of_contributor = finding.path[2:3] == ("contributors",)
    return finding.path[: _OF_CONTRIBUTOR if is_of_contributor else _OF_PROFILE]


def _with_reasons(
    accesses: Iterable[ClusterAccess], reasons: Mapping[Path, str]
) -> Iterator[tuple[ClusterAccess, str | None]]:
    """Yield each access with the reason to leave it out; None for one that stays."""
    for profile, (_, of_profile) in enumerate(groupby(accesses, lambda access: access.profile)):
        for place, access in enumerate(of_profile):
            path = ("profiles", profile)
            yield access, reasons.get((*path, "contributors", place)) or reasons.get(path)
