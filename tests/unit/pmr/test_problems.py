"""A problem has what, where and a remedy; errors form one tree."""

import pytest

from profiles_management.pmr import problems
from profiles_management.pmr.problems import (
    BrakeError,
    DocumentError,
    Problem,
    ProfilesError,
    Where,
)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where("pmr.yaml", 8, 7, "profiles[0].name"), "pmr.yaml:8:7 profiles[0].name"),
        (Where("pmr.yaml"), "pmr.yaml"),
        (Where(path="Namespace/legacy"), "Namespace/legacy"),
        (Where(line=8, column=7), "8:7"),
        (Where(), ""),
    ],
)
def test_a_place_is_written_as_far_as_it_is_known(where, text):
    assert str(where) == text


def test_a_problem_reads_as_one_line():
    problem = Problem(
        "bad-role", '"Edit" is not a role', Where("pmr.yaml", 8, 7), "write: role: edit"
    )

    assert str(problem) == 'pmr.yaml:8:7: "Edit" is not a role. Write: role: edit [bad-role]'


def test_the_problems_of_a_document_come_in_the_order_of_lines():
    later, sooner = (Problem("x", "x", Where("f", line), "y") for line in (10, 9))

    assert DocumentError([later, sooner]).problems == (sooner, later)


def test_every_error_is_a_profiles_error_with_an_exit_code():
    errors = [
        each
        for each in vars(problems).values()
        if isinstance(each, type) and issubclass(each, Exception)
    ]

    assert all(issubclass(each, ProfilesError) for each in errors)
    assert {each.__name__ for each in errors if each.exit_code != 1} == {
        "BrakeError",
        "StoppedError",
        "Interrupted",
    }


def test_the_brake_says_how_much_would_be_lost():
    error = BrakeError("too much", lost=6, before=10)

    assert (error.lost, error.before, error.exit_code) == (6, 10, 3)
