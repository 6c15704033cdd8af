"""What holds for every test of the engine: how many examples hypothesis tries, and that a run can be repeated."""

import os

import hypothesis
import pytest

from engine import build
from engine.world import World
from profiles_management import Settings

hypothesis.settings.register_profile(
    "default",
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile(
    "thorough",
    hypothesis.settings.get_profile("default"),
    max_examples=int(os.environ.get("EXAMPLES", "2000")),
    derandomize=False,
    print_blob=True,
    phases=set(hypothesis.Phase) - {hypothesis.Phase.explain},
)
hypothesis.settings.load_profile("default")


@pytest.fixture
def profile():
    """Build a valid profile: `profile(ann="edit", cpu="1")` has ann@example.com as a contributor."""
    return build.profile


@pytest.fixture
def world():
    """A cluster in memory with Kubeflow's controller; its brake is released."""
    return World()


@pytest.fixture
def plain():
    """A cluster in memory without Kubeflow, and the engine in standalone mode."""
    return World(Settings(standalone=True, allow_revocations=True))
