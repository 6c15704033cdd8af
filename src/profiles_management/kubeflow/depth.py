"""Answers nested deeper than can be decoded: what nobody reads is cut out of them, so that one object stops nobody.

Whoever may write one object of a namespace may give it managedFields of any depth, and everybody who lists gets them.
"""

import re

_START = re.compile(rb'"managedFields":\s*\[')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]]')


def without_managed_fields(text: bytes) -> bytes:
    """Return a JSON list of objects whose `managedFields` are empty.

    Quotes inside a text are escaped, so the key is found nowhere else.
    """
    kept: list[bytes] = []
    position = 0
    while start := _START.search(text, position):
        kept += [text[position : start.start()], b'"managedFields":[]']
        position = _end(text, start.end())
    return b"".join([*kept, text[position:]])


def _end(text: bytes, position: int) -> int:
    """Return where the array ends that is open at `position`."""
    depth = 1
    for token in _TOKEN.finditer(text, position):
        depth += {b"[": 1, b"]": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    return len(text)
