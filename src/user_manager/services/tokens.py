"""Tokens of service accounts."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from user_manager.domain.call import Call
from user_manager.domain.errors import Exists, Invalid, NotFound
from user_manager.domain.identifiers import check_module_id
from user_manager.domain.permissions import may_administer
from user_manager.domain.vocabulary import EventKind, Scope
from user_manager.models import Token
from user_manager.services.transaction import recording

PREFIX = "um_"


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create_token(
    call: Call, name: str, scopes: Iterable[Scope], expires_at: datetime | None = None
) -> str:
    """Create a service account, and return its token, which is not stored.

    Args:
        expires_at: from when it does not work; None for no end.

    Raises:
        Invalid: the name is not a DNS-1123 label, there is no scope, or the end is past.
        Forbidden: the caller is not an administrator.
        Exists: the name is used.
    """
    may_administer(call.caller)
    check_module_id(name, "name")
    names = sorted({scope.value for scope in scopes})
    if not names:
        raise Invalid.at("scopes", "a token needs at least one scope")
    if expires_at is not None and expires_at <= call.now:
        raise Invalid.at("until", "is in the past")
    token = PREFIX + secrets.token_urlsafe(32)
    row = Token(
        name=name,
        digest=digest_of(token),
        scopes=names,
        created_at=call.now,
        expires_at=expires_at,
    )
    with recording(call) as recorder:
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Exists("A token with the name {token} exists.", name, token=name) from None
        recorder.record(EventKind.TOKEN_CREATED, detail={"name": name, "scopes": names})
    return token


def revoke_token(call: Call, name: str) -> None:
    """Revoke a token. It does not work from then on.

    Raises:
        Forbidden: the caller is not an administrator.
        NotFound: the token does not exist.
    """
    may_administer(call.caller)
    with recording(call) as recorder:
        token = Token.objects.select_for_update().filter(name=name).first()
        if token is None:
            raise NotFound("The token was not found.")
        if token.revoked_at is None:
            token.revoked_at = call.now
            token.save(update_fields=["revoked_at"])
            recorder.record(EventKind.TOKEN_REVOKED, detail={"name": name})
