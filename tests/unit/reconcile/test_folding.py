"""Tables at the width of a terminal: by columns, never inside a word."""

import pytest

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.diagnostics import problem_lines
from profiles_management.reconcile.folding import folded
from profiles_management.reconcile.lines import cells, plain, table
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.text import plan_lines, report_lines

LONG = f"{'firstname.lastname-' * 2}of-the-team@example.com"  # 60 cells


def shown(lines, width):
    return [str(part) for whole in lines for part in folded(whole, width)]


ACCESS = [
    ("PROFILE", "PERSON", "ROLE", "UNTIL"),
    ("data-engineers", "olga@canonical.com", "owner", "-"),
    ("data-engineers", "researchers (Group)", "edit (not managed here)", "2027-01-31"),
    ("ml", "李雷@example.com", "view", "2027-01-31 (expired)"),
]


@pytest.mark.parametrize("width", [50, 80, 120])
def test_plan_and_report_at_the_width_of_a_terminal(everything, keeps, width):
    outcomes = tuple(
        Outcome(
            change, Result.FAILED, "the server says: admission webhook denied the request", sent=0
        )
        if change.person is not None and change.person.name.startswith("old")
        else Outcome(change, Result.DONE, sent=len(change.writes))
        for change in everything.changes
    )

    plan, report = plan_lines(everything), report_lines(Report(everything, outcomes))

    keeps(f"plan-{width}.txt", "".join(f"{text}\n" for text in shown(plan, width)))
    keeps(f"report-{width}.txt", "".join(f"{text}\n" for text in shown(report, width)))


@pytest.mark.parametrize("width", [50, 60, 70, 80, 120])
def test_every_word_of_a_plan_is_whole_and_every_line_fits(everything, width):
    lines = plan_lines(everything)

    parts = shown(lines, width)

    assert max(map(cells, parts)) <= width
    assert sorted(" ".join(parts).split()) == sorted(plain(lines).split())


def test_a_table_that_fits_is_as_it_is():
    assert shown(table(ACCESS), 90) == plain(table(ACCESS)).splitlines()


@pytest.mark.parametrize("width", [40, 50, 60, 70])
def test_cells_are_broken_within_their_columns_and_columns_that_do_not_fit_go_below(keeps, width):
    keeps(f"table-{width}.txt", "".join(f"{part}\n" for part in shown(table(ACCESS), width)))


@pytest.mark.parametrize("width", [50, 60, 80])
def test_a_long_name_gets_a_line_of_its_own_and_does_not_stretch_the_table(width):
    rows = [*ACCESS, ("ml", LONG, "edit", "-")]

    parts = shown(table(rows), width)

    assert any(part.endswith(LONG) for part in parts)
    assert [part for part in parts if cells(part) > width] == [LONG] * (width < cells(LONG))
    assert parts[: len(shown(table(ACCESS), width))] == shown(table(ACCESS), width)


def test_wide_characters_count_as_the_two_cells_that_they_take():
    parts = shown(table([("NAME", "NOTE"), ("李雷" * 5, "字字 " * 8), ("b", "x")]), 40)

    assert max(map(cells, parts)) <= 40
    assert parts[-1].index("x") == cells("李雷" * 5) + 2


SOURCE = "  - {name: 李雷李雷@example.com, role: 编辑, until: tomorrow, 注释: 这是一个很长的注释, comment: more of it}"


@pytest.mark.parametrize("width", [40, 50, 60, 80, 120, 200])
@pytest.mark.parametrize(
    "meant", ["李雷李雷@example.com", "编辑", "tomorrow", "注释", "comment", "{", "}"]
)
def test_the_marks_are_below_what_they_mark_at_every_width(width, meant):
    problem = Problem(
        "odd",
        "odd",
        Where("a.yaml", 14, SOURCE.index(meant) + 1),
        "write another one",
        SOURCE,
        len(meant),
    )

    parts = shown(problem_lines([problem], document="a.yaml"), width)

    source = next(part for part in parts if part.startswith("14 | "))
    marks = next(part for part in parts if "^" in part)
    assert max(map(cells, parts)) <= width
    assert cells(source[: source.index(meant)]) == marks.index("^")
    assert marks.count("^") == cells(meant)
    assert "write another one" in " ".join(" ".join(parts).split())


def test_of_a_place_that_is_wider_than_the_terminal_the_beginning_is_shown():
    problem = Problem("odd", "odd", Where("a.yaml", 1, 5), "shorten it", f"ab: {'x' * 90}", 90)

    parts = shown(problem_lines([problem], document="a.yaml"), 40)

    assert [part for part in parts if part.startswith(("1 |", "  |"))] == [
        f"1 | ab: {'x' * 30}…",
        f"  |     {'^' * 31}",
    ]
