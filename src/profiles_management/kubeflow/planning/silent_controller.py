"""A profile controller that made no profile ready in a whole run. Pure."""

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import count


def problem(profiles: int, seconds: float) -> Problem:
    """Return the warning for a controller that nothing was seen of.

    Args:
        profiles: how many wait for it.
        seconds: how long the run waited.
    """
    waiting = count(profiles, "profile waits", "profiles wait")
    return Problem(
        code="controller-silent",
        what=f"{waiting} for the profile controller, which made none ready in {seconds:.0f} s",
        where=Where(),
        remedy="Check that the profile controller runs: kubectl get deployments --all-namespaces | grep profiles.",
    )
