"""What a research portal takes: lengths of texts, limits and uuids. Pure.

Source: the portal's own checks, seen on Waldur 7.0.7.
"""

import re
from decimal import Decimal
from typing import Final

LONGEST_PROJECT_NAME: Final = 500
LONGEST_DESCRIPTION: Final = 2000
LONGEST_ALLOCATION_NAME: Final = 150
_LIMITS_END: Final = 2**63
_UUID: Final = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def is_limit(value: float | Decimal) -> bool:
    """Return whether a number is a limit that the portal can have: a 64-bit integer holds it."""
    return 0 <= value < _LIMITS_END


def uuid(text: str) -> str:
    """Return a uuid as the portal writes it: 32 hexadecimal digits in small letters.

    Args:
        text: with or without dashes.

    Raises:
        ValueError: it is not a uuid.
    """
    if not is_uuid(text):
        raise ValueError(f"{text!r} is not a uuid")
    return text.replace("-", "").lower()


def is_uuid(text: str) -> bool:
    """Return whether a text is a uuid, with dashes or without."""
    return _UUID.fullmatch(text) is not None
