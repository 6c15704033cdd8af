"""The tests of the Git source over HTTPS, run over SSH with the source of this conftest."""

from unit.git.test_git_either_way import *  # noqa: F403
