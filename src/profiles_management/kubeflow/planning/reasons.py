"""The reason of a change for which several could be given. Pure."""

from collections.abc import Iterable

from profiles_management.kubeflow.objects.plan_terms import KubeflowReason
from profiles_management.reconcile.plan import Reason


def first_reason(
    reasons: Iterable[tuple[Reason | KubeflowReason, object]],
) -> Reason | KubeflowReason:
    """Return the first reason that applies, CHANGED where none does.

    Args:
        reasons: each with a value that is true where the reason applies.
    """
    for reason, applies in reasons:
        if applies:
            return reason
    return Reason.CHANGED
