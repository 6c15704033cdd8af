"""Lines that fit a terminal."""

import pytest

from profiles_management.reconcile.folding import folded
from profiles_management.reconcile.lines import Segment, Tone, cells, line, plain, printable, table


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ann@example.com", "ann@example.com"),
        ("李雷 🦊", "李雷 🦊"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b2J", r"\x9b2J"),
        ("\u202eabc", r"\u202eabc"),
        ("\ud800", r"\ud800"),
        ("[red]", "[red]"),
    ],
)
def test_what_could_steer_a_terminal_is_escaped(text, safe):
    assert printable(text) == safe


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("李雷", 4), ("🦊", 2), ("e\u0301", 1)])
def test_a_text_takes_the_cells_that_a_terminal_gives_it(text, width):
    assert cells(text) == width


def test_a_line_that_is_too_long_goes_on_below_its_last_column():
    long = line("  +    ann    ", "edited by hand: header one and two", hang=14)

    assert plain(folded(long, 30)).splitlines() == [
        "  +    ann    edited by hand:",
        "              header one and",
        "              two",
    ]


def test_a_word_is_never_cut_and_moves_to_a_line_of_its_own():
    mail = f"{'x' * 25}@example.com"

    assert plain(folded(line("ask ", mail, " today", hang=2), 40)).splitlines() == [
        "ask",
        f"  {mail}",
        "  today",
    ]
    assert plain(folded(line("ask ", mail, " today", hang=8), 40)).splitlines() == [
        "ask",
        f"   {mail}",
        "        today",
    ]
    assert plain(folded(line("ask ", mail, " today", hang=2), 20)).splitlines() == [
        "ask",
        mail,
        "  today",
    ]


def test_no_folded_line_is_wider_than_the_terminal():
    text = line("李雷 " * 30, "🦊" * 20, hang=8)

    assert max(cells(str(part)) for part in folded(text, 41)) <= 41


def test_folding_keeps_the_tones():
    parts = list(folded(line(Segment("error: ", Tone.ERROR), "one two three", hang=7), 13))

    assert parts[0].segments == (Segment("error: ", Tone.ERROR), Segment("one", Tone.PLAIN))


def test_a_table_is_plain_columns():
    assert plain(
        table([("PROFILE", "PERSON"), ("ml", "李雷"), ("data-engineers", "a\x1bb")])
    ).splitlines() == [
        "PROFILE         PERSON",
        "ml              李雷",
        r"data-engineers  a\x1bb",
    ]
