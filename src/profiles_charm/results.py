"""What an action answers, in pieces that Juju can carry: text under keys with dashes, lists as JSON. Pure.

A value that is too large for one piece goes on under `KEY-2`, `KEY-3`, …, and `KEY-pieces` says how
many there are. Each piece of a list is a list of its own; the pieces of a text put together are the
text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from profiles_management.reconcile.lines import count

# The kernel gives one argument of action-set 131,072 bytes, and all of them together two million.
LARGEST = 60_000
_MOST = 64  # pieces of one value; Juju keeps all results of an action in one record of 16 MB

Results = dict[str, str]


def of_lines(key: str, lines: Iterable[object]) -> Results:
    """Return text for people as far as it fits into one piece, and how many lines are left out."""
    texts = [f"{one}\n" for one in lines]
    shown = next(_filled(texts), [])
    more = len(texts) - len(shown)
    return {
        key: "".join(shown).rstrip("\n") + (f"\n… and {count(more, 'more line')}" if more else "")
    }


def of_text(key: str, text: str) -> Results:
    """Return a whole text.

    Raises:
        ValueError: it is more than an action can carry.
    """
    pieces = ["".join(piece) for piece in _filled(text.splitlines(keepends=True))]
    if len(pieces) > _MOST or sum(map(len, pieces)) < len(text):
        raise ValueError(f"{len(text.encode()):,} bytes are more than an action can carry")
    return _keyed(key, pieces or [""])


def of_list(key: str, items: Sequence[object]) -> Results:
    """Return a list as JSON, and how many items it has; where even the pieces cannot hold all, how many are missing."""
    texts = [_json(item) for item in items]
    pieces = list(islice(_filled(texts), _MOST)) or [[]]
    left = len(texts) - sum(map(len, pieces))
    results = _keyed(key, [f"[{', '.join(piece)}]" for piece in pieces]) | {
        f"{key}-total": str(len(texts))
    }
    return results | ({f"{key}-left-out": str(left)} if left else {})


def calls(results: Results) -> Iterator[Results]:
    """Yield the results in the portions of which each fits into one call of action-set."""
    portion: Results = {}
    size = 0
    for key, value in results.items():
        if portion and size + len(value.encode()) > 16 * LARGEST:
            yield portion
            portion, size = {}, 0
        portion[key] = value
        size += len(value.encode())
    yield portion


def _json(item: object) -> str:
    """Return an item as JSON; half of a surrogate pair, which no UTF-8 holds, stays the escape that JSON has for it."""
    return json.dumps(item, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _keyed(key: str, pieces: Sequence[str]) -> Results:
    if len(pieces) == 1:
        return {key: pieces[0]}
    named = {
        f"{key}-{number}" if number > 1 else key: piece for number, piece in enumerate(pieces, 1)
    }
    return named | {f"{key}-pieces": str(len(pieces))}


def _filled(texts: Iterable[str]) -> Iterator[list[str]]:
    """Put texts into pieces, as many into each as fit with two bytes after each; what fits into none is left out."""
    piece: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode()) + 2
        if length > LARGEST:
            continue
        if piece and size + length > LARGEST:
            yield piece
            piece, size = [], 0
        piece.append(text)
        size += length
    if piece:
        yield piece
