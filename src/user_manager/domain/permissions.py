"""Who may do what. Each rule returns nothing, or raises `Forbidden` or `NotFound`.

What somebody may not see is not there for them (`NotFound`); what they see and may not do is
`Forbidden`. Facts that need a query, such as `owns_module`, are about `Caller.person`.
"""

from user_manager.domain.caller import Caller
from user_manager.domain.errors import Exists, Forbidden, NotFound
from user_manager.domain.vocabulary import ModuleKind, Scope

# users


def may_see_user(caller: Caller, *, subject: str, owns_module_of_user: bool) -> None:
    """Check who knows that a user exists.

    Args:
        caller: who calls.
        subject: the id of the user.
        owns_module_of_user: whether the caller is an OWNER of a module in which the user has or
            asks for an access.

    Raises:
        NotFound: the caller may not know.
    """
    if not any((caller.person == subject, sees_all_users(caller), owns_module_of_user)):
        raise NotFound("The user was not found.")


def may_read_user(caller: Caller, *, subject: str, owns_module_of_user: bool) -> None:
    """Check who reads a user with roles and accesses; see `sees_whole_user` for how much.

    Raises:
        NotFound: the caller may not know that the user exists.
        Forbidden: the caller manages users and has no right to read their accesses.
    """
    may_see_user(caller, subject=subject, owns_module_of_user=owns_module_of_user)
    if not any((sees_whole_user(caller, subject=subject), owns_module_of_user)):
        raise Forbidden("To read a user, the service account needs the scope read.")


def sees_whole_user(caller: Caller, *, subject: str) -> bool:
    """Return whether the caller sees the roles of a user, and accesses to all modules."""
    return caller.person == subject or caller.is_privileged(Scope.READ)


def sees_all_users(caller: Caller) -> bool:
    """Return whether the list of users has all of them; else it has the caller alone."""
    return caller.is_privileged(Scope.READ, Scope.USERS)


def may_list_users(caller: Caller) -> None:
    """Check who lists users: everybody but service accounts without a scope for it.

    Raises:
        Forbidden: the caller may not.
    """
    if not sees_all_users(caller):
        caller.require_person()


def may_manage_users(caller: Caller) -> None:
    """Check who creates, renames and deactivates users, and changes their roles.

    Raises:
        Forbidden: the caller may not.
    """
    if not caller.is_privileged(Scope.USERS):
        raise Forbidden("Only an administrator, or the scope users, can manage users.")


def may_arrange_absence(caller: Caller, *, subject: str) -> None:
    """Check who reads, names and removes the deputy of a user: the user and administrators.

    Raises:
        Forbidden: the caller may not.
    """
    if not (caller.person == subject or caller.is_administrator):
        raise Forbidden("Only the user or an administrator can do this.")


def may_administer(caller: Caller) -> None:
    """Check who has an administrator's rights, such as to force or to manage service accounts.

    Raises:
        Forbidden: the caller has not.
    """
    if not caller.is_administrator:
        raise Forbidden("Only an administrator can do this.")


# modules


def may_create_module(caller: Caller, *, has_create_role: bool) -> None:
    """Check who registers an external module: the role CREATE_EXT_DATAMODULE, administrators.

    Args:
        caller: who calls.
        has_create_role: whether the person has this role.

    Raises:
        Forbidden: the caller may not.
    """
    if not any((caller.is_administrator, has_create_role)):
        raise Forbidden("Only the role CREATE_EXT_DATAMODULE can register a module.")


def may_change_module(
    caller: Caller, *, module: str, kind: ModuleKind, owns_module: bool, has_create_role: bool
) -> None:
    """Check who changes a module: its OWNERs and administrators.

    Args:
        caller: who calls.
        module: the id of the module.
        kind: its kind.
        owns_module: whether the caller is an OWNER of it.
        has_create_role: whether the person may register modules; they learn that the id is taken
            by a profile.

    Raises:
        Exists: the caller could register a module with another id.
        Forbidden: the caller may not.
    """
    if caller.is_privileged(owns_module=owns_module):
        return
    if has_create_role and kind is ModuleKind.PROFILE:
        raise Exists("A profile has this name. Choose another id.", module)
    raise Forbidden("Only an OWNER of the module or an administrator can change it.")


def may_list_module_accesses(caller: Caller, *, owns_module: bool) -> None:
    """Check who sees everybody with access to a module.

    Raises:
        Forbidden: the caller may not.
    """
    if not caller.is_privileged(Scope.READ, owns_module=owns_module):
        raise Forbidden("Only an OWNER of the module or an administrator can see this.")


# everything


def may_see_events(caller: Caller) -> None:
    """Check who lists the events of everything: administrators and the scope `audit`.

    Raises:
        Forbidden: the caller may not.
    """
    if not caller.is_privileged(Scope.AUDIT):
        raise Forbidden("Only an administrator, or the scope audit, can list all events.")


def may_speak_for_cluster(caller: Caller) -> None:
    """Check who reads the document for the cluster and sends its answer: the scope `cluster`.

    Raises:
        Forbidden: the caller may not.
    """
    if not caller.has(Scope.CLUSTER):
        raise Forbidden("This needs a service account with the scope cluster.")
