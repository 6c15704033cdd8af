"""Creating, renaming and deactivating people, and their roles."""

from django.db import IntegrityError, transaction

from user_manager.domain.call import Call
from user_manager.domain.errors import Exists, Forbidden, NotFound, Precondition
from user_manager.domain.identifiers import check_user_id, check_user_name, user_key
from user_manager.domain.permissions import may_administer, may_manage_users
from user_manager.domain.vocabulary import EventKind, Role
from user_manager.models import User, UserRole
from user_manager.selectors.visibility import can_see_user
from user_manager.services.absences import end_absences_with
from user_manager.services.ending import end_everything
from user_manager.services.expiry import write_end_of
from user_manager.services.locks import lock_user
from user_manager.services.transaction import Recorder, recording


def create_user(call: Call, user_id: str, name: str) -> tuple[User, bool]:
    """Create a user.

    A user whom the first sign-in created gets the name once.

    Returns:
        the user, and whether it is new.

    Raises:
        Forbidden: the caller does not manage users.
        Invalid: the id or the name does not fit.
        Exists: the id exists with another name, or differs from an existing one in case alone.
    """
    check_user_id(user_id, "id")
    check_user_name(name, "name")
    may_manage_users(call.caller)
    with recording(call) as recorder:
        existing = _with_key(user_id)
        if existing is None:
            try:
                return _insert(user_id, name, recorder), True
            except Exists:  # somebody else made the user at the same moment
                existing = _with_key(user_id)
        if existing is None:
            raise Exists("The user {user} exists.", user_id, user=user_id)
        return _existing(existing, user_id, name, recorder), False


def _with_key(user_id: str) -> User | None:
    """Return the user with this id in any spelling, locked."""
    return User.objects.select_for_update(no_key=True).filter(key=user_key(user_id)).first()


def contradiction(user: User, user_id: str, name: str) -> Exists | None:
    """Return why somebody cannot be created as a user who exists; None if nothing contradicts."""
    id_ = user.id
    if id_ != user_id:
        return Exists("The user {user} exists; ids must differ in more than case.", id_, user=id_)
    if user.name != name and not user.signed_in:
        return Exists("The user {user} exists with another name.", id_, user=id_)
    return None


def _existing(user: User, user_id: str, name: str, recorder: Recorder) -> User:
    error = contradiction(user, user_id, name)
    if error is not None:
        raise error
    if user.signed_in:
        user.signed_in = False
        _rename(user, name, recorder)
    return user


def _insert(user_id: str, name: str, recorder: Recorder, *, signed_in: bool = False) -> User:
    user = User(
        id=user_id,
        key=user_key(user_id),
        name=name,
        signed_in=signed_in,
        created_at=recorder.call.now,
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Exists("The user {user} exists.", user_id, user=user_id) from None
    recorder.record(EventKind.USER_CREATED, user=user_id)
    return user


def sign_in(call: Call, user_id: str, name: str) -> User:
    """Return the user of a verified identity. The first sign-in creates it, without roles.

    Raises:
        Forbidden: the id differs from an existing one in case alone.
    """
    user = User.objects.filter(id=user_id).first()
    if user is not None:
        return user
    with recording(call) as recorder:
        try:
            return _insert(user_id, name, recorder, signed_in=True)
        except Exists:
            pass
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise Forbidden("Another user has this id in another spelling.")
    return user


def change_user(
    call: Call,
    user_id: str,
    *,
    name: str | None = None,
    active: bool | None = None,
    force: bool = False,
) -> User:
    """Rename, deactivate or activate a user. None changes nothing.

    Deactivating revokes all accesses and withdraws all requests.

    Args:
        force: deactivate the last OWNER of an external module too.

    Raises:
        Forbidden: the caller does not manage users, or forces and is no administrator.
        Invalid: the name does not fit.
        NotFound: the user does not exist.
        Precondition: the user is the last OWNER of modules, and `force` is not given.
    """
    if name is not None:
        check_user_name(name, "name")
    write_end_of(call, user_id)
    with recording(call) as recorder:
        user = _managed_user(call, user_id)
        if force:
            may_administer(call.caller)
        if name is not None and name != user.name:
            user.signed_in = False
            _rename(user, name, recorder)
        if active is not None and active != user.active:
            _set_active(user, recorder, active=active, force=force)
        return user


def _managed_user(call: Call, user_id: str) -> User:
    """Return a user whom the caller manages, locked.

    Raises:
        NotFound: the user does not exist, or the caller may not know of the user.
        Forbidden: the caller does not manage users.
    """
    user = lock_user(user_id)
    if not can_see_user(call, user_id):
        raise NotFound("The user {user} was not found.", user=user_id)
    may_manage_users(call.caller)
    return user


def _rename(user: User, name: str, recorder: Recorder) -> None:
    is_new = user.name != name
    user.name = name
    user.save(update_fields=["name", "signed_in"])
    if is_new:
        recorder.record(EventKind.USER_RENAMED, user=user.id)


def _set_active(user: User, recorder: Recorder, *, active: bool, force: bool) -> None:
    if not active:
        end_everything(user, recorder, force=force)
        end_absences_with(user, recorder)
    user.active = active
    user.save(update_fields=["active"])
    kind = EventKind.USER_ACTIVATED if active else EventKind.USER_DEACTIVATED
    recorder.record(kind, user=user.id)


def add_role(call: Call, user_id: str, role: Role) -> User:
    """Give a user a role; nothing changes if they have it.

    Raises:
        Forbidden: the caller does not manage users.
        NotFound: the user does not exist.
        Precondition: the user is deactivated.
    """
    with recording(call) as recorder:
        user = _managed_user(call, user_id)
        if not user.active:
            raise Precondition(
                "The user {user} is deactivated. Activate the user first.",
                user=user.id,
            )
        _, is_new = UserRole.objects.get_or_create(user=user, role=role)
        if is_new:
            recorder.record(EventKind.ROLE_ADDED, user=user.id, detail={"role": role.name})
        return user


def remove_role(call: Call, user_id: str, role: Role) -> User:
    """Take a role from a user; nothing changes if they do not have it.

    Raises:
        Forbidden: the caller does not manage users.
        NotFound: the user does not exist.
    """
    with recording(call) as recorder:
        user = _managed_user(call, user_id)
        removed, _ = UserRole.objects.filter(user=user, role=role).delete()
        if removed:
            recorder.record(EventKind.ROLE_REMOVED, user=user.id, detail={"role": role.name})
        return user
