"""One HTML page without scripts, requests and fonts, which can be sent by e-mail."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import NamedTuple

from profiles_management.reconcile.lines import printable
from profiles_management.report.style import STYLE


class Figure(NamedTuple):
    """A number at the top of a page, with its words.

    `is_alarming` is whether a reader must look at it unless it is 0.
    """

    number: int
    words: str
    is_alarming: bool = False


def figure(number: int, singular: str, plural: str, *, is_alarming: bool = False) -> Figure:
    """Return a figure with the words for its number."""
    return Figure(number, singular if number == 1 else plural, is_alarming)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts; `empty` is shown instead of a table without rows."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str = "None."


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page has around its content.

    Attributes:
        place: the short name of what is reported on, for the title of the window.
        at: the moment of the report, with a zone.
        facts: names and values, such as the cluster and the filters.
        not_covered: what is not in the report.
        notes: further notes, such as objects that could not be read.
        made_by: the program and its version.
        style: further rules, after those of every page.
    """

    title: str
    place: str
    at: datetime
    facts: Sequence[tuple[str, str]]
    figures: Sequence[Figure]
    not_covered: Sequence[str] = ()
    notes: Sequence[str] = ()
    made_by: str = "profiles-management"
    style: str = ""


def html_page(frame: Frame, content: Iterable[str]) -> str:
    """Return a page. Its policy lets the browser load and run nothing.

    Args:
        content: HTML, in which every text went through `html_text`.
    """
    return "".join(_page(frame, content))


@lru_cache(maxsize=65_536)
def html_text(text: str) -> str:
    """Return a text as HTML; what cannot be printed is shown as on a terminal."""
    return escape(printable(text))


def table(content: Table) -> Iterator[str]:
    """Yield a table with its title."""
    yield f"<section>\n<h2>{html_text(content.title)}</h2>\n"
    if not content.rows:
        yield f"<p>{html_text(content.empty)}</p>\n</section>\n"
        return
    head = "".join(f'<th scope="col">{html_text(title)}</th>' for title in content.head)
    yield f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    for row in content.rows:
        cells = "".join(f"<td>{html_text(cell)}</td>" for cell in row[1:])
        yield f'<tr><th scope="row">{html_text(row[0])}</th>{cells}</tr>\n'
    yield "</tbody>\n</table>\n</section>\n"


def _page(frame: Frame, content: Iterable[str]) -> Iterator[str]:
    style = STYLE + frame.style
    title = html_text(frame.title)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    window = ": ".join(filter(None, (title, html_text(frame.place))))
    yield f"<title>{window}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    yield from _header(title, frame)
    yield from content
    yield from _notes(frame)
    yield f"<footer>{html_text(frame.made_by)}</footer>\n</main>\n</body>\n</html>\n"


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _header(title: str, frame: Frame) -> Iterator[str]:
    moment = frame.at.strftime("%Y-%m-%d %H:%M UTC")
    iso = frame.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield f"<header>\n<h1>{title}</h1>\n"
    yield f'<p class="when"><time datetime="{iso}">{moment}</time></p>\n'
    yield '<dl class="facts">\n'
    for name, value in frame.facts:
        yield f"<dt>{html_text(name)}</dt><dd>{html_text(value)}</dd>\n"
    yield '</dl>\n<ul class="figures">\n'
    for number, words, is_alarming in frame.figures:
        look = ' class="look"' if number and is_alarming else ""
        yield f"<li{look}><b>{number:,}</b> <span>{words}</span></li>\n"
    yield "</ul>\n</header>\n"


def _notes(frame: Frame) -> Iterator[str]:
    if not frame.not_covered and not frame.notes:
        return
    yield '<section class="notes">\n'
    yield from _list("Not covered by this report", frame.not_covered)
    yield from _list("Notes", frame.notes)
    yield "</section>\n"


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield f"<h2>{title}</h2>\n<ul>\n"
    yield from (f"<li>{html_text(item)}</li>\n" for item in items)
    yield "</ul>\n"
