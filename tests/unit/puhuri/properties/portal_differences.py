"""What of a portal is not as a document wants it, and whether a run names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nh3

from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.puhuri_section import PuhuriAllocation
from profiles_management.reconcile.report import Report, Result
from puhuri.properties.portal_tasks import Task
from puhuri.properties.portals import PREFIX, UNKNOWN, access, address, ours
from puhuri_server.records import Resource, User
from puhuri_server.sample import cuid
from puhuri_server.world import World

ROLES = {"view": "PROJECT.MEMBER", "edit": "PROJECT.ADMIN", "admin": "PROJECT.MANAGER"}
UNTOUCHED = frozenset(
    {"doubled-project", "adopted-project-missing", "foreign-project", "repeated-adopt"}
)
"""The codes of errors that leave the project of a profile as it is."""

Role = tuple[str, str, str]
"""(backend_id, user name, role)."""


def wanted_access(world: World, pmr: ProfilesManagementRepresentation) -> set[Role]:
    """Return the roles that a document gives now, as `portals.access` does."""
    return {
        (f"{PREFIX}{profile.name}", _user_name(world, name), role)
        for profile in _projects(pmr)
        for name, role, until in _roles(profile)
        if until is None or until > world.now()
    }


def unnamed(world: World, task: Task, report: Report) -> list[object]:
    """Return what is not as the new document wants it, and the last run does not name."""
    messages = _messages(report)
    untouched = {
        f"{PREFIX}{problem.where.profile}"
        for problem in report.plan.refused
        if problem.code in UNTOUCHED
    }
    return [
        difference
        for (backend_id, *names), difference in _differences(world, task)
        if backend_id not in untouched
        and not any(name in text for name in names for text in messages.get(backend_id, ()))
    ]


def odd_outcomes(world: World, report: Report) -> list[str]:
    """Return what the last run did, or failed to do, although nothing in the portal forbids it.

    Only somebody whom nobody knows, or who is deactivated, can be refused.
    """
    inactive = {name for user in world.users if not user.is_active for name in _names(user)}
    may_fail = {cuid(UNKNOWN), *inactive}
    return [
        str(outcome)
        for outcome in report.outcomes
        if outcome.result is not Result.FAILED or outcome.change.target.name not in may_fail
    ]


def _messages(report: Report) -> dict[str, list[str]]:
    """Return everything that a report says about profiles, by backend_id."""
    messages: dict[str, list[str]] = {}
    said = [
        *(
            (problem.where.profile, problem.what)
            for problem in (*report.plan.refused, *report.plan.warnings)
        ),
        *((pending.profile, pending.what) for pending in report.pending),
        *((outcome.change.profile, str(outcome)) for outcome in report.failed),
    ]
    for profile, text in said:
        messages.setdefault(f"{PREFIX}{profile}", []).append(text)
    return messages


def _differences(world: World, task: Task) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each difference, after the project and the names by one of which it is named."""
    pmr = task.new
    for role in access(world) ^ wanted_access(world, pmr):
        backend_id, user_name, _ = role
        user = world.user_named(user_name)
        yield (backend_id, *(_names(user) if user else [user_name])), role
    for profile in _projects(pmr):
        yield from _of_project(world, pmr, profile)
    if task.allow_terminations:
        wanted = {f"{PREFIX}{profile.name}" for profile in _projects(pmr)}
        for project in ours(world):
            if project.backend_id not in wanted:
                yield (project.backend_id, "project"), (project.backend_id, "not deleted")


def _of_project(
    world: World, pmr: ProfilesManagementRepresentation, profile: Profile
) -> Iterator[tuple[tuple[str, ...], object]]:
    backend_id = f"{PREFIX}{profile.name}"
    projects = [project for project in ours(world) if project.backend_id == backend_id]
    if len(projects) != 1:
        yield (backend_id,), (backend_id, len(projects))
        return
    (project,) = projects
    section: Any = pmr.project_of(profile)
    wanted = (
        (section.name or profile.name).strip(),
        nh3.clean(section.description or "").strip(),
        section.end_date,
    )
    present = (project.name, project.description, project.end_date)
    if present != wanted:
        yield (backend_id,), (backend_id, present, wanted)
    resources = [
        resource
        for resource in world.resources
        if resource.project is project and resource.state != "Terminated"
    ]
    yield from _of_allocations(backend_id, section.allocations, resources)


def _of_allocations(
    backend_id: str, allocations: list[PuhuriAllocation] | None, resources: list[Resource]
) -> Iterator[tuple[tuple[str, ...], object]]:
    if allocations is None:
        return
    wanted = {
        allocation.name: {name: int(limit) for name, limit in allocation.limits.items()}
        for allocation in allocations
    }
    present = {resource.name: resource.limits for resource in resources if resource.state == "OK"}
    for name in sorted({*wanted, *(resource.name for resource in resources)}):
        if wanted.get(name) != present.get(name):
            names = (backend_id, f"allocation {name}", f", but {name} (", "has no plan")
            yield names, (backend_id, name, wanted.get(name), present.get(name))


def _projects(pmr: ProfilesManagementRepresentation) -> Iterator[Profile]:
    return (profile for profile in pmr.in_order() if profile.puhuri is not False)


def _roles(profile: Profile) -> Iterator[tuple[str, str, Any]]:
    yield profile.owner.name, ROLES["admin"], None
    for person in profile.contributors:
        if person.kind == "User":
            yield person.name, ROLES[person.role.value], person.until


def _user_name(world: World, name: str) -> str:
    """Return what the portal calls somebody whom a document calls by CUID or address."""
    for user in world.users:
        if name in _names(user):
            return user.username
    return name


def _names(user: User) -> list[str]:
    """Return what documents and messages call somebody; nothing for those who run the portal."""
    if not user.is_remote:
        return []
    return [user.username, user.email, address(user.username)]
