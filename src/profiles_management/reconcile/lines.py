"""Text as lines of toned segments.

A terminal colours them, a pipe or a charm's action gets them plain.

Nothing that came from a document or a target reaches a terminal but through `printable`.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
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


class Columns(NamedTuple):
    """How wide the columns of a table are, in cells.

    Attributes:
        widths: of the widest text in each column.
        usual: of the widest text without a long word: one long name does not stretch a whole table.
        words: of the longest word that is not long.
    """

    widths: tuple[int, ...]
    usual: tuple[int, ...]
    words: tuple[int, ...]


class TableRow(NamedTuple):
    """The cells of a line that is a row of a table, and the table's columns.

    `prefix` comes before the first.
    """

    prefix: Segment
    cells: tuple[Segment, ...]
    columns: Columns


class Excerpt(NamedTuple):
    """A line of a source with a place in it, or the marks below that and what to do."""

    margin: Segment
    before: str
    meant: Segment
    after: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its end.

    Where it is folded, what follows is indented by `hang` cells; a row of a table is folded by
    columns, and of an excerpt the part around its place is shown.
    """

    segments: tuple[Segment, ...] = ()
    hang: int = 0
    row: TableRow | None = None
    excerpt: Excerpt | None = None

    def __str__(self) -> str:
        return "".join(segment.text for segment in self.segments).rstrip()


GAP = 2  # cells between two columns
_LONG_WORD = 32  # cells: a longer one gets a line of its own rather than a wider column
_NO_PREFIX = Segment("")
_MOST_HANG = 40


def line(*segments: str | Segment, hang: int = 0) -> Line:
    """Return a line; a bare string is a plain segment."""
    return Line(tuple(map(_segment, segments)), hang)


def _segment(part: str | Segment) -> Segment:
    if isinstance(part, str):
        return Segment(part)
    return part


def labelled(label: str, text: str, tone: Tone) -> Line:
    """Return a sentence after its label in a tone, such as `warning: `; it is made printable."""
    return line(Segment(label, tone), printable(text), hang=len(label))


def excerpt(source: Excerpt) -> Line:
    """Return the line of a source, or the marks below it and the remedy, if there is one."""
    if source.remedy is None:
        return Line(
            (source.margin, Segment(source.before), source.meant, Segment(source.after)),
            excerpt=source,
        )
    indent = cells(source.before)
    marks = Segment("^" * max(1, cells(source.meant.text)), source.meant.tone)
    segments = (source.margin, Segment(" " * indent), marks, Segment(" "), Segment(source.remedy))
    return Line(segments, cells(source.margin.text) + min(indent, _MOST_HANG), excerpt=source)


def plain(lines: Iterable[Line]) -> str:
    """Return lines as plain text, each with its end."""
    return "".join(f"{one}\n" for one in lines)


def printable(text: str) -> str:
    r"""Return text as a terminal may see it.

    What is not printable is escaped, such as `\x1b`, `\n` or `\u202e`.
    """
    if text.isprintable():
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape", errors="surrogatepass").decode("ascii")


def cut(text: str, longest: int) -> str:
    """Return a text, and of a longer one the first characters and an ellipsis."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}…"


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes.

    Source: Unicode Standard Annex #11, East Asian Width.
    """
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(mark: str) -> int:
    if unicodedata.category(mark) in ("Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(mark) in ("W", "F"):
        return 2
    return 1


def padded(text: str, width: int) -> str:
    """Return text filled up with blanks to `width` cells; a longer one stays as it is."""
    return text + " " * (width - cells(text))


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 profile` or `14 profiles`."""
    if number == 1:
        return f"1 {one}"
    return f"{number:,} {many or one + 's'}"


def row(
    texts: Sequence[str], columns: Columns, *, prefix: Segment = _NO_PREFIX, tone: Tone = Tone.PLAIN
) -> TableRow:
    """Return a row of a table; the texts are printable already."""
    return TableRow(prefix, tuple(Segment(text, tone) for text in texts), columns)


def measured(rows: Sequence[Sequence[str]]) -> Columns:
    """Return how wide the columns of some rows are."""
    columns = [_measured(texts) for texts in zip(*rows, strict=True)]
    return Columns(*zip(*columns, strict=True))


def _measured(texts: Iterable[str]) -> tuple[int, int, int]:
    """Return of one column what Columns has of each."""
    sizes = [(cells(text), max(map(cells, text.split()), default=0)) for text in texts]
    short = [size for size in sizes if size[1] <= _LONG_WORD] or [(_LONG_WORD, _LONG_WORD)]
    widths, words = zip(*short, strict=True)
    return max(sizes)[0], max(widths), max(words)


def table(rows: Sequence[Sequence[str]], *, widest: int = 60) -> list[Line]:
    """Return rows as aligned columns, the first row being the heading. Cells are made printable.

    Args:
        widest: where lines are not folded, a column is filled up to this many cells at most.
    """
    safe = [[printable(cell) for cell in row] for row in rows]
    columns = measured(safe)
    widths = [min(widest, width) for width in columns.widths]
    lines: list[Line] = []
    tones = chain([Tone.HEADING], repeat(Tone.PLAIN))
    for texts, tone in zip(safe, tones, strict=False):
        whole = "  ".join(map(padded, texts, widths)).rstrip()
        lines.append(Line((Segment(whole, tone),), row=row(texts, columns, tone=tone)))
    return lines
