"""A person with a JWT."""

import logging
from dataclasses import dataclass
from datetime import datetime

import jwt

from user_manager.configuration import Configuration
from user_manager.domain.errors import Invalid, Unauthenticated
from user_manager.domain.identifiers import check_user_id, check_user_name
from user_manager.identity.key_set import KeySet

_LEEWAY = 30  # seconds
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """A verified person. `name` is a guess where nothing names them."""

    user_id: str
    name: str


def person_of_token(
    token: str, keys: KeySet, configuration: Configuration, now: datetime
) -> Person:
    """Return the person whom a JWT names.

    Raises:
        Unauthenticated: signature, algorithm, issuer, audience, time or claim do not fit.
        Unavailable: the keys cannot be read.
    """
    claims = _claims(token, keys, configuration, now)
    user_id = claims.get(configuration.jwt_user_claim)
    if not isinstance(user_id, str):
        raise Unauthenticated("The token has no claim {claim}.", claim=configuration.jwt_user_claim)
    try:
        return Person(check_user_id(user_id), _name(claims.get("name"), user_id))
    except Invalid as error:
        raise Unauthenticated(
            "The token names no valid user: {problem}",
            problem=error.detail,
        ) from None


def _claims(
    token: str, keys: KeySet, configuration: Configuration, now: datetime
) -> dict[str, object]:
    """Return the claims of a token whose signature and times are right.

    The algorithm is the key's: what the token itself says is compared with it. Why a token is
    refused is in the log only, as the name of the error: the message may quote the token.
    """
    try:
        key = keys.key(_key_id(token), now)
        if key is None:
            raise jwt.InvalidKeyError
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=configuration.jwt_issuer,
            audience=configuration.jwt_audience,
            leeway=_LEEWAY,
            options={"require": ["exp", "iss", "aud"]},
        )
    except (jwt.PyJWTError, ValueError) as error:
        _log.info("JWT refused: %s", type(error).__name__)
        raise Unauthenticated("The token is not valid.") from None


def _key_id(token: str) -> str | None:
    key_id = jwt.get_unverified_header(token).get("kid")
    return key_id if isinstance(key_id, str) else None


def _name(name: object, user_id: str) -> str:
    if not isinstance(name, str):
        return user_id
    try:
        return check_user_name(name)
    except Invalid:
        return user_id
