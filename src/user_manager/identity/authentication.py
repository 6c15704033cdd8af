"""From credentials to a caller."""

from datetime import datetime

from user_manager.configuration import Configuration
from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.domain.errors import Forbidden, Invalid, Unauthenticated
from user_manager.domain.identifiers import check_user_id
from user_manager.domain.vocabulary import Scope
from user_manager.identity.credentials import Credentials
from user_manager.models import Administrator, Token, User
from user_manager.services.tokens import PREFIX, digest_of
from user_manager.services.users import sign_in

ACTING_FOR = "x-acting-for"


def authenticate(credentials: Credentials, configuration: Configuration, now: datetime) -> Call:
    """Return the call of a verified caller.

    Raises:
        Unauthenticated: there is no valid identity.
        Forbidden: the person is deactivated, or the token may not act for somebody.
    """
    bearer = credentials.bearer
    if bearer is not None and bearer.startswith(PREFIX):
        caller = _service_account(bearer, credentials.headers.get(ACTING_FOR), now)
    else:
        caller = _person(_identity(credentials, configuration), configuration, now)
    return Call(caller, now, configuration.policy)


def _service_account(bearer: str, acting_for: str | None, now: datetime) -> Caller:
    token = Token.objects.filter(digest=digest_of(bearer), revoked_at__isnull=True).first()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        raise Unauthenticated("The token is not valid.")
    scopes = frozenset(Scope(name) for name in token.scopes)
    if acting_for is None:
        return Caller(token=token.name, scopes=scopes)
    if Scope.ACT_FOR not in scopes:
        raise Forbidden("The token has no scope act-for.")
    if not User.objects.filter(id=acting_for, active=True).exists():
        raise Forbidden("There is no such active user to act for.")
    return Caller(token=token.name, scopes=scopes, acting_for=acting_for)


def _identity(credentials: Credentials, configuration: Configuration) -> str:
    """Return the id of the person whom a trusted proxy names."""
    value = credentials.headers.get(configuration.identity_header.lower())
    if value is None:
        raise Unauthenticated("The request has no identity.")
    if not credentials.is_from_proxy(configuration):
        raise Unauthenticated("The identity header comes from an address that is not trusted.")
    if not value.startswith(configuration.identity_prefix):
        raise Unauthenticated("The identity header has not the prefix that is configured.")
    user_id = value.removeprefix(configuration.identity_prefix)
    try:
        return check_user_id(user_id)
    except Invalid as error:
        raise Unauthenticated(f"The identity is not valid: {error.detail}") from None


def _person(user_id: str, configuration: Configuration, now: datetime) -> Caller:
    is_administrator = user_id in configuration.administrators
    if not is_administrator:
        is_administrator = Administrator.objects.filter(user_id=user_id).exists()
    caller = Caller(user_id=user_id, is_administrator=is_administrator)
    user = sign_in(Call(caller, now, configuration.policy), user_id, user_id)
    if not user.active:
        raise Forbidden("This user is deactivated.")
    return caller
