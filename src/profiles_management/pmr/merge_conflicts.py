"""Problems between sources; each names the source whose document is ignored there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from profiles_management.pmr.names import quoted
from profiles_management.pmr.origins import OWN, is_public, label, public_label
from profiles_management.pmr.people import Contributor
from profiles_management.pmr.problems import Problem, Where

NOBODY_DEFINES: Final = "nobody-defines"
NOT_OPEN: Final = "not-open"
TRUSTED_DEFINES: Final = "trusted-definition"

OF_WHOLE_ENTRIES: Final = frozenset({NOBODY_DEFINES, NOT_OPEN, TRUSTED_DEFINES})
"""The codes of problems with all that a source wants in a profile; others are of one person."""


def two_definitions(name: str, sources: Sequence[str]) -> Problem:
    """Return the problem that sources of equal priority define one profile."""
    by = _listed([f"by {source}" for source in sources])
    publicly = _listed([f"by {public_label(source)}" for source in sources])
    few = "one" if len(sources) == 2 else "all but one"  # noqa: PLR2004 - two sources
    remedy = f"Remove it from {few} of them."
    return Problem(
        "two-sources",
        f"{name} is defined {by}",
        Where.of_profile(name),
        remedy,
        nameless=f"{name} is defined {publicly}",
        names_nobody=all(map(is_public, sources)),
    )


def no_way_in(name: str, source: str, definer: str | None) -> Problem:
    """Return the problem with additions to a profile that is not defined, or not open."""
    if definer is None:
        what = "{} adds contributors to {}, which no source that can be read defines".format
        remedy = "Define it in another source, or remove the addition."
        nameless = what(public_label(source), name)
        return refused(NOBODY_DEFINES, what(source, name), name, source, remedy, nameless)
    what = "{} adds contributors to {}, which {} does not open".format
    remedy = f"Write `open: true` in {name} in {label(definer)}, or remove the addition."
    nameless = what(public_label(source), name, public_label(definer))
    return refused(NOT_OPEN, what(source, name, label(definer)), name, source, remedy, nameless)


def trusted_defines(name: str, source: str, definers: Sequence[str]) -> Problem:
    """Return the problem that an untrusted source defines a profile of a trusted one."""
    what = "{} defines {}, which {} defines".format
    remedy = f"Remove {name} from {source}."
    nameless = what(public_label(source), name, _trusted([*map(public_label, definers)]))
    text = what(source, name, _trusted([*map(label, definers)]))
    return refused(TRUSTED_DEFINES, text, name, source, remedy, nameless)


def _trusted(labels: Sequence[str]) -> str:
    """Return what to call trusted sources; the administrator's document needs no other."""
    if label(OWN) in labels:
        return label(OWN)
    return f"the trusted source {_listed(labels)}"


def disputed(name: str, source: str, person: Contributor, decisive: Sequence[str]) -> Problem:
    """Return the problem of one source in a dispute, without the spelling of other sources."""
    others = [other for other in decisive if other != source]
    what = (
        f"{source} adds {quoted(person.name)} to {name} as {person.role}, and {_listed(others)} "
        f"the same person with another role or spelling"
    )
    remedy = f"Remove {quoted(person.name)} from what {source} adds."
    if source in decisive:
        remedy = "Remove all but one, or make them equal."
    return refused("disputed", what, name, source, remedy)


def name_collision(name: str, source: str, person: Contributor) -> Problem:
    """Return the problem of a person whose objects would have the names of another one's."""
    who = quoted(person.name)
    what = f"{source} adds {who}, whose RoleBinding would have the name of another, to {name}"
    remedy = f"Remove {who} from what {source} adds."
    return refused("name-collision", what, name, source, remedy)


def refused(
    code: str, what: str, profile: str, source: str, remedy: str, nameless: str = ""
) -> Problem:
    """Return the problem with a refused part of a source.

    Args:
        what: a sentence that names the profile.
        nameless: the same without names of people; '' for none.
    """
    where = Where.of_profile(profile, file=source)
    return Problem(
        code,
        what,
        where,
        remedy,
        nameless=nameless,
        names_nobody=what == nameless,  # the remedy names the same sources
        names_place=True,
    )


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
