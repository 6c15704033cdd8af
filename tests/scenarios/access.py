"""Who had access at which moment, and what no document allows, for both APIs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from memory_api.requests import Request
from profiles_management import Settings
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr.classes import Profile
from profiles_management.reconcile.plan import Person
from scenarios.documents import OWNER, Scenario, person

OWNERS = (naming.OWNER_BINDING, naming.OWNER_POLICY)
KINDS = ("RoleBinding", "AuthorizationPolicy")


class Door(NamedTuple):
    """A person's access to a profile; `kind` is the kind of object that gives it."""

    kind: str
    profile: str
    person: str

    def __str__(self) -> str:
        return f"{self.person} in {self.profile} by {self.kind}"


Roles = Mapping[Door, set[str]]


@dataclass
class Moment:
    """Who got in through what, and how many writes the engine had sent by then."""

    writes: int
    roles: dict[Door, set[str]] = field(default_factory=dict)


class Register:
    """The present access, by the existing objects.

    What is foreign (by (kind, namespace, name)) is not looked at, owners' own objects only where
    they are asked for.
    """

    def __init__(
        self, foreign: Collection[tuple[str, str, str]] = (), *, owners: bool = False
    ) -> None:
        self._foreign, self._owners = frozenset(foreign), owners
        self._objects: dict[tuple[str, str, str], dict[str, str]] = {}

    def keep(self, kind: str, space: str, name: str, one: Any) -> None:
        """Record the present object; None if it was deleted."""
        if (kind, space, name) in self._foreign:
            return
        counts = one and (self._owners if name in OWNERS else _is_somebodys(one))
        self._objects[kind, space, name] = _people(kind, one) if counts else {}

    def roles(self) -> dict[Door, set[str]]:
        """Return who gets in, and as what."""
        found = defaultdict(set)
        for (kind, space, _), people in self._objects.items():
            for who, role in people.items():
                found[Door(kind, space, who)].add(role)
        return dict(found)


class History:
    """Moments, one after the other."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []

    @property
    def first(self) -> dict[Door, set[str]]:
        """Who got in to begin with."""
        return self.moments[0].roles

    @property
    def last(self) -> dict[Door, set[str]]:
        """Who gets in at the end."""
        return self.moments[-1].roles

    def longest_gap(self, door: Door) -> int:
        """Return how many writes were sent between the loss of an access and its return."""
        longest, lost = 0, None
        for before, now in pairwise(self.moments):
            if door in before.roles and door not in now.roles:
                lost = now.writes
            if door in now.roles and lost is not None:
                longest, lost = max(longest, now.writes - lost), None
        return longest

    def findings(
        self, scenario: Scenario, injured: Request | None = None, *, blind: bool = False
    ) -> list[str]:
        """Return what was wrong on the way from one document to the other; empty if nothing was.

        Args:
            injured: the write that was injured. The person whose role it changes may have none
                until the next run; grants in other profiles need not wait for a revocation that
                failed.
            blind: whether a run saw an outdated list: it cannot first revoke what it does not see.
        """
        before, after = given_before(scenario), given_after(scenario)
        return [
            *self._beyond(before, after),
            *self._lost(before, after, injured, _owners(scenario), blind=blind),
            *(() if blind else self._too_early(before, after, injured, _owners(scenario))),
            *self._end(after),
        ]

    def _beyond(self, before: Roles, after: Roles) -> Iterator[str]:
        """Nobody has access that neither document gives."""
        for number, moment in enumerate(self.moments):
            for door, roles in moment.roles.items():
                if more := roles - before.get(door, set()) - after.get(door, set()):
                    yield f"moment {number}: {door} has {', '.join(sorted(more))}, which neither document gives"

    def _lost(
        self,
        before: Roles,
        after: Roles,
        injured: Request | None,
        owners: Collection[tuple[str, str]],
        *,
        blind: bool,
    ) -> Iterator[str]:
        """Yield who lost access that both documents give; a role change may take one request.

        If an outdated list lacks a Profile, it looks deleted: a run revokes the stronger role, and
        the next run grants the weaker one. What it takes from the owner of that Profile, the
        profile controller gives back, whatever the engine sends meanwhile.
        """
        for door in before.keys() & after.keys():
            changes = door.kind == "RoleBinding" and before[door] != after[door]
            if blind and (changes or (door.profile, _name(door)) in owners):
                continue
            if changes and injured is not None and is_about(injured, door):
                continue
            gap = self.longest_gap(door)
            if gap > changes or (door not in self.last):
                yield f"{door} was out for {gap} writes"

    def _too_early(
        self,
        before: Roles,
        after: Roles,
        injured: Request | None,
        owners: Collection[tuple[str, str]],
    ) -> Iterator[str]:
        """Yield grants that precede an answer to a revocation; an owner change is one step."""
        exempt = {
            door for door in before.keys() | after.keys() if (door.profile, _name(door)) in owners
        }
        granted = {
            door: self._when(door, there=True) for door in after.keys() - before.keys() - exempt
        }
        revoked = {
            door: self._when(door, there=False) for door in before.keys() - after.keys() - exempt
        }
        for new, gained in granted.items():
            for old, lost in revoked.items():
                given_up = injured is not None and injured.namespace == old.profile != new.profile
                if gained < lost and not given_up:
                    yield f"{new} got in at moment {gained}, before {old} was out at moment {lost}"

    def _end(self, after: Roles) -> Iterator[str]:
        if self.last != after:
            for door in sorted(self.last.keys() | after.keys()):
                if self.last.get(door) != after.get(door):
                    yield f"at the end {door} has {self.last.get(door)}, wanted is {after.get(door)}"

    def _when(self, door: Door, *, there: bool) -> int:
        """Return when somebody was there (or not) for good: the last moment if never."""
        for number in range(len(self.moments) - 1, -1, -1):
            if (door in self.moments[number].roles) is not there:
                return number + 1
        return 0


def is_about(request: Request, door: Door) -> bool:
    """Return whether a write is to an object with KFAM's name for the person."""
    who = Person(*door.person.split(" ", 1))
    called = request.name or (request.body or {}).get("metadata", {}).get("name", "")
    return request.namespace == door.profile and called in {
        naming.kfam_name(who, role) for role in _ROLES
    }


_ROLES = ("admin", "edit", "view")
NOW = datetime(2026, 11, 1, tzinfo=UTC)  # nothing here ends between this and the present


def _name(door: Door) -> str:
    """Return the person's name: `User ann` and `request.headers[...] ann` are ann."""
    return door.person.split(" ", 1)[1]


# what the documents give


def given_before(scenario: Scenario) -> dict[Door, set[str]]:
    """Return the access before the second document is applied."""
    settings = scenario.settings
    roles = [_given(profile, settings) for profile in scenario.before.in_order()]
    for name, people in scenario.found.items():
        roles += [_doors(name, person(who), role, settings) for who, role in people.items()]
        roles.append(_doors(name, OWNER, "admin", settings))
    return _together(roles)


def given_after(scenario: Scenario) -> dict[Door, set[str]]:
    """Return the access afterwards; a profile that left keeps its owner."""
    settings = scenario.settings
    left = [one for one in scenario.before.in_order() if not scenario.after.has_profile(one.name)]
    roles = [_given(profile, settings) for profile in scenario.after.in_order()]
    return _together([*roles, *(_of_owner(profile, settings) for profile in left)])


def _owners(scenario: Scenario) -> set[tuple[str, str]]:
    """Return the pairs of profile and name of everybody who owns one at some time."""
    both = (*scenario.before.in_order(), *scenario.after.in_order())
    return {(one.name, one.owner.name) for one in both} | {(name, OWNER) for name in scenario.found}


def _given(profile: Profile, settings: Settings) -> dict[Door, set[str]]:
    people = [
        _doors(profile.name, one.name, one.role.value, settings, kind=one.kind)
        for one in profile.contributors
        if one.until is None or one.until > NOW
    ]
    return _together([_of_owner(profile, settings), *people])


def _of_owner(profile: Profile, settings: Settings) -> dict[Door, set[str]]:
    """Return an owner's access. Policies name every kind by header; ServiceAccounts have none."""
    name, kind = profile.owner.name, profile.owner.kind
    bound, header = (
        _doors(profile.name, name, "admin", settings, kind=kind),
        _doors(profile.name, name, "", settings),
    )
    doors = {
        door: roles
        for door, roles in bound.items()
        if door.kind == "RoleBinding" and kind != "ServiceAccount"
    }
    return doors | {
        door: roles for door, roles in header.items() if door.kind == "AuthorizationPolicy"
    }


def _doors(
    profile: str, name: str, role: str, settings: Settings, *, kind: str = "User"
) -> dict[Door, set[str]]:
    key = f"request.headers[{settings.userid_header}] {settings.userid_prefix}"
    if kind == "Group":
        key = f"request.auth.claims[{settings.groups_claim}] "
    return {
        Door("RoleBinding", profile, f"{kind} {name}"): {settings.cluster_roles.get(role, "")},
        Door("AuthorizationPolicy", profile, f"{key}{name}"): {"in"},
    }


def _together(parts: Sequence[Roles]) -> dict[Door, set[str]]:
    found: dict[Door, set[str]] = {}
    for part in parts:
        for door, roles in part.items():
            found[door] = found.get(door, set()) | roles
    return found


# what objects give


def _is_somebodys(one: Any) -> bool:
    """Return whether an object has a contributor's annotations or our label; others are foreign."""
    notes, labels = one["metadata"].get("annotations", {}), one["metadata"].get("labels", {})
    return naming.INSTANCE in labels or (
        "role" in notes and not notes.keys().isdisjoint(("user", "group"))
    )


def _people(kind: str, one: Any) -> dict[str, str]:
    """Return the people of an object with their roles; a policy has no roles."""
    if kind == "RoleBinding":
        subjects = [
            subject for subject in one.get("subjects", ()) if subject["kind"] != "ServiceAccount"
        ]
        return {
            f"{subject['kind']} {subject['name']}": one["roleRef"]["name"] for subject in subjects
        }
    conditions = [
        when for rule in one.get("spec", {}).get("rules", ()) for when in rule.get("when", ())
    ]
    # the rest is about namespaces
    users = [when for when in conditions if when["key"].startswith("request.")]
    return {f"{when['key']} {value}": "in" for when in users for value in when.get("values", ())}
