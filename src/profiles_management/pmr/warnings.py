"""What is valid in a document and probably not meant. A warning stops nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from profiles_management.pmr.classes import (
    Addition,
    Defaults,
    Profile,
    ProfilesManagementRepresentation,
)
from profiles_management.pmr.limit_range import LimitRangeSpec, limit_range_warnings
from profiles_management.pmr.model import Finding, Path, path_text
from profiles_management.pmr.name_warnings import group_warnings, user_warnings
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.plugins import plugin_warnings
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.quota import ResourceQuotaSpecModel, quota_warnings


def profile_warnings(profile: Profile) -> Iterator[Finding]:
    """Yield the warnings of one valid profile; paths start at the profile."""
    yield from _amounts(profile.resources, profile.limit_range)
    for index, plugin in enumerate(profile.plugins):
        yield from _below(plugin_warnings(plugin.kind, plugin.spec), "plugins", index)


def defaults_warnings(defaults: Defaults) -> list[Finding]:
    """Return the warnings of the defaults; paths start at the defaults."""
    return list(_amounts(defaults.resources, defaults.limit_range))


def people_warnings(entries: Iterable[tuple[int | str, Profile | Addition]]) -> list[Finding]:
    """Return the warnings about the names of people in a whole document, each name once, where it stands first.

    Args:
        entries: the profiles and additions of a document, each with its place in the list; or by
            name, where no list has an order that means something. Paths start at the document.
    """
    users: dict[str, Path] = {}
    groups: dict[str, Path] = {}
    for place, entry in entries:
        _add_people(place, entry, users, groups)
    of_users = [
        finding._replace(path=users[name]) for name, finding in user_warnings(users).items()
    ]
    return of_users + [
        finding._replace(path=groups[name]) for name, finding in group_warnings(groups).items()
    ]


def _add_people(
    place: int | str, entry: Profile | Addition, users: dict[str, Path], groups: dict[str, Path]
) -> None:
    """Add the path of each name that is not there yet."""
    if isinstance(entry, Profile) and entry.owner.kind is not UserKind.SERVICE_ACCOUNT:
        names = users if entry.owner.kind is UserKind.USER else groups
        names.setdefault(entry.owner.name, ("profiles", place, "owner", "name"))
    for index, person in enumerate(entry.contributors):
        names = users if person.kind is UserKind.USER else groups
        if person.name not in names:
            below = ("contributors", index, "name") if isinstance(place, int) else ("contributors",)
            names[person.name] = ("profiles", place, *below)


def document_warnings(pmr: ProfilesManagementRepresentation) -> tuple[Problem, ...]:
    """Return the warnings of a document: those found when it was read, which have lines.

    For a document that code has built they are found now, with paths such as
    `profiles.ml.resources.hard.cpu`.
    """
    if pmr.warnings is not None:
        return pmr.warnings
    warnings = (
        [] if pmr.defaults is None else [*_problems(defaults_warnings(pmr.defaults), "defaults")]
    )
    for profile in pmr.in_order():
        warnings += _problems(profile_warnings(profile), "profiles", profile.name)
    of_people = people_warnings((profile.name, profile) for profile in pmr.in_order())
    warnings += _problems(sorted(of_people, key=lambda finding: (finding.path, finding.what)))
    return tuple(warnings)


def _amounts(
    resources: ResourceQuotaSpecModel | None, limit_range: LimitRangeSpec | None
) -> Iterator[Finding]:
    if resources is not None:
        yield from _below(quota_warnings(resources), "resources")
    if limit_range is not None:
        yield from _below(limit_range_warnings(limit_range), "limitRange")


def _below(findings: Iterable[Finding], *prefix: str | int) -> Iterator[Finding]:
    return (finding._replace(path=(*prefix, *finding.path)) for finding in findings)


def _problems(findings: Iterable[Finding], *prefix: str) -> Iterator[Problem]:
    for finding in findings:
        path: Path = (*prefix, *finding.path)
        yield Problem(finding.code, finding.what, Where(path=path_text(path)), finding.remedy)
