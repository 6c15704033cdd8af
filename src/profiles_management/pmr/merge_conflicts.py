"""Problems between sources; each names the source whose document is ignored there."""

from __future__ import annotations

from collections.abc import Sequence

from profiles_management.pmr.names import quoted
from profiles_management.pmr.origins import OWN, label
from profiles_management.pmr.people import Contributor
from profiles_management.pmr.problems import Problem, Where


def two_definitions(name: str, sources: Sequence[str]) -> Problem:
    """Return the problem that sources of equal priority define one profile."""
    what = f"{name} is defined {_listed([f'by {source}' for source in sources])}"
    few = "one" if len(sources) == 2 else "all but one"  # noqa: PLR2004 - two sources
    remedy = f"Remove it from {few} of them."
    return Problem("two-sources", what, Where.of_profile(name), remedy, names_nobody=True)


def no_way_in(name: str, source: str, definer: str | None) -> Problem:
    """Return the problem with additions to a profile that is not defined, or not open."""
    if definer is None:
        what = f"{source} adds contributors to {name}, which no source that can be read defines"
        remedy = "Define it in another source, or remove the addition."
        return refused("nobody-defines", what, name, source, remedy, names_nobody=True)
    what = f"{source} adds contributors to {name}, which {label(definer)} does not open"
    remedy = f"Write `open: true` in {name} in {label(definer)}, or remove the addition."
    return refused("not-open", what, name, source, remedy, names_nobody=True)


def trusted_defines(name: str, source: str, definers: Sequence[str]) -> Problem:
    """Return the problem that an untrusted source defines a profile of a trusted one."""
    trusted = "the document" if OWN in definers else f"the trusted source {_listed(definers)}"
    what = f"{source} defines {name}, which {trusted} defines"
    remedy = f"Remove {name} from {source}."
    return refused("trusted-definition", what, name, source, remedy, names_nobody=True)


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


def refused(
    code: str, what: str, profile: str, source: str, remedy: str, *, names_nobody: bool = False
) -> Problem:
    """Return the problem with a refused part of a source.

    Args:
        what: a sentence that names the profile.
        names_nobody: whether neither `what` nor `remedy` can hold the name of a person.
    """
    where = Where.of_profile(profile, file=source)
    return Problem(code, what, where, remedy, names_nobody=names_nobody, names_place=True)


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
