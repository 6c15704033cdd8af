"""Scenarios: pairs of documents that cover every kind of change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from memory_api import Kfam
from profiles_management import Settings
from profiles_management.pmr.classes import (
    Contributor,
    Owner,
    Profile,
    ProfilesManagementRepresentation,
)

OWNER = "olga@example.com"


def person(who):
    """Return a person's full name: olga is olga@example.com."""
    return f"{who}@example.com"


def profile(name="ml", *, owner=OWNER, kind="User", **rest):
    """Build a profile: `profile(ann="edit", resources={...})`; keywords with a role are people."""
    people = [
        Contributor(name=person(who), role=role)
        for who, role in rest.items()
        if isinstance(role, str)
    ]
    fields = {key: value for key, value in rest.items() if not isinstance(value, str)}
    return Profile(name=name, owner=Owner(kind=kind, name=owner), contributors=people, **fields)


def document(*profiles, **defaults):
    """Build a document."""
    return ProfilesManagementRepresentation(profiles, **defaults)


@dataclass(frozen=True)
class Scenario:
    """A way from one document to another.

    Attributes:
        found: profiles that somebody made by hand before any document, each with the people that
            the owner, OWNER, added in the dashboard.
    """

    name: str
    before: ProfilesManagementRepresentation
    after: ProfilesManagementRepresentation
    settings: Settings = field(
        default_factory=lambda: Settings(allow_revocations=True, writers=1, deadline=60)
    )
    found: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The profiles that it is about."""
        return sorted({*self.before.profiles, *self.after.profiles, *self.found})

    def called(self, prefix: str, **changed: Any) -> Scenario:
        """Return the scenario with other names, `PREFIX-ml` for `ml`; `changed` are settings."""
        return replace(
            self,
            before=_called(prefix, self.before),
            after=_called(prefix, self.after),
            settings=replace(self.settings, **changed),
            found={f"{prefix}-{name}": people for name, people in self.found.items()},
        )

    def find(self, api: Any, wait: Callable[[str], object] = lambda name: None) -> None:
        """Create the initial state; `wait` returns when the profile controller is done."""
        for name, people in self.found.items():
            spec = {
                "owner": {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OWNER}
            }
            body = {
                "apiVersion": "kubeflow.org/v1",
                "kind": "Profile",
                "metadata": {"name": name},
                "spec": spec,
            }
            api.call("POST", api.path("Profile"), body, manager="kubectl")
            wait(name)
            for who, role in people.items():
                Kfam(api).add(name, person(who), role)

    def __str__(self) -> str:
        return self.name


def _called(prefix, pmr):
    profiles = [one.model_copy(update={"name": f"{prefix}-{one.name}"}) for one in pmr.in_order()]
    return ProfilesManagementRepresentation(profiles, defaults=pmr.defaults)


QUOTA = {"hard": {"pods": "5"}, "scopes": ["BestEffort"]}
OTHER_SCOPES = {"hard": {"pods": "6"}, "scopes": ["NotBestEffort"]}
LIMITS = {"limits": [{"type": "Container", "default": {"cpu": "500m"}}]}
STANDALONE = Settings(allow_revocations=True, writers=1, deadline=60, standalone=True)

FULL = profile(ann="edit", bob="view", resources=QUOTA, limit_range=LIMITS, labels={"team": "red"})
OTHER = profile("other", ann="view")
EMPTY = document()

PLAIN = document(profile(ann="edit", bob="view"), OTHER)
BOB = document(profile(bob="edit"))

_WAYS = (
    ("first apply", EMPTY, document(FULL, OTHER)),
    ("roles change", PLAIN, document(profile(ann="admin", bob="edit"), OTHER)),
    ("contributors are swapped", PLAIN, document(profile(cy="edit", ann="view"), OTHER)),
    ("owner changes", BOB, document(profile(owner="new@example.com", bob="view"))),
    ("owner becomes contributor", BOB, document(profile(owner="bob@example.com", olga="view"))),
    (
        "quota changes scopes",
        document(profile(resources=QUOTA)),
        document(profile(resources=OTHER_SCOPES)),
    ),
    ("everything goes", document(FULL), document(profile())),
    ("profile leaves", document(FULL, OTHER), document(OTHER)),
)
_FOUND = {"ml": {"ann": "edit", "bob": "view"}}
_ADOPTED = profile(ann="view", cy="edit", labels={"team": "red"}, resources=QUOTA)
_TAKEN_OVER = profile(owner="new@example.com", ann="edit", adopt=True)

KUBEFLOW = (
    *(Scenario(name, before, after) for name, before, after in _WAYS),
    Scenario("adoption", EMPTY, document(_ADOPTED), found=_FOUND),
    Scenario("adoption from another owner", EMPTY, document(_TAKEN_OVER), found=_FOUND),
)
SCENARIOS = (
    *KUBEFLOW,
    *(Scenario(f"{name}, standalone", before, after, STANDALONE) for name, before, after in _WAYS),
)
