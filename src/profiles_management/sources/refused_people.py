"""Why a source does not give somebody access: one line that says nothing of other sources."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final

from profiles_management.pmr.merge_conflicts import NOBODY_DEFINES
from profiles_management.pmr.origins import ENTRY_ENDED, Origins, RefusedContributor
from profiles_management.sources.source import RefusedPerson

_REASONS: Final[Mapping[str, str]] = {
    "not-open": "{} is not open",
    NOBODY_DEFINES: "{} does not exist",
    "owner-contributes": "{} belongs to this person",
    "admin-added": "admin in {} can only be given by the source that defines it",
    "case-clash": "{} lists this person in another spelling",
    "two-roles": "{} lists this person with another role",
    "disputed": "another source adds this person to {} with another role or spelling",
    "name-collision": "the RoleBinding in {} would have the name of another one",
    ENTRY_ENDED: "{} lists this person itself, until a time that has passed",
}


def refused_people(
    source: str, origins: Origins, *, frozen: Collection[str], now: datetime
) -> Iterator[RefusedPerson]:
    """Yield whom a source adds in its document, and who gets no access by that.

    Args:
        frozen: sources that cannot be read. One of them may define a profile that no other source
            defines, and then people keep the access that they have there.
        now: with a zone.
    """
    for refused in origins.refused_contributors:
        if refused.source != source or not _is_refused(refused, frozen, now):
            continue
        reason = _REASONS[refused.code].format(refused.profile)
        yield RefusedPerson(refused.profile, refused.contributor.name, reason)


def _is_refused(refused: RefusedContributor, frozen: Collection[str], now: datetime) -> bool:
    if refused.code == NOBODY_DEFINES and frozen:
        return False
    return refused.since is None or refused.since <= now
