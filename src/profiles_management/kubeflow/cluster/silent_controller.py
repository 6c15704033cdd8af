"""A profile controller that made no profile ready in a whole run. Pure."""

from collections.abc import Collection, Iterator

from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import Condition


def problems(
    awaited: Collection[Condition], left: Collection[Condition], seconds: float
) -> Iterator[Problem]:
    """Yield a warning where a run waited for profiles and the controller made none of them ready.

    Args:
        awaited: every condition that the run waited for.
        left: those of them that do not hold.
        seconds: how long the run took.
    """
    profiles = {condition for condition in awaited if condition.state is State.BOUND}
    if not profiles or not profiles <= set(left):
        return
    waiting = count(len(profiles), "profile waits", "profiles wait")
    yield Problem(
        code="controller-silent",
        what=f"{waiting} for the profile controller, which finished none in {seconds:.0f} s",
        where=Where(),
        remedy="Check that the profile controller runs: "
        "kubectl get deployments --all-namespaces | grep profiles.",
        names_nobody=True,
    )
