"""Which document a portal gets after a run on the cluster. Pure."""

from dataclasses import replace

from profiles_management import BrakeError, DocumentError, ProfilesError, Report
from profiles_management.kubeflow.planning import claims
from profiles_management.kubeflow.planning import frozen as frozen_profiles
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.origins import Origins
from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile.plan import Frozen, Plan
from profiles_management.sources import Gathered

PORTAL = "portal"
"""What statuses, results and metrics call it."""

_CLUSTER = "cluster"
_CLAIMED = (claims.CODE, frozen_profiles.CODE)
"""Codes of profiles that another source made than the one that defines them."""


def is_in_doubt(outcome: Report | ProfilesError) -> bool:
    """Return whether a run on the cluster says that a portal should not get the document either.

    The document itself may be wrong, or this unit may not write any more. A cluster that is away
    says nothing about the document.
    """
    if isinstance(outcome, Report):
        return bool(outcome.stopped or outcome.interrupted)
    return isinstance(outcome, (BrakeError, DocumentError, Interrupted))


def for_portal(gathered: Gathered, plan: Plan | None) -> ProfilesManagementRepresentation:
    """Return the document for a portal, with the sources because of which something stays there.

    A portal does not record which source gave what; the objects of the cluster do. So a source may
    define a profile in the portal only if it may in the cluster, and what a source gave that is not
    configured any more stays in both.

    Args:
        plan: of the cluster, which reports what is refused; None if the cluster could not be read.
    """
    origins = gathered.pmr.origins
    frozen = {reading.name: reading.problem.partition("\n")[0] for reading in gathered.frozen}
    if plan is None:
        left_out = _untrusted_profiles(origins)
        frozen[_CLUSTER] = "it could not be read, so absent sources are not known"
    else:
        left_out = {refused.where.profile for refused in plan.refused if refused.code in _CLAIMED}
        frozen |= {source.source: source.why for source in plan.frozen if _keeps(source)}
    pmr = gathered.pmr.without(left_out)
    pmr.origins = replace(origins, frozen=frozen, refused=())
    return pmr


def _untrusted_profiles(origins: Origins) -> set[str]:
    """Return the profiles that untrusted sources define; they may have been made by another."""
    return {name for name, source in origins.profiles.items() if source in origins.untrusted}


def _keeps(source: Frozen) -> bool:
    return bool(source.profiles or source.contributors)
