"""What became of the document in a portal, and what a portal has to leave as it is. Pure."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace

from profiles_management import BrakeError, DocumentError, ProfilesError, Report, StoppedError
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile.plan import Frozen
from profiles_management.sources import Gathered, applied_report

PORTAL = "portal"
"""What statuses, results and metrics call it."""

_CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class PortalRun:
    """The result of one run on a portal.

    Attributes:
        outcome: the report, or the error that ended the run.
    """

    outcome: Report | ProfilesError

    @property
    def report(self) -> Report | None:
        """What was applied, also if the brake stopped the rest; None if nothing was."""
        return applied_report(self.outcome)

    @property
    def error(self) -> ProfilesError | None:
        """Why the portal could not be read or reached; None if it was, and if the brake stopped."""
        if isinstance(self.outcome, (Report, StoppedError)):
            return None
        return self.outcome

    @property
    def is_good(self) -> bool:
        """Whether it came to its end with nothing refused and nothing failed."""
        return isinstance(self.outcome, Report) and self.outcome.exit_code != 1


def is_in_doubt(outcome: Report | ProfilesError) -> bool:
    """Return whether a run on the cluster says that a portal should not get the document either.

    The document itself may be wrong, or this unit may not write any more. A cluster that is away
    says nothing about the document.
    """
    if isinstance(outcome, Report):
        return bool(outcome.stopped or outcome.interrupted)
    return isinstance(outcome, (BrakeError, DocumentError, Interrupted))


def for_portal(
    gathered: Gathered, kept: Iterable[Frozen] | None
) -> ProfilesManagementRepresentation:
    """Return the document for a portal, with the sources because of which something stays there.

    A portal does not record which source gave what; the objects of the cluster do. So what a
    source gave that is not configured any more stays in the portal as long as in the cluster.

    Args:
        kept: what stays in the cluster; None if that is not known.
    """
    frozen = {reading.name: reading.problem.partition("\n")[0] for reading in gathered.frozen}
    if kept is None:
        frozen[_CLUSTER] = "it could not be read, so absent sources are not known"
    else:
        frozen |= {source.source: source.why for source in kept if _keeps(source)}
    pmr = copy(gathered.pmr)
    pmr.origins = replace(pmr.origins, frozen=frozen)
    return pmr


def _keeps(source: Frozen) -> bool:
    return bool(source.profiles or source.contributors)
