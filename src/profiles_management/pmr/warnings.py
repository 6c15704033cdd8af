"""Warnings: what is valid in a document but probably a mistake. A warning stops nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from profiles_management.pmr.classes import (
    Addition,
    Defaults,
    Profile,
    ProfilesManagementRepresentation,
)
from profiles_management.pmr.finding_problems import problem_without_place
from profiles_management.pmr.limit_range import LimitRangeSpec, limit_range_warnings
from profiles_management.pmr.model import Finding, Path, below
from profiles_management.pmr.name_warnings import group_warnings, user_warnings
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.plugins import plugin_warnings
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.quota import ResourceQuotaSpecModel, quota_warnings


def profile_warnings(profile: Profile) -> Iterator[Finding]:
    """Yield the warnings about one valid profile; paths start at the profile."""
    yield from _amounts(profile.resources, profile.limit_range)
    for index, plugin in enumerate(profile.plugins):
        yield from below(plugin_warnings(plugin.kind, plugin.spec), "plugins", index)


def defaults_warnings(defaults: Defaults) -> list[Finding]:
    """Return the warnings about the defaults; paths start at the defaults."""
    return list(_amounts(defaults.resources, defaults.limit_range))


def people_warnings(entries: Iterable[tuple[int | str, Profile | Addition]]) -> list[Finding]:
    """Return the warnings about the names of people in a document, once for each name.

    Args:
        entries: the profiles and additions of a document, each with its place in the list, or with
            its name if there is no list. Paths start at the document.
    """
    users: dict[str, Path] = {}
    groups: dict[str, Path] = {}
    for place, entry in entries:
        for kind, name, path in _people(place, entry):
            paths = users if kind is UserKind.USER else groups
            paths.setdefault(name, path)
    of_users = user_warnings(users).items()
    of_groups = group_warnings(groups).items()
    warnings = [finding._replace(path=users[name]) for name, finding in of_users]
    warnings += [finding._replace(path=groups[name]) for name, finding in of_groups]
    return warnings


def _people(place: int | str, entry: Profile | Addition) -> Iterator[tuple[UserKind, str, Path]]:
    """Yield the kind, the name and the path of each user and group of an entry."""
    if isinstance(entry, Profile) and entry.owner.kind is not UserKind.SERVICE_ACCOUNT:
        yield entry.owner.kind, entry.owner.name, ("profiles", place, "owner", "name")
    if isinstance(place, str):
        for person in entry.contributors:
            yield person.kind, person.name, ("profiles", place, "contributors")
        return
    for index, person in enumerate(entry.contributors):
        yield person.kind, person.name, ("profiles", place, "contributors", index, "name")


def document_warnings(pmr: ProfilesManagementRepresentation) -> tuple[Problem, ...]:
    """Return the warnings about a document: those that were found when it was read.

    A document that was built by code has no lines. Its warnings are found now, with paths such as
    `profiles.ml.resources.hard.cpu`.
    """
    if pmr.warnings is not None:
        return pmr.warnings
    profiles = pmr.in_order()
    findings: list[Finding] = []
    if pmr.defaults is not None:
        findings += below(defaults_warnings(pmr.defaults), "defaults")
    for profile in profiles:
        findings += below(profile_warnings(profile), "profiles", profile.name)
    of_people = people_warnings((profile.name, profile) for profile in profiles)
    findings += sorted(of_people, key=lambda finding: (finding.path, finding.what))
    return tuple(map(problem_without_place, findings))


def _amounts(
    resources: ResourceQuotaSpecModel | None, limit_range: LimitRangeSpec | None
) -> Iterator[Finding]:
    if resources is not None:
        yield from below(quota_warnings(resources), "resources")
    if limit_range is not None:
        yield from below(limit_range_warnings(limit_range), "limitRange")
