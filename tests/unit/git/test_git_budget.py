"""Limits on the time and bytes of one reading."""

import pytest

from profiles_management.git import GitError
from profiles_management.git.budget import Budget


@pytest.fixture
def now():
    """The time of the clock, which a test advances."""
    return [100.0]


@pytest.fixture
def budget(now):
    return Budget(lambda: now[0], 30.0, 10)


def test_time_runs_out(budget, now):
    now[0] = 129.0
    assert budget.left() == 1.0
    now[0] = 130.0
    with pytest.raises(
        GitError, match=r"^the repository was not read within 30 seconds\. Try again later\.$"
    ):
        budget.left()


def test_a_deadline_that_is_over_can_pass_by_itself_and_too_many_bytes_cannot(budget):
    assert budget.late().passing
    with pytest.raises(GitError) as caught:
        budget.take(b"12345678901")
    assert not caught.value.passing


def test_bytes_run_out(budget):
    assert budget.take(b"1234567890") == b"1234567890"
    with pytest.raises(GitError, match=r"^the server sent more than 10 bytes\."):
        budget.take(b"1")


def test_another_attempt_has_all_the_bytes_and_the_rest_of_the_time(budget, now):
    budget.take(b"1234567890")
    now[0] = 120.0
    budget.restart()

    assert (budget.take(b"1234567890"), budget.left()) == (b"1234567890", 10.0)
