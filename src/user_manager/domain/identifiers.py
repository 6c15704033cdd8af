"""Ids, names and free texts: what is refused, and which ids of users count as the same."""

import re
import unicodedata
from typing import Final

from profiles_management.pmr.names import is_dns_label
from profiles_management.pmr.user_names import user_finding
from user_manager.domain.errors import Invalid

LONGEST_USER_ID: Final = 253
LONGEST_NAME: Final = 253
LONGEST_TEXT: Final = 2_000

_ACCESS_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UNUSABLE_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_IDS: Final = frozenset({".", ".."})
"""A client removes these from the path of a URL."""
_RESERVED_PREFIXES: Final = ("system:", "token:")
"""Names of parts of Kubernetes, and of service accounts in events of this service."""


def check_user_id(user_id: str, path: str = "id") -> str:
    """Return the id of a user: who they are to Kubernetes.

    Raises:
        Invalid: the id is empty, too long, not printable or reserved, or no contributor of a
            profile can have this name.
    """
    if not 1 <= len(user_id) <= LONGEST_USER_ID or not user_id.isprintable():
        raise Invalid.at(path, "must have 1 to {limit} printable characters", limit=LONGEST_USER_ID)
    if user_id in _NO_IDS:
        raise Invalid.at(path, "must not be . or ..")
    if user_id.casefold().startswith(_RESERVED_PREFIXES):
        raise Invalid.at(
            path, "must not begin with {prefixes}", prefixes=" or ".join(_RESERVED_PREFIXES)
        )
    if "*" in user_id:  # a policy of Istio takes it for a pattern at an end
        raise Invalid.at(path, "must not have *")
    finding = user_finding(user_id)
    if finding is not None:
        what = f"{finding.what}; {finding.remedy}"
        raise Invalid.at(path, what)
    return user_id


def user_key(user_id: str) -> str:
    """Return the key of a user's id, the same for all variants in case and in Unicode form.

    A key may be up to three times as long as the id.
    """
    return unicodedata.normalize("NFC", user_id).casefold()


def check_user_name(name: str, path: str = "name") -> str:
    """Return the name of a user, for people.

    Raises:
        Invalid: the name is empty, too long or not printable.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid.at(path, "must have 1 to {limit} printable characters", limit=LONGEST_NAME)
    return name


def check_title(title: str, path: str = "title") -> str:
    """Return a title, or another text of one line; it may be empty.

    Raises:
        Invalid: the text is too long or not printable.
    """
    if len(title) > LONGEST_NAME or not title.isprintable():
        raise Invalid.at(path, "must have at most {limit} printable characters", limit=LONGEST_NAME)
    return title


def check_module_id(module_id: str, path: str = "id") -> str:
    """Return the id of a module.

    Raises:
        Invalid: the id is not a DNS label of RFC 1123.
    """
    if not is_dns_label(module_id):
        raise Invalid.at(
            path,
            "must have 1 to 63 of the characters a-z, 0-9 and -, with a letter or digit at both"
            " ends",
        )
    return module_id


def check_access_id(access_id: str, path: str = "id") -> str:
    """Return the id of an access.

    Raises:
        Invalid: the id has other characters, or it is too long, `.` or `..`.
    """
    if access_id in _NO_IDS or _ACCESS_ID.fullmatch(access_id) is None:
        raise Invalid.at(
            path, "must have 1 to 64 of the characters A-Z, a-z, 0-9, ., _ and -, not only . or .."
        )
    return access_id


def check_text(text: str, limit: int = LONGEST_TEXT, path: str = "reason") -> str:
    r"""Return a free text of several lines; the line ends of HTML forms, `\r\n`, become `\n`.

    Args:
        text: the text; it may be empty.
        limit: the most characters.
        path: where the text is, for the error.

    Raises:
        Invalid: the text is too long, or has NUL, other control characters than line ends and
            tabs, or a lone surrogate.
    """
    text = text.replace("\r\n", "\n")
    if len(text) > limit:
        raise Invalid.at(
            path,
            "has {count:,} characters, at most {limit:,} are allowed",
            count=len(text),
            limit=limit,
        )
    if _UNUSABLE_IN_TEXT.search(text):
        raise Invalid.at(path, "must not contain control characters")
    return text
