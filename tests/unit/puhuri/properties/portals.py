"""Portals in which others have projects too, and what happens to them while nobody looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from profiles_management.reconcile.clock import Clock
from puhuri.runs import CUSTOMER
from puhuri_server.records import Grant, Project, Resource, User
from puhuri_server.sample import cuid, sample_world
from puhuri_server.world import Version, World

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PROFILES = ("quantum", "soup", "web")
PEOPLE = ("ada", "bo", "cleo", "eve")
UNKNOWN = "zoe"  # nobody in the registry has this CUID
ROLES = ("PROJECT.MEMBER", "PROJECT.ADMIN", "PROJECT.MANAGER")
PREFIX = "test/"
_BACKEND_IDS = ("", "other/quantum", "test", "testing/soup")  # of the projects of others


@dataclass
class Time:
    """A clock that only sleeping moves."""

    elapsed: float = 0.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(now=self.now, monotonic=lambda: self.elapsed, sleep=self._sleep)

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.elapsed)

    def _sleep(self, seconds: float) -> None:
        self.elapsed += seconds


# portals


def new_world(version: Version, time: Time) -> World:
    """Return a portal in which others have projects too."""
    world = sample_world(version, time.now)
    people = {name: _registered(world, cuid(name)) for name in PEOPLE}
    customer = next(one for one in world.customers if one.name == CUSTOMER)
    for number, backend_id in enumerate(_BACKEND_IDS):
        theirs = _project(world, customer, f"Theirs {number}", backend_id)
        world.grant(people["ada"], theirs, ROLES[0])
        world.grant(people["bo"], theirs, ROLES[2])
    return world


def address(name: str) -> str:
    """Return the e-mail address of somebody, by the first name or the CUID."""
    return f"{name[0]}@example.org"


def _registered(world: World, name: str) -> User:
    user = User(uuid=world.new_uuid(), username=name, email=address(name).title())
    user.is_remote = True
    world.users.append(user)
    return user


def _project(world: World, customer: Any, name: str, backend_id: str) -> Project:
    project = Project(
        uuid=world.new_uuid(),
        name=name,
        customer=customer,
        created=world.moment(),
        backend_id=backend_id,
    )
    world.projects.append(project)
    return project


FREE, THEIRS = (project.uuid for project in new_world(Version.B, Time()).projects[:2])
"""The uuids of a project that nobody marked, and of one that another installation marked."""


def ours(world: World) -> list[Project]:
    """Return the projects of this installation."""
    return [project for project in world.projects if project.backend_id.startswith(PREFIX)]


def access(world: World) -> set[tuple[str, str, str]]:
    """Return who has which role in our projects now: {(backend_id, user name, role)}."""
    return {
        (project.backend_id, grant.user.username, grant.role)
        for project in ours(world)
        for grant in world.active_grants(project)
        if grant.user.is_active
        and (grant.expiration_time is None or grant.expiration_time > world.now())
    }


def foreign(world: World, *, adopts: bool) -> list[object]:
    """Return everything about the projects of others, for comparison.

    Args:
        adopts: whether the project that nobody marked is left out, because it is adopted.
    """
    theirs = [
        project
        for project in world.projects
        if project not in ours(world) and not (adopts and project.uuid == FREE)
    ]
    return [
        (vars(project).copy(), [vars(grant).copy() for grant in world.active_grants(project)])
        for project in theirs
    ]


def doubled(world: World) -> list[tuple[str, str, str]]:
    """Return every role that somebody has twice in one of our projects."""
    roles = [
        (project.uuid, grant.user.username, grant.role)
        for project in ours(world)
        for grant in world.active_grants(project)
    ]
    return [role for role in set(roles) if roles.count(role) > 1]


# what happens while nobody looks


@st.composite
def incidents(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """Return incidents: a name, and numbers that say what they happen to."""
    number = st.integers(0, 7)
    names = st.sampled_from([*INCIDENTS])
    return draw(st.lists(st.tuples(names, number, number, number), max_size=4))


def happen(world: World, incident: tuple[str, int, int, int]) -> None:
    """Let one incident happen, if there is something that it can happen to."""
    name, *numbers = incident
    INCIDENTS[name](world, *numbers)


def _pick(items: list[Any], number: int) -> Any:
    return items[number % len(items)] if items else None


def _our_grants(world: World) -> list[Grant]:
    return [grant for project in ours(world) for grant in world.active_grants(project)]


def _our_resources(world: World) -> list[Resource]:
    return [one for one in world.resources if one.project in ours(world)]


def _grant(world: World, person: int, project: int, role: int) -> None:
    target, user = _pick(ours(world), project), _known(world, person)
    if target and user:
        world.grant(user, target, _pick([*ROLES], role))


def _known(world: World, person: int) -> User | None:
    people = [user for user in world.users if user.username in map(cuid, PEOPLE)]
    return _pick(people, person)


def _revoke(world: World, grant: int, *_: int) -> None:
    if (chosen := _pick(_our_grants(world), grant)) is not None:
        chosen.is_active = False


def _expire(world: World, grant: int, hours: int, _: int) -> None:
    if (chosen := _pick(_our_grants(world), grant)) is not None:
        chosen.expiration_time = world.now() + timedelta(hours=12 * (hours - 4))


def _rename(world: World, project: int, *_: int) -> None:
    if (chosen := _pick(ours(world), project)) is not None:
        chosen.name, chosen.description, chosen.end_date = "Renamed", "changed", date(2030, 1, 1)


def _deactivate(world: World, person: int, *_: int) -> None:
    if (user := _known(world, person)) is not None:
        user.is_active = False


def _double(world: World, project: int, *_: int) -> None:
    if (chosen := _pick(ours(world), project)) is not None:
        _project(world, chosen.customer, "A copy", chosen.backend_id)


def _execute(world: World, order: int, *_: int) -> None:
    if (chosen := _pick([one for one in world.orders if one.is_open], order)) is not None:
        world.execute(chosen)


def _fail(world: World, order: int, *_: int) -> None:
    if (chosen := _pick([one for one in world.orders if one.is_open], order)) is not None:
        world.fail(chosen, "no space")


def _resize(world: World, resource: int, limit: int, _: int) -> None:
    if (chosen := _pick(_our_resources(world), resource)) is not None:
        chosen.limits = {**chosen.limits, "cpu_k_hours": limit + 1}


def _clean_up(world: World, *_: int) -> None:
    world.clean_up()


INCIDENTS = {
    "a role is given": _grant,
    "a role ends": _revoke,
    "a role gets another end": _expire,
    "a project is renamed": _rename,
    "a person is deactivated": _deactivate,
    "a project is copied": _double,
    "an order is carried out": _execute,
    "an order fails": _fail,
    "a limit changes": _resize,
    "the daily clean-up": _clean_up,
}
