"""How errors in a document are shown."""

import pytest

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.diagnostics import MOST, problem_lines
from profiles_management.reconcile.lines import plain


@pytest.fixture
def slip():
    """Build a problem at a place of a line: `slip("  hard: 1", 3, 4)`."""

    def build(
        excerpt,
        column,
        width,
        *,
        line=8,
        what='"hard" must be a mapping',
        remedy='write: limits.cpu: "1"',
    ):
        return Problem(
            "not-a-mapping",
            what,
            Where("pmr.yaml", line, column, "profiles[0]"),
            remedy,
            excerpt,
            width,
        )

    return build


def printed(*problems):
    return plain(problem_lines(problems, document="pmr.yaml"))


def test_a_mistake_is_shown_where_it_is_with_what_to_write_below_it(slip):
    assert printed(slip('      limits.cpu = "1"', 7, 16)) == (
        'error[not-a-mapping]: "hard" must be a mapping\n'
        " --> pmr.yaml:8:7  profiles[0]\n"
        '8 |       limits.cpu = "1"\n'
        '  |       ^^^^^^^^^^^^^^^^ write: limits.cpu: "1"\n'
        "\n"
        "1 error in pmr.yaml. Nothing was sent.\n"
    )


def test_a_mistake_without_a_line_has_its_remedy_below(slip):
    problem = Problem(
        "unreadable", "no such file or directory", Where("pmr.yaml"), "check the path"
    )

    assert printed(problem).splitlines()[:3] == [
        "error[unreadable]: no such file or directory",
        " --> pmr.yaml",
        "  = check the path",
    ]


def test_the_mark_stands_below_what_is_meant_also_after_wide_letters(slip):
    assert printed(slip("名前: 值: x", 5, 2)).splitlines()[2:4] == [
        "8 | 名前: 值: x",
        '  |       ^^^ write: limits.cpu: "1"',
    ]


def test_of_a_long_line_what_is_around_the_place_is_shown(slip):
    shown = printed(slip("a" * 140 + "X" + "b" * 140, 141, 1)).splitlines()

    assert shown[2] == f"8 | …{'a' * 40}X{'b' * 59}…"
    assert shown[3].index("^") == shown[2].index("X")


def test_an_escape_in_a_document_stays_text(slip):
    text = printed(slip("name: \x1b[2J", 7, 4, what="holds \x1b[2J", remedy="remove \x07"))

    assert all(one.isprintable() for one in text.replace("\n", ""))


def test_of_very_many_mistakes_the_first_are_shown_and_the_others_counted(slip):
    said = printed(*[slip("x", 1, 1, line=number) for number in range(1, 1001)])

    assert said.count("error[") == MOST
    assert said.splitlines()[-3:] == [
        "... and 980 more errors; --output json lists them all.",
        "",
        "1,000 errors in pmr.yaml. Nothing was sent.",
    ]
