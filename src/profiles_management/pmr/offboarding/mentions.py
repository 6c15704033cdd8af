"""Mentions of a name outside the entries of people: in comments, annotations and so on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from profiles_management.pmr.offboarding.text_positions import Layout, Node
from profiles_management.pmr.problems import Where
from profiles_management.pmr.text_edits import Replacement

_LONGEST: Final = 200  # characters of a line


class Mention(NamedTuple):
    """A place that contains the name.

    Attributes:
        text: the line, without the white space around it.
    """

    where: Where
    text: str


def mentions(
    layout: Layout, name: str, known: Iterable[Replacement | Node], file: str
) -> Iterator[Mention]:
    """Yield every place that contains a name as a whole word, in any letter case.

    Args:
        layout: the text.
        name: the name.
        known: parts of the text that are left out: edits, and entries of people.
        file: what to call the document.
    """
    ranges = sorted((part.start, part.end) for part in known)
    starts = [start for start, _ in ranges]
    word = re.compile(rf"(?<![\w.+-]){re.escape(name)}(?!\.?[\w@-])", re.IGNORECASE)
    for match in word.finditer(layout.text):
        before = bisect_right(starts, match.start()) - 1
        if before < 0 or match.start() >= ranges[before][1]:
            yield _mention(layout, match.start(), file)


def _mention(layout: Layout, index: int, file: str) -> Mention:
    number = layout.lines.number(index)
    start = layout.lines.start(number)
    where = Where(file, number + 1, index - start + 1)
    return Mention(where, layout.line(number).strip()[:_LONGEST])
