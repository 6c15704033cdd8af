"""Names of contributors' objects in a cluster; two people of one profile never share one.

Source: kubeflow/dashboard, access-management/kfam/bindings.go (getBindingName).
"""

import hashlib
import re
from functools import lru_cache
from typing import Final

LONGEST: Final = 253
DIGITS: Final = 20
_OTHER: Final = re.compile("[^a-z0-9]+")
_CERTAIN: Final = 190  # characters of the name of a person that are always kept


@lru_cache(maxsize=1 << 17)
def plain(text: str) -> str:
    """Return a text in KFAM's form: lower case, a hyphen for each run of other characters."""
    # KFAM lower-cases first, then replaces each run of [^a-zA-Z0-9], so a letter that lower-cases
    # into ASCII survives. Go lowers letter by letter, which for İ alone differs from Python: i, and
    # no dot after it.
    return _OTHER.sub("-", text.replace("İ", "i").lower())


def kfam(kind: str, name: str, role: str) -> str:
    """Return the name that KFAM gives a contributor's RoleBinding and AuthorizationPolicy.

    >>> kfam("User", "a.b@x.com", "edit")
    'user-a-b-x-com-clusterrole-edit'
    """
    return "-".join(filter(None, (kind.lower(), plain(name).strip("-"), "clusterrole", role)))


def hashed(kind: str, name: str, role: str, *, number: int = 0, digits: int = DIGITS) -> str:
    """Return our name if KFAM's is taken, shared or too long: KFAM's with a hash of the person.

    Args:
        number: counts the names of one person and role, for where another object has the first.
        digits: how many hexadecimal digits of the hash.

    >>> hashed("User", "a.b@x.com", "edit")
    'user-a-b-x-com-clusterrole-edit-ca2797ca5bb3b443d7f2'
    """
    counted = f"/{number}" if number else ""
    end = f"-clusterrole-{role}-{digest(f'{kind}/{name}/{role}{counted}')[:digits]}"
    stem = "-".join(filter(None, (kind.lower(), plain(name).strip("-"))))
    return stem[: LONGEST - len(end)].rstrip("-") + end


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def likeness(kind: str, name: str) -> tuple[str, str]:
    """Return a key that is equal for people whose objects could have the same name."""
    return kind, plain(name)[:_CERTAIN].strip("-")
