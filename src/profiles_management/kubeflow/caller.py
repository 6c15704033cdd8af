"""Which ServiceAccount an API server takes us for, as far as our own requests say. Pure.

The token of a ServiceAccount is a JSON Web Token whose subject names it. Nothing is verified: the API server does that.
Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
"""

import base64
import binascii
import json
from collections.abc import Mapping

_ACCOUNT = "system:serviceaccount:"
_LONGEST = 64 * 1024  # characters of a token, many times what one has


def own_namespace(headers: Mapping[str, str]) -> str:
    """Return the namespace of the ServiceAccount that sends a request, '' where it is nobody that we know to be one.

    Args:
        headers: those of the request; names in any letter case.
    """
    user = headers.get("Impersonate-User") or _subject(headers.get("Authorization", ""))
    if not user.startswith(_ACCOUNT):
        return ""
    return user.removeprefix(_ACCOUNT).partition(":")[0]


def _subject(authorization: str) -> str:
    """Return the subject of a JSON Web Token, '' for credentials of another kind."""
    scheme, _, token = authorization.partition(" ")
    parts = token.split(".") if len(token) <= _LONGEST else []
    if scheme.lower() != "bearer" or len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else ""
