"""What the tests of the verbs share."""

import pytest
from service_world import make_people, make_profile, make_system

from user_manager.models import Module


@pytest.fixture
def people(db: None) -> None:
    make_people()


@pytest.fixture
def profile(people: None) -> Module:
    return make_profile()


@pytest.fixture
def system(people: None) -> Module:
    return make_system()
