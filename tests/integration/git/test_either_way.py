"""What holds over https holds over ssh: the same tests, with the source of this folder's conftest."""

from unit.git.test_git_either_way import *  # noqa: F403
