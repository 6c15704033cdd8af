"""Characters that look like those of YAML: no-break spaces, dashes, curly quotes, letters.

Unicode calls them confusables. They come from word processors, web pages and chats. YAML reads them
as text, so a document that looks right is refused elsewhere, or has another meaning.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from profiles_management.pmr.model import Finding

SPACES: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
NOTHINGS: Final = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a"
    "\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
BULLETS: Final = "\u00b7\u2022\u2023\u2043\u2219\u25aa\u25cf\u25e6"
COLONS: Final = "\u02d0\u02f8\u2236\ua789\ufe13\ufe55\uff1a"
COMMAS: Final = "\u060c\u3001\ufe50\uff0c"
_DOTS: Final = "\u3002\ua4f8\uff61"
_SLASHES: Final = "\u2044\u2215\u29f8"
_DOUBLE_QUOTES: Final = "\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033\uff02"
_SINGLE_QUOTES: Final = "\u00b4\u2018\u2019\u201a\u201b\u2032\uff07"
QUOTES: Final = _DOUBLE_QUOTES + _SINGLE_QUOTES
_LETTERS: Final = {
    # Cyrillic
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425": "ABESIJKMHOPCTYX",
    "\u0430\u0435\u0456\u0458\u043e\u0440\u0441\u0443\u0445\u0455\u0501\u051b\u051d\u04bb": "aeijopcyxsdqwh",
    # Greek
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7": "ABEZHIKMNOPTYX",
    "\u03b1\u03bd\u03bf\u03c1\u03c5\u03c7\u03b9\u03ba": "avopuxik",
    # Armenian, and the dotless i
    "\u0585\u0578\u057d\u0570\u0581\u0566\u0131": "onuhgqi",
}
_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys(SPACES, " "),
        **dict.fromkeys(NOTHINGS, ""),
        **dict.fromkeys(DASHES, "-"),
        **dict.fromkeys(COLONS, ":"),
        **dict.fromkeys(COMMAS, ","),
        **dict.fromkeys(_DOTS, "."),
        **dict.fromkeys(_SLASHES, "/"),
        **dict.fromkeys(_DOUBLE_QUOTES, '"'),
        **dict.fromkeys(_SINGLE_QUOTES, "'"),
        **dict(zip("".join(_LETTERS), "".join(_LETTERS.values()), strict=True)),
    }
)


def code_point(mark: str) -> str:
    """Return the number and the Unicode name of a character, such as `U+2013 EN DASH`."""
    return f"U+{ord(mark):04X} {unicodedata.name(mark, '')}".rstrip()


def described(mark: str) -> str:
    """Return a character with its code point; only the code point if it is invisible."""
    is_seen = mark.isprintable() and not mark.isspace() and mark not in NOTHINGS
    return f"{mark} ({code_point(mark)})" if is_seen else code_point(mark)


def plain(text: str) -> str:
    """Return the ASCII text that a text with confusables was meant to be; other texts unchanged."""
    if text.isascii():
        return text
    meant = unicodedata.normalize("NFKC", text.translate(_ASCII))
    if not meant.isascii():
        meant = "".join(str(unicodedata.decimal(mark, mark)) for mark in meant)
    return meant if meant.isascii() else text


def explained(finding: Finding, text: str) -> Finding:
    """Return a finding about a text with the confusable character in it, if there is one."""
    if plain(text) == text:
        return finding
    strange = next(mark for mark in text if not mark.isascii())
    return finding._replace(what=f"{finding.what}; it contains {described(strange)}")
