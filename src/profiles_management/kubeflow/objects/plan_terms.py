"""Kubernetes' words in a plan: how writes are sent, what conditions wait for, and reasons that only Kubeflow has."""

from enum import StrEnum


class Verb(StrEnum):
    """How a write is sent; the value is what JSON has."""

    CREATE = "create"
    PATCH = "patch"
    DELETE = "delete"


class State(StrEnum):
    """What a condition waits for; the value is how a message continues after the name of the object."""

    GONE = "to be gone"
    THERE = "to be there"
    READY = "to be ready"  # a namespace that its owner may use
    BOUND = "to name {value}"  # an owner's RoleBinding that names the owner
    MATCHES = "to be what the profile says"  # has the spec that the condition's value holds as JSON


class KubeflowReason(StrEnum):
    """Why a change is made, as plan.Reason."""

    INCOMPLETE = "RoleBinding or AuthorizationPolicy missing"
    STALE = "stale: deleted with its namespace and all data"
    STALE_KEPT = "stale: deleted; its namespace stays, closed"


class HaltKind(StrEnum):
    """What a plan is halted for; the value is what JSON has."""

    GATEWAYS = "gateways"
