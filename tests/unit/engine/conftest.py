"""Fixtures of tests of the engine."""

import pytest

from engine import build
from engine.world import World
from profiles_management import Settings


@pytest.fixture
def profile():
    """Build a profile: `profile(ann="edit", cpu="1")` has ann@example.com as a contributor."""
    return build.profile


@pytest.fixture
def world():
    """A cluster in memory with Kubeflow's controller; its brake is released."""
    return World()


@pytest.fixture
def plain():
    """A cluster in memory without Kubeflow, and the engine in standalone mode."""
    return World(Settings(standalone=True, allow_revocations=True))
