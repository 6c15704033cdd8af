"""Lines at the width of a terminal.

Text is broken between words, tables by columns, and no word is cut.

A word that is wider than its column gets a line of its own; one that is wider than the terminal
stays whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby, takewhile, zip_longest
from operator import itemgetter
from typing import NamedTuple

from profiles_management.reconcile.lines import (
    GAP,
    Columns,
    Excerpt,
    Line,
    Segment,
    TableRow,
    Tone,
    cells,
    excerpt,
)

_NARROW, _NARROW_LAST = 10, 16  # cells: columns of text are not made narrower than this
# a half to a quarter of a line is for what comes before the place
_MOST_BEFORE, _LEAST_BEFORE = 2, 4
_STACKED = 4  # cells that the columns below the first ones are indented by
_SHORT_HANG = 4  # cells, in place of an indentation that is wider than half a line
_NO_PREFIX = Segment("")

Toned = tuple[str, Tone]


def folded(whole: Line, width: int) -> Iterator[Line]:
    """Yield a line in as many as it takes to fit `width` cells."""
    if whole.row is not None:
        yield from _row(whole.row, width)
        return
    if whole.excerpt is None:
        yield from _text(whole, width)
        return
    fitting = excerpt(_fitting(whole.excerpt, width))
    if whole.excerpt.remedy is None:
        yield fitting  # a line of the source is cut, and not folded
    else:
        yield from _text(fitting, width)


# text


def _text(whole: Line, width: int) -> Iterator[Line]:
    if sum(cells(segment.text) for segment in whole.segments) <= width:
        yield whole
        return
    hang = _hang(whole, width)
    line: list[Toned] = []
    used = 0
    for blanks, word in _words(whole):
        size = _size(word)
        if line and used + len(blanks) + size > width:
            yield _joined(line)
            used = max(0, min(hang, width - size))
            line = [(" ", Tone.PLAIN)] * used
        else:
            line += blanks
            used += len(blanks)
        line += word
        used += size
    yield _joined(line)


def _hang(whole: Line, width: int) -> int:
    """Return by how many cells the lines after the first are indented: at most half a line."""
    if whole.hang > width // 2:
        return _SHORT_HANG
    return whole.hang


def _words(whole: Line) -> Iterator[tuple[list[Toned], list[Toned]]]:
    """Yield each word, after the blanks before it."""
    marks = [(mark, segment.tone) for segment in whole.segments for mark in segment.text]
    blanks: list[Toned] = []
    for is_blank, run in groupby(marks, key=lambda mark: mark[0] == " "):
        if is_blank:
            blanks = list(run)
        else:
            yield blanks, list(run)


def _size(marks: Iterable[Toned]) -> int:
    return cells("".join(mark for mark, _ in marks))


def _joined(marks: Iterable[Toned]) -> Line:
    runs = groupby(marks, key=itemgetter(1))
    return Line(tuple(Segment("".join(mark for mark, _ in run), tone) for tone, run in runs))


# excerpts


def _fitting(source: Excerpt, width: int) -> Excerpt:
    """Return what fits of an excerpt: the place that is meant, and what is around it."""
    room = width - cells(source.margin.text)
    start, meant = cells(source.before), source.meant.text
    before = source.before
    if start + cells(meant) + min(cells(source.after), 1) > room:
        before = _end_of(
            before, min(room // _MOST_BEFORE, max(room // _LEAST_BEFORE, room - cells(meant) - 2))
        )
        meant = _start_of(meant, room - cells(before) - 1)
    after = _start_of(source.after, room - cells(before) - cells(meant))
    return source._replace(before=before, meant=source.meant._replace(text=meant), after=after)


def _start_of(text: str, room: int) -> str:
    """Return as much of the beginning of a text as fits."""
    if cells(text) <= room:
        return text
    ends = accumulate(map(cells, text))
    kept = sum(1 for _ in takewhile(lambda end: end < room, ends))
    return f"{text[:kept]}…"


def _end_of(text: str, room: int) -> str:
    """Return as much of the end of a text as fits."""
    return _start_of(text[::-1], room)[::-1]


# tables


class _Place(NamedTuple):
    """Where a column begins and how wide it is.

    `first` is the first of the columns that stand side by side with it.
    """

    start: int
    width: int
    first: int


class _Placed(NamedTuple):
    """The lines of one cell, and where they stand.

    Attributes:
        start: the cell of the terminal at which they begin.
        block: which columns stand side by side with it, by the first of them.
        is_alone: whether a word is so wide that nothing stands before it.
        is_last: whether a word is so wide that nothing stands after it.
    """

    start: int
    lines: Sequence[str]
    tone: Tone
    block: int
    is_alone: bool = False
    is_last: bool = False


def _row(row: TableRow, width: int) -> Iterator[Line]:
    """Yield a row of a table.

    Cells side by side, further columns below where the terminal is too narrow.
    """
    prefix, indent = row.prefix, cells(row.prefix.text)
    for block in _blocks(_placed_cells(row, width)):
        if prefix.text.strip() and block[0].start < indent:
            yield Line((Segment(prefix.text.rstrip(), prefix.tone),))
            prefix = _NO_PREFIX
        yield from _side_by_side(block, prefix)
        prefix = _NO_PREFIX


def _side_by_side(block: Sequence[_Placed], prefix: Segment) -> Iterator[Line]:
    """Yield the lines of cells next to each other, the first of them after the prefix."""
    for texts in zip_longest(*(placed.lines for placed in block), fillvalue=""):
        yield _line(prefix, zip(block, texts, strict=True))
        prefix = _NO_PREFIX


def _line(prefix: Segment, parts: Iterable[tuple[_Placed, str]]) -> Line:
    segments, used = [prefix], cells(prefix.text)
    for placed, text in parts:
        if text:
            segments += [Segment(" " * (placed.start - used)), Segment(text, placed.tone)]
            used = placed.start + cells(text)
    return Line(tuple(segment for segment in segments if segment.text))


def _blocks(row: Iterable[_Placed]) -> Iterator[list[_Placed]]:
    """Yield the cells of a row that stand side by side."""
    block: list[_Placed] = []
    for placed in row:
        if block and not _stands_beside(placed, block):
            yield block
            block = []
        block.append(placed)
    if block:
        yield block


def _stands_beside(placed: _Placed, block: Sequence[_Placed]) -> bool:
    """Return whether a cell fits next to those before it."""
    if placed.is_alone or block[-1].is_last:
        return False
    return placed.block == block[-1].block


def _placed_cells(row: TableRow, width: int) -> Iterator[_Placed]:
    """Yield the cells that are not empty, in the columns of their table."""
    places = _places(row.columns, width, cells(row.prefix.text))
    for place, cell in zip(places, row.cells, strict=True):
        if cell.text:
            yield _placed(cell, place, width)


def _placed(cell: Segment, place: _Place, width: int) -> _Placed:
    """Return a cell in its column; one with a word that is too wide moves to the left."""
    lines = _wrapped(cell.text, place.width)
    widest = max(map(cells, lines))
    is_last = widest > place.width
    if place.start + widest <= width:
        return _Placed(place.start, lines, cell.tone, place.first, is_last=is_last)
    start = min(place.start, max(0, width - widest))
    return _Placed(start, lines, cell.tone, place.first, is_alone=True, is_last=True)


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` cells; a wider word is a line of its own."""
    if cells(text) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split():
        if lines and cells(lines[-1]) + 1 + cells(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [text]


@lru_cache(maxsize=64)
def _places(columns: Columns, width: int, indent: int) -> tuple[_Place, ...]:
    """Return where each column goes: side by side as far as they fit, the others below."""
    room = width - indent
    minima = _minima(columns, room)
    places: list[_Place] = []
    first = 0
    while first < len(minima):
        start = indent
        if first:
            start += _STACKED
        end = _end(minima, first, width - start)
        for size in _fitted(columns, minima, slice(first, end), width - start):
            places.append(_Place(start, size, first))
            start += size + GAP
        first = end
    return tuple(places)


def _minima(columns: Columns, room: int) -> list[int]:
    """Return how wide each column has to be.

    The last one, which is often a sentence, less than its longest word.
    """
    most = [room // 2] * (len(columns.words) - 1) + [_NARROW_LAST]
    sizes = zip(columns.usual, columns.words, most, strict=True)
    return [min(max(word, min(usual, _NARROW)), limit) for usual, word, limit in sizes]


def _end(minima: Sequence[int], first: int, room: int) -> int:
    """Return the column after the last that fits next to `first`; at least one does."""
    used, end = minima[first], first + 1
    while end < len(minima) and used + GAP + minima[end] <= room:
        used += GAP + minima[end]
        end += 1
    return end


def _fitted(columns: Columns, minima: Sequence[int], which: slice, room: int) -> list[int]:
    """Return widths that fit together: the widest columns are made narrower first."""
    widths, least = columns.widths[which], minima[which]
    free = room - GAP * (len(widths) - 1)
    if sum(widths) <= free:
        return [*widths]
    fitted = next(
        (sizes for sizes in _narrower(columns.usual[which], least) if sum(sizes) <= free), [*least]
    )
    for index, usual in enumerate(columns.usual[which]):
        fitted[index] += max(0, min(usual - fitted[index], free - sum(fitted)))
    return fitted


def _narrower(usual: Sequence[int], least: Sequence[int]) -> Iterator[list[int]]:
    for limit in range(max(usual), 0, -1):
        yield [max(low, min(size, limit)) for size, low in zip(usual, least, strict=True)]
