"""Pseudonyms, and where a text names a person."""

import re
import secrets
from dataclasses import dataclass
from typing import Final

_PREFIX: Final = "former-user-"
_BYTES: Final = 8
# what may continue an id or a name, such as the rest of a longer address
_WORD: Final = r"[\w@+-]"
_WORDS: Final = re.compile(r"[^\W_]+")


def new_pseudonym() -> str:
    """Return the id of a former user. It is random, so that nobody computes it from the old one."""
    return _PREFIX + secrets.token_hex(_BYTES)


@dataclass(frozen=True, slots=True)
class PersonNames:
    """What a person is called in texts that others wrote.

    An id or a name of one word is not looked for: in a text it may be an ordinary word, or mean
    somebody else. Nor is one without a word, such as `-` in place of a name.
    """

    user_id: str
    name: str

    @property
    def terms(self) -> list[str]:
        """The id and the name, if they have several words; the longest first."""
        terms = {term for term in (self.user_id, self.name) if len(_WORDS.findall(term)) > 1}
        return sorted(terms, key=len, reverse=True)

    def are_in(self, text: str) -> bool:
        """Return whether a text has the id or the name, in any case."""
        return any(_pattern(term).search(text) for term in self.terms)

    def replaced(self, text: str, pseudonym: str) -> str:
        """Return a text with the pseudonym where it has the id or the name."""
        for term in self.terms:
            text = _pattern(term).sub(pseudonym, text)
        return text


def _pattern(term: str) -> re.Pattern[str]:
    before, after = rf"(?<!{_WORD})(?<!\w\.)", rf"(?!{_WORD})(?!\.\w)"
    return re.compile(before + re.escape(term) + after, re.IGNORECASE)
