"""The brake: a plan that would take away too much of all access is not carried out unasked."""

from profiles_management.pmr.problems import BrakeError
from profiles_management.reconcile.plan import Access


def check(access: Access, *, share: float, minimum: int) -> None:
    """Stop a plan that takes away more than `share` of all pairs and more than `minimum` pairs.

    Args:
        access: what the plan takes away, in pairs of a person and a profile.
        share: from 0 to 1.
        minimum: a number of pairs; a plan that takes away no more is never stopped.

    Raises:
        BrakeError: too much would be taken away; nothing was written.
    """
    if access.lost > minimum and access.lost > share * access.before:
        raise BrakeError(_told(access), lost=access.lost, before=access.before)


def _told(access: Access) -> str:
    return (
        f"{access.lost:,} of {access.before:,} accesses, each of a person to a profile, would be taken away: "
        "the brake stopped this, and nothing was written. If it is meant, allow revocations for one run."
    )
