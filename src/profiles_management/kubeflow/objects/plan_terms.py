"""Kubernetes' words in a plan.

Verbs, states, reasons, kinds of fields, and what people call objects.
"""

from enum import StrEnum

from msgspec import structs

from profiles_management.reconcile.plan import Change

_LABELS = {
    "Profile": "profile",
    "Namespace": "namespace",
    "ResourceQuota": "quota",
    "LimitRange": "limitRange",
}


class Verb(StrEnum):
    """How a write is sent; the value is what JSON has."""

    CREATE = "create"
    PATCH = "patch"
    DELETE = "delete"


class State(StrEnum):
    """What a condition waits for.

    The value is how a message continues after the name of the object.
    """

    GONE = "to be gone"
    THERE = "to be there"
    READY = "to be ready"  # a namespace that its owner may use
    BOUND = "to name {value}"  # an owner's RoleBinding that names the owner
    MATCHES = "to match the profile"  # has the spec that the condition's value holds as JSON


class KubeflowReason(StrEnum):
    """Why a change is made, as plan.Reason."""

    INCOMPLETE = "RoleBinding or AuthorizationPolicy missing"
    STALE = "stale: deleted with its namespace and all data"
    STALE_KEPT = "stale: deleted; its namespace stays, closed"


class KubeflowField(StrEnum):
    """What a field of an object is about, as plan.FieldKind."""

    LABEL = "label"
    ANNOTATION = "annotation"
    PRINCIPALS = "principals"
    POLICY = "policy"  # any other part of one
    CONTROLLER = "controller"  # which object an object belongs to


class HaltKind(StrEnum):
    """What a plan is halted for; the value is what JSON has."""

    GATEWAYS = "gateways"


def labelled(change: Change) -> Change:
    """Return a change with what people call its object, where that is not its kind and name."""
    if change.person is not None or change.target.kind not in _LABELS:
        return change
    return structs.replace(change, label=_LABELS[change.target.kind])
