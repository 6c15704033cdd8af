"""From credentials to a call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from user_manager.configuration import Configuration
from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.domain.errors import Forbidden, Invalid, Unauthenticated
from user_manager.domain.identifiers import check_user_id
from user_manager.domain.vocabulary import Scope
from user_manager.identity.credentials import Credentials
from user_manager.identity.json_web_token import Person, person_of_token
from user_manager.identity.key_set import key_set
from user_manager.models import Token, User
from user_manager.services.tokens import PREFIX, digest_of
from user_manager.services.users import sign_in

_USE_IS_KEPT_EVERY = timedelta(minutes=10)  # a write for every read would be slow


@dataclass(frozen=True, slots=True)
class Identity:
    """The call of a verified caller.

    Attributes:
        is_from_header: whether only the identity header names the person. A browser sends what
            leads to this header by itself, so that unsafe requests need CSRF protection.
    """

    call: Call
    is_from_header: bool


def authenticate(credentials: Credentials, configuration: Configuration, now: datetime) -> Identity:
    """Return the verified caller of a request. The first sign-in of a person makes the user.

    Raises:
        Unauthenticated: there is no valid identity, or two that name different people.
        Forbidden: the person is deactivated, or the token may not act for somebody.
        Unavailable: the keys of JWTs cannot be read.
    """
    named = _person_of_header(credentials, configuration)
    bearer = credentials.bearer
    if bearer is not None and bearer.startswith(PREFIX):
        _refuse_two_people(named, credentials.acting_for, "x-acting-for")
        caller = _service_account(bearer, credentials.acting_for, now)
        return Identity(Call(caller, now, configuration.policy), is_from_header=False)
    signed = _person_of_jwt(bearer, configuration, now)
    person = named if signed is None else signed
    if person is None:
        raise Unauthenticated("The request has no identity.")
    _refuse_two_people(named, person.user_id, "token")
    if credentials.acting_for is not None:
        raise Forbidden("Only a service account with the scope act-for can act for somebody.")
    caller = _caller(person, configuration, now)
    return Identity(Call(caller, now, configuration.policy), is_from_header=signed is None)


def _refuse_two_people(named: Person | None, other: str | None, place: str) -> None:
    """Refuse a request in which the identity header and another place name different people."""
    if named is not None and other not in {None, named.user_id}:
        raise Unauthenticated("Identity header and {place} name different people.", place=place)


def _person_of_header(credentials: Credentials, configuration: Configuration) -> Person | None:
    """Return the person whom a trusted proxy names; None without its header."""
    value = credentials.identity_header(configuration)
    if value is None:
        return None
    prefix = configuration.identity_prefix
    if not value.startswith(prefix):
        raise Unauthenticated("The identity header does not begin with IDENTITY_PREFIX.")
    try:
        user_id = check_user_id(value.removeprefix(prefix))
    except Invalid as error:
        raise Unauthenticated(
            "The identity header names no valid user: {problem}",
            problem=error.detail,
        ) from None
    return Person(user_id, user_id)


def _person_of_jwt(token: str | None, configuration: Configuration, now: datetime) -> Person | None:
    """Return the person whom a JWT names; None without one, or where no keys are set."""
    if token is None or not configuration.jwt_keys:
        return None
    return person_of_token(token, key_set(configuration.jwt_keys), configuration, now)


def _service_account(bearer: str, acting_for: str | None, now: datetime) -> Caller:
    token = Token.objects.filter(digest=digest_of(bearer), revoked_at__isnull=True).first()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        raise Unauthenticated("The token is not valid.")
    _keep_use(token, now)
    scopes = frozenset(Scope(name) for name in token.scopes)
    if acting_for is None:
        return Caller(token=token.name, scopes=scopes)
    if Scope.ACT_FOR not in scopes:
        raise Forbidden("The token has no scope act-for.")
    if not _is_active(acting_for):
        raise Forbidden("There is no active user with the id in x-acting-for.")
    return Caller(token=token.name, scopes=scopes, acting_for=acting_for)


def _is_active(user_id: str) -> bool:
    """Return whether a user exists and is active. No id has what a database refuses."""
    try:
        check_user_id(user_id)
    except Invalid:
        return False
    return User.objects.filter(id=user_id, active=True).exists()


def _keep_use(token: Token, now: datetime) -> None:
    if token.last_used_at is None or now - token.last_used_at > _USE_IS_KEPT_EVERY:
        Token.objects.filter(name=token.name).update(last_used_at=now)


def _caller(person: Person, configuration: Configuration, now: datetime) -> Caller:
    """Return a person as a caller, with the rights of an administrator if they are one."""
    users = User.objects.filter(id=person.user_id)
    # every request runs this: a join, no order and no limit halve the time of a subquery's first()
    rows = users.values_list("active", "administrator")
    row: tuple[bool, str | None] | None = next(iter(rows), None)
    if row is None:
        newcomer = Call(Caller(user_id=person.user_id), now, configuration.policy)
        user = sign_in(newcomer, person.user_id, person.name)
        row = (user.active, None)
    is_active, administrator = row
    if not is_active:
        raise Forbidden("This user is deactivated.")
    is_listed = person.user_id in configuration.administrators
    return Caller(user_id=person.user_id, is_administrator=is_listed or administrator is not None)
