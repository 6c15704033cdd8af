"""Tokens of service accounts."""

import hashlib
import secrets
from collections.abc import Iterable

from user_manager.domain.call import Call
from user_manager.domain.errors import Exists, NotFound
from user_manager.domain.identifiers import check_module_id
from user_manager.domain.permissions import may_administer
from user_manager.domain.vocabulary import EventKind, Scope
from user_manager.models import Token
from user_manager.services.transaction import recording

PREFIX = "um_"


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create_token(call: Call, name: str, scopes: Iterable[Scope]) -> str:
    """Create a service account, and return its token, which is not stored.

    Raises:
        Invalid: the name is not a DNS-1123 label.
        Forbidden: the caller is not an administrator.
        Exists: the name is used.
    """
    check_module_id(name, "name")
    may_administer(call.caller)
    token = PREFIX + secrets.token_urlsafe(32)
    with recording(call) as recorder:
        if Token.objects.filter(name=name).exists():
            raise Exists(f"A token with the name {name} exists.", name)
        row = Token(name=name, digest=digest_of(token), scopes=sorted(scopes), created_at=call.now)
        row.save(force_insert=True)
        recorder.record(EventKind.TOKEN_CREATED, detail={"name": name, "scopes": sorted(scopes)})
    return token


def revoke_token(call: Call, name: str) -> None:
    """Revoke a token. It does not work from then on.

    Raises:
        Forbidden: the caller is not an administrator.
        NotFound: there is no such token.
    """
    may_administer(call.caller)
    with recording(call) as recorder:
        token = Token.objects.select_for_update().filter(name=name).first()
        if token is None:
            raise NotFound(f"There is no token {name}.")
        if token.revoked_at is None:
            token.revoked_at = call.now
            token.save(update_fields=["revoked_at"])
            recorder.record(EventKind.TOKEN_REVOKED, detail={"name": name})
