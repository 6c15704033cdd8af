"""Who may do what with accesses. Each rule returns nothing, or raises `Forbidden` or `NotFound`.

As in `permissions`: what somebody may not see is not there for them (`NotFound`).
"""

from collections.abc import Collection
from typing import Final

from user_manager.domain.caller import Caller
from user_manager.domain.errors import Forbidden, NotFound
from user_manager.domain.vocabulary import Scope

SHORTEST_BREAK_GLASS_COMMENT: Final = 10


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
    if not caller.is_privileged(Scope.READ, owns_module=owns_module):
        raise NotFound("The access was not found.")


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
    if not caller.is_privileged(owns_module=owns_module):
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
    if not caller.is_privileged(owns_module=owns_module):
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
    if not caller.is_privileged(owns_module=owns_module):
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
    if not caller.is_privileged(owns_module=owns_module):
        raise Forbidden("Only an OWNER of the module or an administrator can review this.")
    if person == subject:
        raise Forbidden("Nobody can review their own access.")


def sees_all_accesses(caller: Caller) -> bool:
    """Return whether the list of accesses has those of everybody."""
    return caller.is_privileged(Scope.READ)


def may_list_accesses(caller: Caller) -> None:
    """Check who lists accesses: everybody but service accounts without the scope for it.

    Raises:
        Forbidden: the caller may not.
    """
    if not sees_all_accesses(caller):
        caller.require_person()
