"""The result of a run on one target: the cluster, or a portal. Pure."""

from dataclasses import dataclass

from profiles_management import ProfilesError, Report, StoppedError
from profiles_management.sources import applied_report


@dataclass(frozen=True, slots=True)
class TargetResult:
    """The result of a run on one target.

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
        """Why the target could not be read or reached; None if it was, and if the brake stopped."""
        if isinstance(self.outcome, (Report, StoppedError)):
            return None
        return self.outcome

    @property
    def is_good(self) -> bool:
        """Whether it came to its end with nothing refused and nothing failed."""
        return isinstance(self.outcome, Report) and self.outcome.exit_code != 1
