"""The kinds of this server: paths, scope, and encoding of objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from . import schema, typed
from .status import escape

Object = dict[str, Any]

# maps sorted, structs as declared: what Go does
_ordered = msgspec.json.Encoder(order="deterministic")
_sorted = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class Kind:
    """A kind: built-in with `struct`, custom with `schema`. The first version is stored."""

    name: str
    plural: str
    group: str
    versions: tuple[str, ...]
    namespaced: bool = True
    struct: type[typed.GoObject] | None = None
    schema: schema.Schema | None = None
    atomic: frozenset[tuple[str, ...]] = frozenset()  # objects that a field manager owns as a whole
    unconditional: bool = True  # whether a PUT may leave out resourceVersion

    @cached_property
    def resource(self) -> str:
        """The plural with its group: `rolebindings.rbac.authorization.k8s.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @cached_property
    def qualified(self) -> str:
        """The kind with its group: `RoleBinding.rbac.authorization.k8s.io`."""
        return f"{self.name}.{self.group}" if self.group else self.name

    def api_version(self, version: str = "") -> str:
        """Return `group/version`."""
        version = version or self.versions[0]
        return f"{self.group}/{version}" if self.group else version

    def head(self, version: str = "") -> bytes:
        """Return the first two keys of an object on the wire, which precede the stored body."""
        api_version = self.api_version(version)
        if self.struct:
            return f'{{"kind":"{self.name}","apiVersion":"{api_version}",'.encode()
        return f'{{"apiVersion":"{api_version}","kind":"{self.name}",'.encode()

    def item_head(self, version: str) -> bytes:
        """Return the same for an item of a list: built-in kinds leave kind and apiVersion out."""
        return b"{" if self.struct else self.head(version)

    def pack(self, obj: Object | typed.GoObject) -> bytes:
        """Encode an object for the store: without kind, apiVersion and the first brace."""
        if isinstance(obj, typed.GoObject):
            return escape(_ordered.encode(obj)[1:])
        return escape(
            _sorted.encode({key: obj[key] for key in obj if key not in ("kind", "apiVersion")})[1:]
        )

    def unpack(self, body: bytes, version: str = "") -> Object:
        """Decode a stored body to a new object."""
        return msgspec.json.decode(self.head(version) + body)

    def shaped(self, obj: Object) -> typed.GoObject:
        """Read a built-in object into its struct; unknown fields and nulls are dropped.

        Raises:
            msgspec.ValidationError: a value has the wrong type.
        """
        assert self.struct
        return convert(obj, self.struct)


Struct = TypeVar("Struct")


def convert(value: Any, struct: type[Struct]) -> Struct:
    """Read plain values into a struct; nulls count as absent, as in Go.

    Raises:
        msgspec.ValidationError: a value of the wrong type.
    """
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError:
        return msgspec.convert(without_nulls(value), struct)


def without_nulls(value: Any) -> Any:
    """Return the value without keys that are null: Go reads those as absent."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


RBAC = "rbac.authorization.k8s.io"

NAMESPACE = Kind("Namespace", "namespaces", "", ("v1",), namespaced=False, struct=typed.Namespace)
SERVICE_ACCOUNT = Kind(
    "ServiceAccount", "serviceaccounts", "", ("v1",), struct=typed.ServiceAccount
)
POD = Kind("Pod", "pods", "", ("v1",), struct=typed.Pod)
RESOURCE_QUOTA = Kind(
    "ResourceQuota",
    "resourcequotas",
    "",
    ("v1",),
    struct=typed.ResourceQuota,
    atomic=frozenset({("spec", "scopeSelector")}),
)
LIMIT_RANGE = Kind("LimitRange", "limitranges", "", ("v1",), struct=typed.LimitRange)
EVENT = Kind(
    "Event", "events", "", ("v1",), struct=typed.Event, atomic=frozenset({("involvedObject",)})
)
ROLE_BINDING = Kind(
    "RoleBinding",
    "rolebindings",
    RBAC,
    ("v1",),
    struct=typed.RoleBinding,
    atomic=frozenset({("roleRef",)}),
)
CLUSTER_ROLE = Kind(
    "ClusterRole", "clusterroles", RBAC, ("v1",), namespaced=False, struct=typed.ClusterRole
)
CLUSTER_ROLE_BINDING = Kind(
    "ClusterRoleBinding",
    "clusterrolebindings",
    RBAC,
    ("v1",),
    namespaced=False,
    struct=typed.RoleBinding,
    atomic=frozenset({("roleRef",)}),
)
PROFILE = Kind(
    "Profile",
    "profiles",
    "kubeflow.org",
    ("v1", "v1beta1"),
    namespaced=False,
    schema=schema.PROFILE,
    atomic=frozenset({("spec", "owner"), ("spec", "resourceQuotaSpec", "scopeSelector")}),
    unconditional=False,
)
AUTHORIZATION_POLICY = Kind(
    "AuthorizationPolicy",
    "authorizationpolicies",
    "security.istio.io",
    ("v1", "v1beta1"),
    schema=schema.AUTHORIZATION_POLICY,
    unconditional=False,
)

BUILT_IN = (
    NAMESPACE,
    SERVICE_ACCOUNT,
    POD,
    RESOURCE_QUOTA,
    LIMIT_RANGE,
    EVENT,
    ROLE_BINDING,
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
)
ALL = (*BUILT_IN, PROFILE, AUTHORIZATION_POLICY)


def chosen(names: Iterable[str] | None) -> tuple[Kind, ...]:
    """Return the kinds of these names; None is all of them."""
    if names is None:
        return ALL
    known = {kind.name: kind for kind in ALL}
    return tuple(known[name] for name in names)
