"""What a person confirms before a plan is applied: lost access, gateways, others' objects. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.kubeflow.state import adoption
from profiles_management.kubeflow.state.access_state import ROLES, weight
from profiles_management.reconcile.concerns import Concern, Confirmation
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Change,
    FieldKind,
    Plan,
    Reason,
)


class Kind(StrEnum):
    """What a concern is about; the value is what JSON has."""

    REVOCATION = "revocation"
    WEAKER_ROLE = "weaker-role"
    CLUSTER_ROLE = "cluster-role"
    OWNER = "owner"
    GATEWAYS = "gateways"
    POLICY = "policy"
    INSTANCE = "other-instance"
    ADOPTION = "adoption"


def concerns(plan: Plan) -> frozenset[Concern]:
    """Return everything in a plan that a person has to agree to, without access that expires."""
    concerns: set[Concern] = set()
    for problem in plan.warnings:
        if problem.code == adoption.CODE:
            concerns.add(Concern(Kind.ADOPTION, problem.where.profile))
    for change in plan.changes:
        if change.reason is not Reason.EXPIRED:
            concerns.update(_losses(change))
        concerns.update(_rewrites(change))
    return frozenset(concerns)


def _losses(change: Change) -> Iterator[Concern]:
    for move in change.moves:
        kind = _loss(move, change)
        if kind is not None:
            yield Concern(kind, change.profile, str(move.person))


def _loss(move: AccessMove, change: Change) -> Kind | None:
    """Return what a person loses by a move, None for nothing."""
    if move.before == OWNER and move.after == OWNER:
        return None
    if move.before == OWNER:
        return Kind.OWNER
    if not move.after:
        return Kind.REVOCATION
    if _is_replaced_role(move, change):
        return Kind.CLUSTER_ROLE
    return Kind.WEAKER_ROLE if _is_weaker_role(move) else None


def _is_weaker_role(move: AccessMove) -> bool:
    """Whether a contributor stays one with a role that allows less."""
    if not move.before or move.after == OWNER:
        return False
    return weight(move.before) > weight(move.after)


def _is_replaced_role(move: AccessMove, change: Change) -> bool:
    """Whether a role is bound to another ClusterRole than it was, or one of no role is replaced."""
    is_same = move.before == move.after or move.before not in ROLES
    return is_same and change.has(FieldKind.ROLE)


def _rewrites(change: Change) -> Iterator[Concern]:
    """Yield what is overwritten that somebody else wrote."""
    about = str(change.person or change.target)
    for field in change.fields:
        kind = _REWRITES.get(field.kind)
        if kind is None or field.before is None:
            continue
        instance = str(field.before) if kind is Kind.INSTANCE else about
        yield Concern(kind, change.profile, instance)


_REWRITES: Mapping[StrEnum, Kind] = {
    FieldKind.MANAGED_BY: Kind.INSTANCE,
    KubeflowField.PRINCIPALS: Kind.GATEWAYS,
    KubeflowField.POLICY: Kind.POLICY,
}
"""What it is about that a value of somebody else is overwritten."""


_ADDED_UP: Mapping[StrEnum, tuple[str, str]] = {
    Kind.REVOCATION: ("role assignment ends", "role assignments end"),
    Kind.WEAKER_ROLE: ("role becomes weaker", "roles become weaker"),
    Kind.CLUSTER_ROLE: (
        "RoleBinding binds to another ClusterRole",
        "RoleBindings bind to another ClusterRole",
    ),
    Kind.OWNER: ("owner is replaced", "owners are replaced"),
    Kind.POLICY: (
        "AuthorizationPolicy lets in other requests",
        "AuthorizationPolicies let in other requests",
    ),
    Kind.ADOPTION: ("existing namespace is adopted", "existing namespaces are adopted"),
}
"""The words after the number, for one concern and for several."""


def _words(kind: StrEnum, concerns: Sequence[Concern]) -> str:
    number = len(concerns)
    if kind is Kind.GATEWAYS:
        policies = count(number, "AuthorizationPolicy", "AuthorizationPolicies")
        return f"the gateways of {policies} change"
    if kind is Kind.INSTANCE:
        instances = ", ".join(sorted({concern.about for concern in concerns}))
        profiles = count(len({concern.profile for concern in concerns}), "profile")
        return f"objects of the instance {instances} are taken over in {profiles}"
    return count(number, *_ADDED_UP[kind])


CONFIRMATION = Confirmation(concerns, Kind, _words)
