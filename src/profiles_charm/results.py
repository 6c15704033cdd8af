"""The results of an action, in pieces that Juju can carry. Pure.

Keys have dashes, lists are JSON. A value that is too large for one piece continues under `KEY-2`,
`KEY-3`, …, and `KEY-pieces` is the number of pieces. Each piece of a list is a list; the pieces of
a text are concatenated.
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
    """Return the lines that fit into one piece, and how many lines are left out."""
    texts = [f"{line}\n" for line in lines]
    shown = next(_filled(texts), [])
    text = "".join(shown).rstrip("\n")
    left_out = len(texts) - len(shown)
    if left_out:
        text += f"\n… and {count(left_out, 'more line')}"
    return {key: text}


def of_text(key: str, text: str) -> Results:
    """Return a text in pieces.

    Raises:
        ValueError: it is larger than an action can carry.
    """
    pieces = ["".join(piece) for piece in _filled(text.splitlines(keepends=True))]
    if len(pieces) > _MOST or sum(map(len, pieces)) < len(text):
        raise ValueError(f"{len(text.encode()):,} bytes are more than an action can carry")
    return _keyed(key, pieces or [""])


def of_list(key: str, items: Sequence[object]) -> Results:
    """Return a list as JSON, with the number of its items and of those that do not fit."""
    texts = [_json(item) for item in items]
    pieces = list(islice(_filled(texts), _MOST)) or [[]]
    results = _keyed(key, [f"[{', '.join(piece)}]" for piece in pieces])
    results[f"{key}-total"] = str(len(texts))
    left_out = len(texts) - sum(map(len, pieces))
    if left_out:
        results[f"{key}-left-out"] = str(left_out)
    return results


def calls(results: Results) -> Iterator[Results]:
    """Yield the results in portions, each of which fits into one call of action-set."""
    portion: Results = {}
    size = 0
    for key, value in results.items():
        length = len(value.encode())
        if portion and size + length > 16 * LARGEST:
            yield portion
            portion, size = {}, 0
        portion[key] = value
        size += length
    yield portion


def _json(item: object) -> str:
    """Return an item as JSON.

    Half of a surrogate pair, which UTF-8 cannot encode, stays an escape.
    """
    return json.dumps(item, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _keyed(key: str, pieces: Sequence[str]) -> Results:
    first, *others = pieces
    results = {key: first}
    for number, piece in enumerate(others, 2):
        results[f"{key}-{number}"] = piece
    if others:
        results[f"{key}-pieces"] = str(len(pieces))
    return results


def _filled(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield texts in pieces: as many as fit, with two bytes between them.

    A larger text is left out.
    """
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
