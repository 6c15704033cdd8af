"""Text as lines of toned segments: a terminal colours them, a pipe or a charm's action gets them plain.

Nothing that came from a document or a cluster reaches a terminal but through `printable`.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple


class Tone(StrEnum):
    """What a segment means; which colour that is, the terminal knows."""

    PLAIN = ""
    HEADING = "heading"
    ADD = "add"
    CHANGE = "change"
    REPLACE = "replace"
    REMOVE = "remove"
    ERROR = "error"
    WAIT = "wait"
    FAINT = "faint"


class Segment(NamedTuple):
    """A stretch of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its end. Where it is folded, what follows is indented by `hang` cells."""

    segments: tuple[Segment, ...] = ()
    hang: int = 0

    def __str__(self) -> str:
        return "".join(segment.text for segment in self.segments).rstrip()


def line(*segments: str | Segment, hang: int = 0) -> Line:
    """Return a line; a bare string is a plain segment."""
    return Line(tuple(Segment(one) if isinstance(one, str) else one for one in segments), hang)


def plain(lines: Iterable[Line]) -> str:
    """Return lines as plain text, each with its end."""
    return "".join(f"{one}\n" for one in lines)


def printable(text: str) -> str:
    r"""Return text as a terminal may see it: what is not printable is escaped, such as `\x1b`, `\n` or `\u202e`."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape", errors="surrogatepass").decode("ascii")


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes. Source: Unicode Standard Annex #11, East Asian Width."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(mark: str) -> int:
    if unicodedata.category(mark) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(mark) in ("W", "F") else 1


def padded(text: str, width: int) -> str:
    """Return text filled up with blanks to `width` cells; a longer one stays as it is."""
    return text + " " * (width - cells(text))


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 profile` or `14 profiles`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


Toned = tuple[str, Tone]


def folded(one: Line, width: int) -> Iterator[Line]:
    """Yield a line in as many as it takes to fit `width` cells, broken between words where there are any."""
    if sum(cells(segment.text) for segment in one.segments) <= width:
        yield one
        return
    marks = [(mark, segment.tone) for segment in one.segments for mark in segment.text]
    hang = one.hang if one.hang <= width // 2 else 4
    indent: list[Toned] = []
    while _size(indent) + _size(marks) > width and marks:
        end = _break(marks, width - _size(indent))
        yield _joined([*indent, *marks[:end]])
        marks = _without_blanks(marks[end:])
        indent = [(" ", Tone.PLAIN)] * hang
    yield _joined([*indent, *marks])


def _size(marks: Iterable[Toned]) -> int:
    return sum(_cells_of(mark) for mark, _ in marks)


def _break(marks: Sequence[Toned], room: int) -> int:
    """Where to break: after the last blank that fits, or else where the room ends; always after one mark at least."""
    used = last = end = 0
    begun = False
    for index, (mark, _) in enumerate(marks):
        begun = begun or mark != " "
        last = index if begun and mark == " " else last
        used += _cells_of(mark)
        if used > room:
            break
        end = index + 1
    return last or max(end, 1)


def _without_blanks(marks: list[Toned]) -> list[Toned]:
    start = next((index for index, (mark, _) in enumerate(marks) if mark != " "), len(marks))
    return marks[start:]


def _joined(marks: Iterable[Toned]) -> Line:
    return Line(
        tuple(Segment("".join(mark for mark, _ in run), tone) for tone, run in groupby(marks, key=itemgetter(1)))
    )


def table(rows: Sequence[Sequence[str]], *, widest: int = 60) -> list[Line]:
    """Return rows as aligned columns, the first row being the heading. Cells are made printable.

    Args:
        widest: a column is filled up to this many cells at most.
    """
    safe = [[printable(cell) for cell in row] for row in rows]
    widths = [min(widest, max(map(cells, column))) for column in zip(*safe, strict=True)]
    return [
        line(Segment("  ".join(map(padded, row, widths)).rstrip(), Tone.PLAIN if index else Tone.HEADING))
        for index, row in enumerate(safe)
    ]
