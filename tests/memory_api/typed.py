"""The built-in kinds as in Go: fields in Go's order, without empty and unknown fields."""

from __future__ import annotations

from typing import Any

import msgspec

Map = dict[str, str]
Quantities = dict[str, Any]  # as sent; canonical after defaulting


class GoStruct(msgspec.Struct, omit_defaults=True):
    """Encodes like a Go struct whose fields are all `omitempty`."""


class OwnerReference(GoStruct, omit_defaults=False):
    apiVersion: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | msgspec.UnsetType = msgspec.UNSET
    blockOwnerDeletion: bool | msgspec.UnsetType = msgspec.UNSET


class ManagedFields(GoStruct):
    manager: str = ""
    operation: str = ""
    apiVersion: str = ""
    time: str = ""
    fieldsType: str = ""
    fieldsV1: dict[str, Any] = {}
    subresource: str = ""


class ObjectMeta(GoStruct):
    name: str = ""
    generateName: str = ""
    namespace: str = ""
    selfLink: str = ""
    uid: str = ""
    resourceVersion: str = ""
    generation: int = 0
    creationTimestamp: str = ""
    deletionTimestamp: str = ""
    deletionGracePeriodSeconds: int | None = None
    labels: Map = {}
    annotations: Map = {}
    ownerReferences: list[OwnerReference] = []
    finalizers: list[str] = []
    managedFields: list[ManagedFields] = []


class GoObject(GoStruct):
    metadata: ObjectMeta


class NamespaceSpec(GoStruct):
    finalizers: list[str] = []


class NamespaceStatus(GoStruct):
    phase: str = ""
    conditions: list[dict[str, Any]] = []


class Namespace(GoObject, omit_defaults=False):
    spec: NamespaceSpec = msgspec.field(default_factory=NamespaceSpec)
    status: NamespaceStatus = msgspec.field(default_factory=NamespaceStatus)


class ServiceAccount(GoObject):
    secrets: list[dict[str, str]] = []
    imagePullSecrets: list[dict[str, str]] = []
    automountServiceAccountToken: bool | None = None


class Pod(GoObject):
    spec: dict[str, Any] = {}


class Subject(GoStruct):
    kind: str = ""
    apiGroup: str = ""
    name: str = ""
    namespace: str = ""


class RoleRef(GoStruct, omit_defaults=False):
    apiGroup: str = ""
    kind: str = ""
    name: str = ""


class RoleBinding(GoObject):
    subjects: list[Subject] = []
    roleRef: RoleRef = msgspec.field(default_factory=RoleRef)


class PolicyRule(GoStruct):
    verbs: list[str] = []
    apiGroups: list[str] = []
    resources: list[str] = []
    resourceNames: list[str] = []
    nonResourceURLs: list[str] = []


class ClusterRole(GoObject):
    rules: list[PolicyRule] = []
    aggregationRule: dict[str, Any] = {}


class ScopedResource(GoStruct):
    scopeName: str = ""
    operator: str = ""
    values: list[str] = []


class ScopeSelector(GoStruct):
    matchExpressions: list[ScopedResource] = []


class ResourceQuotaSpec(GoStruct):
    hard: Quantities = {}
    scopes: list[str] = []
    scopeSelector: ScopeSelector | None = None


class ResourceQuotaStatus(GoStruct):
    hard: Quantities = {}
    used: Quantities = {}


class ResourceQuota(GoObject, omit_defaults=False):
    spec: ResourceQuotaSpec = msgspec.field(default_factory=ResourceQuotaSpec)
    status: ResourceQuotaStatus = msgspec.field(default_factory=ResourceQuotaStatus)


class LimitRangeItem(GoStruct):
    type: str = ""
    max: Quantities = {}
    min: Quantities = {}
    default: Quantities = {}
    defaultRequest: Quantities = {}
    maxLimitRequestRatio: Quantities = {}


class LimitRangeSpec(GoStruct, omit_defaults=False):
    limits: list[LimitRangeItem] | None = None


class LimitRange(GoObject, omit_defaults=False):
    spec: LimitRangeSpec = msgspec.field(default_factory=LimitRangeSpec)


class ObjectReference(GoStruct):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    apiVersion: str = ""
    resourceVersion: str = ""
    fieldPath: str = ""


class EventSource(GoStruct):
    component: str = ""
    host: str = ""


class Event(GoObject, omit_defaults=False):
    involvedObject: ObjectReference = msgspec.field(default_factory=ObjectReference)
    reason: str | msgspec.UnsetType = msgspec.UNSET
    message: str | msgspec.UnsetType = msgspec.UNSET
    source: EventSource = msgspec.field(default_factory=EventSource)
    firstTimestamp: str | None = None
    lastTimestamp: str | None = None
    count: int | msgspec.UnsetType = msgspec.UNSET
    type: str | msgspec.UnsetType = msgspec.UNSET
    eventTime: str | None = None
    series: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    action: str | msgspec.UnsetType = msgspec.UNSET
    related: ObjectReference | msgspec.UnsetType = msgspec.UNSET
    reportingComponent: str = ""
    reportingInstance: str = ""
