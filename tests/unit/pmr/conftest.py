"""Fixtures of tests of the document."""

from collections.abc import Callable

import pytest

from profiles_management.pmr import Contributor, Owner, Profile, UserKind

ANN = Owner(kind=UserKind.USER, name="ann@example.com")


@pytest.fixture
def profile() -> Callable[..., Profile]:
    """Build a profile; other keywords are contributors: `profile(bob="edit", labels={...})`."""

    def build(name: str = "ml", **fields) -> Profile:
        people = {who: fields.pop(who) for who in list(fields) if who not in Profile.model_fields}
        contributors = [
            Contributor(name=f"{who}@example.com", role=role) for who, role in people.items()
        ]
        return Profile(**{"name": name, "owner": ANN, "contributors": contributors, **fields})

    return build
