"""The ServiceAccount that sends our requests, read from the requests themselves. Pure.

The token of a ServiceAccount is a JSON Web Token whose subject names it. Nothing is verified: the
API server does that. Source:
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
"""

import base64
import binascii
import json
from collections.abc import Mapping

SERVICE_ACCOUNT = "system:serviceaccount:"
"""The prefix of a ServiceAccount's name as a user; NAMESPACE:NAME follows."""

_LONGEST = 64 * 1024  # characters, many times the length of a token


def own_namespace(headers: Mapping[str, str]) -> str:
    """Return the namespace of the ServiceAccount that sends a request, '' for other senders.

    Args:
        headers: the headers of the request; names in any letter case.
    """
    user = headers.get("Impersonate-User") or _sender(headers.get("Authorization", ""))
    if not user.startswith(SERVICE_ACCOUNT):
        return ""
    return user.removeprefix(SERVICE_ACCOUNT).partition(":")[0]


def _sender(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return ""
    return subject(token)


def subject(token: str) -> str:
    """Return the subject of a JSON Web Token, '' for a token of another kind."""
    if len(token) > _LONGEST:
        return ""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    if isinstance(claims, dict) and isinstance(claims.get("sub"), str):
        return str(claims["sub"])
    return ""
