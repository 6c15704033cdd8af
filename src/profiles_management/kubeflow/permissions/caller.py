"""Which ServiceAccount an API server takes us for, as far as our own requests say. Pure.

The token of a ServiceAccount is a JSON Web Token whose subject names it. Nothing is verified: the
API server does that. Source:
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
"""

import base64
import binascii
import json
from collections.abc import Mapping

SERVICE_ACCOUNT = "system:serviceaccount:"
"""What the name of a ServiceAccount as a user begins with; NAMESPACE:NAME follows."""

_LONGEST = 64 * 1024  # characters of a token, many times what one has


def own_namespace(headers: Mapping[str, str]) -> str:
    """Return the namespace of the ServiceAccount that sends a request, '' where it is nobody that we know to be one.

    Args:
        headers: those of the request; names in any letter case.
    """
    user = headers.get("Impersonate-User") or _sender(headers.get("Authorization", ""))
    if not user.startswith(SERVICE_ACCOUNT):
        return ""
    return user.removeprefix(SERVICE_ACCOUNT).partition(":")[0]


def _sender(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return subject(token) if scheme.lower() == "bearer" else ""


def subject(token: str) -> str:
    """Return the subject of a JSON Web Token, '' for a token of another kind."""
    parts = token.split(".") if len(token) <= _LONGEST else []
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    name = claims.get("sub") if isinstance(claims, dict) else None
    return name if isinstance(name, str) else ""
