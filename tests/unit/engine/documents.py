"""Documents that lead from one to another through everything that can change."""

from dataclasses import dataclass, field
from typing import Any

from engine.world import World
from profiles_management import Settings
from profiles_management.pmr.classes import Contributor, Owner, Profile, ProfilesManagementRepresentation

OWNER = "olga@example.com"


def profile(name="ml", *, owner=OWNER, kind="User", **rest):
    """Build a profile: `profile(ann="edit", resources={...})`; what is a role makes a contributor."""
    people = [Contributor(name=f"{who}@example.com", role=role) for who, role in rest.items() if isinstance(role, str)]
    fields = {key: value for key, value in rest.items() if not isinstance(value, str)}
    return Profile(name=name, owner=Owner(kind=kind, name=owner), contributors=people, **fields)


def document(*profiles, **defaults):
    """Build a document."""
    return ProfilesManagementRepresentation(profiles, **defaults)


@dataclass(frozen=True)
class Scenario:
    """A way from one document to another, with what happens in between."""

    name: str
    before: ProfilesManagementRepresentation
    after: ProfilesManagementRepresentation
    settings: Settings = field(default_factory=lambda: Settings(allow_revocations=True, writers=1, deadline=60))
    happened: tuple[Any, ...] = ()

    def world(self):
        """Return a world that stands at the document before."""
        return World(self.settings).after(self.before, self.happened)

    def __str__(self):
        return self.name


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
    ("quota changes scopes", document(profile(resources=QUOTA)), document(profile(resources=OTHER_SCOPES))),
    ("everything goes", document(FULL), document(profile())),
    ("profile leaves", document(FULL, OTHER), document(OTHER)),
)

SCENARIOS = (
    *(Scenario(name, before, after) for name, before, after in _WAYS),
    *(Scenario(f"{name}, standalone", before, after, STANDALONE) for name, before, after in _WAYS),
)
