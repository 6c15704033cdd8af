"""Which definitions count in a target: an untrusted source gets nothing that others made. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.ownership import marked_objects, refusal
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.origins import (
    FILE,
    Origins,
    is_public,
    public_label,
    untrusted_option,
    withdrawn_option,
)
from profiles_management.pmr.problems import Problem

CODE: Final = "not-its-own"
"""The code of a refused definition of a profile that another source made."""


def counted(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> tuple[ProfilesManagementRepresentation, list[Problem]]:
    """Return a document without the definitions that do not count here, and why not.

    What is refused is out of the document before anything is planned: an untrusted source that
    names a profile which another one made keeps nobody's access in it.
    """
    refused = dict(_refused(pmr.origins, observed, settings))
    if not refused:
        return pmr, []
    rest = pmr.without(refused)
    rest.origins = _without(pmr.origins, refused)
    return rest, [*chain.from_iterable(refused.values())]


def _without(origins: Origins, refused: dict[str, list[Problem]]) -> Origins:
    """Return the sources of a document without those of refused profiles."""
    profiles, conflicts = dict(origins.profiles), dict(origins.conflicts)
    for name in refused:
        profiles.pop(name, None)
        conflicts.pop(name, None)
    return replace(origins, profiles=profiles, conflicts=conflicts)


def _refused(
    origins: Origins, observed: Observed, settings: Settings
) -> Iterator[tuple[str, list[Problem]]]:
    """Yield the profiles that only untrusted sources name and somebody else made, with why."""
    for name, sources in _untrusted_claims(origins):
        maker = _maker(name, observed, settings)
        if maker is not None and maker not in sources:
            yield name, [_not_its_own(name, source, maker, origins) for source in sorted(sources)]


def _untrusted_claims(origins: Origins) -> list[tuple[str, frozenset[str]]]:
    """Return the profiles that only untrusted sources define, by name, with these sources."""
    if not origins.untrusted:
        return []
    claims = [(name, frozenset([source])) for name, source in origins.profiles.items()]
    claims += origins.claimants.items()
    return sorted(claim for claim in claims if claim[1] <= origins.untrusted)


def _maker(name: str, observed: Observed, settings: Settings) -> str | None:
    """Return the source that made a profile, or a namespace of its name.

    None where there is neither, '' where no source is recorded.
    """
    existing = marked_objects(observed, settings).get(name) or observed.namespaces.get(name)
    if existing is None:
        return None
    return existing.source


def _not_its_own(name: str, source: str, maker: str, origins: Origins) -> Problem:
    """Return why an untrusted source may not have a profile.

    It exists, and the source did not make it.

    Otherwise it would get whatever it names the owner of, or waits for another source to let go.
    """
    made = "made by {}" if maker else "and does not record which source made it"
    text = f"{name} exists, {made}, and {{}} is not trusted to take it over".format
    names = [maker, source] if maker else [source]
    return refusal(
        name,
        CODE,
        text(*names),
        _remedy(name, source, maker, origins),
        nameless=text(*map(public_label, names)),
        names_nobody=all(map(is_public, names)),
    )


def _remedy(name: str, source: str, maker: str, origins: Origins) -> str:
    """Return what to do; a file that is given under another name than before is another source."""
    trusted = f"define {name} in a trusted document"
    if not maker:
        return f"Choose another name, or {trusted}, with `adopt: true` for another owner."
    if maker.startswith(FILE) and source.startswith(FILE) and origins.leaves(maker):
        return (
            f"If {source} is the same document, name it as before: {untrusted_option(maker)}. "
            f"Otherwise choose another name, or {trusted} with {withdrawn_option(maker)}."
        )
    return f"Choose another name, or {trusted}."
