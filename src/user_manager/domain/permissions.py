"""Who may do what. Each rule returns nothing, or raises `Forbidden` or `NotFound`.

What somebody may not see is not there for them (`NotFound`); what they see and may not do is
`Forbidden`. Facts that need a query, such as `owns_module`, are about `Caller.person`.
"""

from collections.abc import Collection
from typing import Final

from user_manager.domain.caller import Caller
from user_manager.domain.errors import Exists, Forbidden, NotFound
from user_manager.domain.vocabulary import ModuleKind, Scope

SHORTEST_BREAK_GLASS_COMMENT: Final = 10


def _is_privileged(caller: Caller, *scopes: Scope, owns_module: bool = False) -> bool:
    """Return whether the caller is an administrator or an OWNER, or has one of the scopes."""
    return any((caller.is_administrator, owns_module, *map(caller.has, scopes)))


# accesses


def may_see_access(caller: Caller, *, subject: str, requested_by: str, owns_module: bool) -> None:
    """Check who sees an access: those whom it concerns, administrators and the scope `read`.

    Args:
        caller: who calls.
        subject: the id of the user who gets the access.
        requested_by: the id of the person who asked for it.
        owns_module: whether the caller is an OWNER of the module.

    Raises:
        NotFound: the caller may not see it.
    """
    if caller.person in {subject, requested_by}:
        return
    if not _is_privileged(caller, Scope.READ, owns_module=owns_module):
        raise NotFound("There is no such access.")


def may_see_access_events(
    caller: Caller, *, subject: str, requested_by: str, owns_module: bool
) -> None:
    """Check who sees the events of an access: who sees the access, and the scope `audit`.

    Raises:
        NotFound: the caller may not see them.
    """
    if not caller.has(Scope.AUDIT):
        may_see_access(caller, subject=subject, requested_by=requested_by, owns_module=owns_module)


def may_request_for(caller: Caller, *, subject: str, owns_module: bool) -> None:
    """Check who asks for an access: people for themselves, OWNERs and administrators for others.

    Raises:
        Forbidden: the caller may not.
    """
    if caller.require_person() == subject:
        return
    if not _is_privileged(caller, owns_module=owns_module):
        raise Forbidden("Only an OWNER of the module or an administrator can ask for others.")


def may_decide(
    caller: Caller,
    *,
    subject: str,
    requested_by: str,
    owns_module: bool,
    break_glass: bool,
    four_eyes: bool,
    comment: str,
) -> None:
    """Check who decides a request.

    Args:
        caller: who calls.
        subject: the id of the user who gets the access. Nobody decides their own request.
        requested_by: the id of the person who asked for it.
        owns_module: whether the caller is an OWNER of the module.
        break_glass: the setting: administrators may decide their own requests with a comment.
        four_eyes: the setting: who asked for somebody else does not decide it either.
        comment: the comment of the decision.

    Raises:
        Forbidden: the caller may not.
    """
    person = caller.require_person()
    if not _is_privileged(caller, owns_module=owns_module):
        raise Forbidden("Only an OWNER of the module or an administrator can decide this.")
    if person == subject:
        _may_break_glass(caller, break_glass=break_glass, comment=comment)
    elif four_eyes and person == requested_by:
        raise Forbidden("Somebody other than the person who asked has to decide this.")


def may_decide_as_deputy(
    *, deputy: str, absent: Collection[str], subject: str, requested_by: str, four_eyes: bool
) -> bool:
    """Return whether a deputy may decide a request which an absent OWNER may decide.

    What nobody decides for themselves, their deputy does not decide for them.

    Args:
        deputy: the id of the person who decides.
        absent: the ids of everybody whose deputy this person is.
        subject: the id of the user who gets the access.
        requested_by: the id of the person who asked for it.
        four_eyes: the setting, see `may_decide`.
    """
    concerned = {deputy, *absent}
    if subject in concerned:
        return False
    return not (four_eyes and requested_by in concerned)


def is_break_glass(caller: Caller, *, subject: str) -> bool:
    """Return whether a decision that `may_decide` allowed is one about the caller's own access."""
    return caller.person == subject


def _may_break_glass(caller: Caller, *, break_glass: bool, comment: str) -> None:
    if not caller.is_administrator or not break_glass:
        raise Forbidden("Nobody can decide their own request.")
    if len(comment.strip()) < SHORTEST_BREAK_GLASS_COMMENT:
        raise Forbidden(
            "To decide your own request, add a comment of at least {count} characters.",
            count=SHORTEST_BREAK_GLASS_COMMENT,
        )


def may_revoke(
    caller: Caller, *, subject: str, requested_by: str, owns_module: bool, is_pending: bool
) -> None:
    """Check who takes an access away, or withdraws a request, which who asked may do too.

    Raises:
        Forbidden: the caller may not.
    """
    if caller.person == subject:
        return
    if is_pending and caller.person == requested_by:
        return
    if not _is_privileged(caller, owns_module=owns_module):
        raise Forbidden(
            "Only the user, an OWNER of the module or an administrator can take this away."
        )


def may_review(caller: Caller, *, subject: str, owns_module: bool) -> None:
    """Check who confirms that an access is still needed: who decides, never about themselves.

    Args:
        caller: who calls.
        subject: the id of the user who has the access.
        owns_module: whether the caller is an OWNER of the module.

    Raises:
        Forbidden: the caller may not.
    """
    person = caller.require_person()
    if not _is_privileged(caller, owns_module=owns_module):
        raise Forbidden("Only an OWNER of the module or an administrator can review this.")
    if person == subject:
        raise Forbidden("Nobody can review their own access.")


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
        raise NotFound("There is no such user.")


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
    return caller.person == subject or _is_privileged(caller, Scope.READ)


def sees_all_users(caller: Caller) -> bool:
    """Return whether the list of users has all of them; else it has the caller alone."""
    return _is_privileged(caller, Scope.READ, Scope.USERS)


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
    if not _is_privileged(caller, Scope.USERS):
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
    if _is_privileged(caller, owns_module=owns_module):
        return
    if has_create_role and kind is ModuleKind.PROFILE:
        raise Exists("A profile has this name. Choose another id.", module)
    raise Forbidden("Only an OWNER of the module or an administrator can change it.")


def may_list_module_accesses(caller: Caller, *, owns_module: bool) -> None:
    """Check who sees everybody with access to a module.

    Raises:
        Forbidden: the caller may not.
    """
    if not _is_privileged(caller, Scope.READ, owns_module=owns_module):
        raise Forbidden("Only an OWNER of the module or an administrator can see this.")


# everything


def sees_all_accesses(caller: Caller) -> bool:
    """Return whether the list of accesses has those of everybody."""
    return _is_privileged(caller, Scope.READ)


def may_list_accesses(caller: Caller) -> None:
    """Check who lists accesses: everybody but service accounts without the scope for it.

    Raises:
        Forbidden: the caller may not.
    """
    if not sees_all_accesses(caller):
        caller.require_person()


def may_see_events(caller: Caller) -> None:
    """Check who lists the events of everything: administrators and the scope `audit`.

    Raises:
        Forbidden: the caller may not.
    """
    if not _is_privileged(caller, Scope.AUDIT):
        raise Forbidden("Only an administrator, or the scope audit, can list all events.")


def may_speak_for_cluster(caller: Caller) -> None:
    """Check who reads the document for the cluster and sends its answer: the scope `cluster`.

    Raises:
        Forbidden: the caller may not.
    """
    if not caller.has(Scope.CLUSTER):
        raise Forbidden("This needs a service account with the scope cluster.")
