"""The progress of a waiting run in words."""

import pytest

from profiles_management.reconcile.waiting import Waiting, duration


@pytest.mark.parametrize(
    ("waiting", "text"),
    [
        (Waiting(0, 1, 0, 300), "0 of 1 profile is done; waiting at most 5 min more"),
        (
            Waiting(120, 300, 88, 872),
            "120 of 300 profiles are done (1.4 per second, about 2 min for the rest); waiting at most 15 min more",
        ),
        (
            Waiting(1, 3, 30, 30),
            "1 of 3 profiles are done (2.0 per minute, about 60 s for the rest); waiting at most 30 s more",
        ),
        (
            Waiting(3, 3, 3, 9),
            "3 of 3 profiles are done (1.0 per second); waiting at most 9 s more",
        ),
        (Waiting(5, 9, 0, 9), "5 of 9 profiles are done; waiting at most 9 s more"),
    ],
)
def test_it_says_how_many_are_done_how_fast_and_what_is_left(waiting, text):
    assert str(waiting) == text


@pytest.mark.parametrize(
    ("waiting", "text"),
    [
        (Waiting(0, 300, 3, 300), "Waiting"),
        (Waiting(120, 300, 88, 872), "Waiting (1.4 per second, 2 min left)"),
        (Waiting(300, 300, 200, 1), "Waiting (1.5 per second)"),
    ],
)
def test_the_text_for_a_bar_is_short(waiting, text):
    assert waiting.short == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (119.4, "119 s"),
        (119.6, "2 min"),
        (120, "2 min"),
        (3599, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_duration_is_in_the_unit_that_fits(seconds, text):
    assert duration(seconds) == text
