"""What a person has to agree to before a plan is applied: access that ends, other gateways, others' objects. Pure."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.kubeflow.state import adoption
from profiles_management.kubeflow.state.access_state import ROLES, weight
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Change,
    FieldDiff,
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


class Concern(NamedTuple):
    """One thing to agree to.

    Attributes:
        about: whose access, the policy of whom, or which instance; '' where the profile says it
            all.
    """

    kind: Kind
    profile: str
    about: str = ""


def concerns(plan: Plan) -> frozenset[Concern]:
    """Return everything in a plan that a person has to agree to. Access that expires is not part of it."""
    adopted = (problem.where.profile for problem in plan.warnings if problem.code == adoption.CODE)
    changes = {concern for change in plan.changes for concern in _of_change(change)}
    return frozenset(changes | {Concern(Kind.ADOPTION, profile) for profile in adopted})


def _of_change(change: Change) -> Iterator[Concern]:
    moves = change.moves if change.reason is not Reason.EXPIRED else ()
    for move in moves:
        if kind := _loss(move, change):
            yield Concern(kind, change.profile, str(move.person))
    about = str(change.person or change.target)
    for field in change.fields:
        if kind := _rewrite(field):
            instance = str(field.before) if kind is Kind.INSTANCE else about
            yield Concern(kind, change.profile, instance)


def _loss(move: AccessMove, change: Change) -> Kind | None:
    if move.before == OWNER:
        return Kind.OWNER if move.after != OWNER else None
    if not move.after:
        return Kind.REVOCATION
    if _has_other_cluster_role(move, change):
        return Kind.CLUSTER_ROLE
    is_weaker = move.after != OWNER and weight(move.before) > weight(move.after)
    return Kind.WEAKER_ROLE if move.before and is_weaker else None


def _has_other_cluster_role(move: AccessMove, change: Change) -> bool:
    """Whether a role is bound to another ClusterRole than it was, or one of no role is replaced."""
    is_rebound = any(field.kind is FieldKind.ROLE for field in change.fields)
    return is_rebound and (move.before == move.after or move.before not in ROLES)


_REWRITES: Mapping[StrEnum, Kind] = {
    FieldKind.MANAGED_BY: Kind.INSTANCE,
    KubeflowField.PRINCIPALS: Kind.GATEWAYS,
    KubeflowField.POLICY: Kind.POLICY,
}
"""What it is about that a value of somebody else is overwritten."""


def _rewrite(field: FieldDiff) -> Kind | None:
    if field.before is None:
        return None
    return _REWRITES.get(field.kind)


def confirm_sentence(agreed: Collection[Concern]) -> str:
    """Return what is to be agreed to in one sentence, without a full stop; '' for nothing."""
    return ", ".join(_words(kind, found) for kind, found in _by_kind(agreed))


def confirm_data(agreed: Collection[Concern]) -> list[dict[str, Any]]:
    """Return what is to be agreed to as data: [{kind, what, profiles}]."""
    return [
        {
            "kind": str(kind),
            "what": _words(kind, found),
            "profiles": sorted({one.profile for one in found}),
        }
        for kind, found in _by_kind(agreed)
    ]


def _by_kind(agreed: Collection[Concern]) -> Iterator[tuple[Kind, list[Concern]]]:
    for kind in Kind:
        if found := sorted(concern for concern in agreed if concern.kind is kind):
            yield kind, found


_ADDED_UP = {
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
"""What is said of one concern and of several, after their number."""


def _words(kind: Kind, found: list[Concern]) -> str:
    if kind is Kind.GATEWAYS:
        return f"the gateways of {count(len(found), 'AuthorizationPolicy', 'AuthorizationPolicies')} change"
    if kind is Kind.INSTANCE:
        instances = ", ".join(sorted({concern.about for concern in found}))
        profiles = len({concern.profile for concern in found})
        return f"objects of the instance {instances} are taken over in {count(profiles, 'profile')}"
    return count(len(found), *_ADDED_UP[kind])
