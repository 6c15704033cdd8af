"""The sources of a merged document: which of them defines what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from profiles_management.pmr.people import Contributor, UserKind
from profiles_management.pmr.problems import Problem

Added = tuple[str, UserKind, str]
"""A contributor that a source adds: the profile's name, the kind and the name of whom it adds."""


OWN: Final = ""
"""The name of the administrator's document among sources. No object records it."""

_PUBLIC: Final = re.compile(
    r"|the document|config|git|portal|puhuri|relation:[a-z0-9_-]++:[a-z0-9-]++"
)


FILE: Final = "file:"
"""The kind of a document that a command reads with less trust; its path or URL follows."""


RESEARCH_PORTAL: Final = "puhuri:"
"""The kind of a customer of a research portal; a name follows, or the customer and the URL."""


USER_MANAGER: Final = "portal"
"""The User Manager, in which people ask for access: the portal of the option `--portal`."""


def label(source: str) -> str:
    """Return what messages call a source."""
    return source or "the document"


def is_public(source: str) -> bool:
    """Return whether the name of a source may be published: it cannot be that of a person.

    The path of a file may be, and so may a name of an unknown kind.
    """
    return _PUBLIC.fullmatch(source) is not None


def public_label(source: str) -> str:
    """Return what statuses, Events and other charms call a source."""
    return label(source) if is_public(source) else "another source"


def untrusted_option(source: str) -> str:
    """Return the option that gives a source to a command, quoted for a shell: a file or a portal.

    A name without a dot and a slash is no path of a file or URL, so FILE stands for its place, and
    a name without @ is no address of a portal.
    """
    if source.startswith(RESEARCH_PORTAL):
        name = source.removeprefix(RESEARCH_PORTAL)
        return _option(
            "--untrusted", source if "@" in name else f"{name}={RESEARCH_PORTAL}CUSTOMER@URL"
        )
    identity = source.removeprefix(FILE)
    if "." in identity or "/" in identity:
        return _option("--untrusted", identity)
    return _option("--untrusted", f"{identity}=FILE")


def withdrawn_option(source: str) -> str:
    """Return the option that withdraws a source, quoted for a shell."""
    return _option("--withdrawn", source)


def absent_remedies(source: str) -> tuple[str, str]:
    """Return what to do about a source that a run was not given: give it, or withdraw it."""
    withdrawn = withdrawn_option(source)
    if source == USER_MANAGER:
        return "Give it (--portal URL)", f"withdraw it ({withdrawn})"
    if source.startswith((FILE, RESEARCH_PORTAL)):
        return f"Give it ({untrusted_option(source)})", f"withdraw it ({withdrawn})"
    return f"Give {source} too", f"withdraw it ({withdrawn}; charm: withdrawn-sources)"


def _option(name: str, value: str) -> str:
    import shlex  # noqa: PLC0415 - few runs need it

    return f"{name} {shlex.quote(value)}"


class RefusedContributor(NamedTuple):
    """A contributor whom a source adds to a profile, and who gets no access by that.

    Attributes:
        code: why, the code of the problem; ENTRY_ENDED has no problem.
        since: when the refusal begins; None for at once.
    """

    source: str
    profile: str
    contributor: Contributor
    code: str
    since: datetime | None = None


ENTRY_ENDED: Final = "entry-ended"
"""The entry of a source with priority applies to the person, and ends before that of this one."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The sources of a merged document. Empty for a single document, which records no source.

    Attributes:
        settled: the sources that were read, and those that were removed on purpose. The objects of
            any other source stay unchanged, because it cannot be read or is not there yet.
        profiles: the source that defines each profile.
        contributors: the source of each contributor that another source added.
        frozen: the reason why each unreadable source cannot be read, '' for one that is not given;
            its objects stay unchanged.
        conflicts: the conflict of each profile that several sources define; it stays unchanged.
        claimants: the sources that define each of these profiles.
        disputed: contributors that sources add in different ways, with these sources. Their access
            from these sources stays unchanged, and they get no new access.
        unplaced: the contributors and sources of each profile that no source, or several, define.
            They get no new access, and keep the access that such a source gave them before.
        withdrawn: the sources that the administrator of a command withdrew by name. A plan warns of
            those that no object records.
        untrusted: sources that define only new profiles and those that they created.
        refused: refused definitions and additions, each with its source as `where.file`. The
            profile itself is not affected.
        refused_contributors: everybody whom these additions, or an entry of a source with priority,
            leave without access.
    """

    settled: frozenset[str] = frozenset()
    profiles: Mapping[str, str] = field(default_factory=dict)
    contributors: Mapping[Added, str] = field(default_factory=dict)
    frozen: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, Problem] = field(default_factory=dict)
    claimants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    disputed: Mapping[Added, frozenset[str]] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()
    refused_contributors: tuple[RefusedContributor, ...] = ()
    unplaced: Mapping[str, Sequence[tuple[str, Contributor]]] = field(default_factory=dict)
    untrusted: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()

    @property
    def is_merged(self) -> bool:
        """Whether the document was merged from sources."""
        return bool(self.settled or self.frozen)

    def outranks(self, source: str, other: str) -> bool:
        """Return whether one source has priority: it is trusted, and the other is not."""
        return bool(source) and source not in self.untrusted and other in self.untrusted

    def overrules(self, profile: str, source: str) -> bool:
        """Return whether the source that defines a profile is trusted, and another one is not."""
        return self.profiles[profile] not in self.untrusted and source in self.untrusted

    def leaves(self, source: str) -> bool:
        """Return whether the objects of a source stay unchanged.

        Only a trusted source may define a profile without a recorded source: an untrusted one keeps
        to what it made, where it is recorded. So only a trusted source that cannot be read keeps
        such a profile from being stale.
        """
        if not self.is_merged:
            return False
        if source in self.settled:
            return False
        return source != OWN or not self.frozen.keys() <= self.untrusted


NO_ORIGINS: Final = Origins()
