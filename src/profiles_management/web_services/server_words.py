"""The words of a server, as a message of this program may repeat them. Pure."""

import json
import re
from typing import Final

from profiles_management.reconcile.lines import printable

_MOST_WORDS: Final = 300  # characters
_HIDDEN: Final = b"***"


def short_words(words: str) -> str:
    """Return words of a server as a message may have them: printable, and not too many."""
    safe = printable(words)
    return safe if len(safe) <= _MOST_WORDS else f"{safe[: _MOST_WORDS - 3]}..."


def without_secret(content: bytes, secret: str) -> bytes:
    """Return a text of a server without a secret, should it repeat it.

    Args:
        secret: what no message may have, such as a token.
    """
    return _as_written(secret).sub(_HIDDEN, content)


def _as_written(secret: str) -> re.Pattern[bytes]:
    """Return what finds a secret in a text as it is, or as JSON may write its characters."""
    return re.compile(b"".join(map(_forms, secret)))


def _forms(character: str) -> bytes:
    """Return the pattern of the ways to write a character: itself, or one of its escapes."""
    units = character.encode("utf-16-be").hex()
    hexadecimal = "".join(rf"\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    short = json.dumps(character, ensure_ascii=False)[1:-1]
    plain = b"|".join(re.escape(form.encode()) for form in (character, short, f"\\{character}"))
    return b"(?:" + plain + b"|(?i:" + re.escape(hexadecimal.encode()) + b"))"
