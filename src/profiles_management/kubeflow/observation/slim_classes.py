"""Classes of Kubernetes objects with only the fields that planning reads, for fast decoding.

Decoding the whole of 10,000 RoleBindings costs 30 times as much as decoding these (see
docs/explanation/scale.md). What others may write freely, or what planning rarely compares, stays
JSON: see stored.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from lightkube.core.decoders import decode_list
from lightkube.core.resource import (
    ApiInfo,
    GlobalResource,
    NamespacedResourceG,
    ResourceDef,
    api_info,
)
from lightkube.models import meta_v1
from lightkube.resources import core_v1, rbac_authorization_v1

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.objects.stored_json import NOTHING

_NO_KEYS: Mapping[str, str] = {}
_VERBS = ["delete", "get", "list", "patch", "post", "put"]
_PROFILE = ApiInfo(ResourceDef(naming.PROFILE_GROUP, "v1", "Profile"), "profiles", _VERBS)
_POLICY = ApiInfo(
    ResourceDef(naming.POLICY_GROUP, "v1", "AuthorizationPolicy"),
    "authorizationpolicies",
    [*_VERBS, "global_list"],
)


class OwnerReference(msgspec.Struct, gc=False, rename="camel"):
    """The owner of an object."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    controller: bool = False


class Metadata(msgspec.Struct, gc=False, rename="camel"):
    """The metadata of an object; Kubernetes ensures that labels and annotations are texts."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    deletion_timestamp: str | None = None
    finalizers: list[str] | None = None
    annotations: dict[str, str] | None = None
    labels: dict[str, str] | None = None
    owner_references: list[OwnerReference] | None = None

    @property
    def notes(self) -> Mapping[str, str]:
        """The annotations; empty where the field is null."""
        return self.annotations or _NO_KEYS

    @property
    def owners(self) -> Sequence[OwnerReference]:
        """The ownerReferences; empty where the field is null."""
        return self.owner_references or ()


class RoleReference(msgspec.Struct, gc=False, rename="camel"):
    """The role of a RoleBinding."""

    kind: str = ""
    name: str = ""


class Subject(msgspec.Struct, gc=False, rename="camel"):
    """A subject of a RoleBinding."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    api_group: str = ""


class RoleBinding(NamespacedResourceG, msgspec.Struct, rename="camel"):
    """A RoleBinding."""

    _api_info: ClassVar[ApiInfo] = api_info(rbac_authorization_v1.RoleBinding)  # type: ignore[misc]
    metadata: Metadata
    role_ref: RoleReference
    subjects: list[Subject] | None = None


class ClusterRoleBinding(GlobalResource, msgspec.Struct, rename="camel"):
    """A ClusterRoleBinding."""

    _api_info: ClassVar[ApiInfo] = api_info(rbac_authorization_v1.ClusterRoleBinding)  # type: ignore[misc]
    metadata: Metadata
    role_ref: RoleReference
    subjects: list[Subject] | None = None


class AuthorizationPolicy(NamespacedResourceG, msgspec.Struct, rename="camel"):
    """An AuthorizationPolicy; its spec stays JSON, to be compared as text first."""

    _api_info: ClassVar[ApiInfo] = _POLICY  # type: ignore[misc]
    metadata: Metadata
    spec: msgspec.Raw = msgspec.Raw(b"{}")


class ProfileOwner(msgspec.Struct, gc=False, rename="camel"):
    """`spec.owner` of a Profile."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class ProfileSpec(msgspec.Struct, gc=False, rename="camel"):
    """`spec` of a Profile."""

    owner: ProfileOwner | None = None
    resource_quota_spec: msgspec.Raw = NOTHING
    plugins: msgspec.Raw = NOTHING


class Profile(GlobalResource, msgspec.Struct, rename="camel"):
    """A Profile."""

    _api_info: ClassVar[ApiInfo] = _PROFILE  # type: ignore[misc]
    metadata: Metadata
    spec: ProfileSpec | None = None


class Namespace(GlobalResource, msgspec.Struct, rename="camel"):
    """A Namespace."""

    _api_info: ClassVar[ApiInfo] = api_info(core_v1.Namespace)  # type: ignore[misc]
    metadata: Metadata


class ResourceQuota(NamespacedResourceG, msgspec.Struct, rename="camel"):
    """A ResourceQuota."""

    _api_info: ClassVar[ApiInfo] = api_info(core_v1.ResourceQuota)  # type: ignore[misc]
    metadata: Metadata
    spec: msgspec.Raw = NOTHING
    status: msgspec.Raw = NOTHING


class LimitRange(NamespacedResourceG, msgspec.Struct, rename="camel"):
    """A LimitRange."""

    _api_info: ClassVar[ApiInfo] = api_info(core_v1.LimitRange)  # type: ignore[misc]
    metadata: Metadata
    spec: msgspec.Raw = NOTHING


class Event(NamespacedResourceG, msgspec.Struct, rename="camel"):
    """An Event, which is only written."""

    _api_info: ClassVar[ApiInfo] = api_info(core_v1.Event)  # type: ignore[misc]
    metadata: Metadata


class ClusterRole(GlobalResource, msgspec.Struct, rename="camel"):
    """A ClusterRole; only its existence matters."""

    _api_info: ClassVar[ApiInfo] = api_info(rbac_authorization_v1.ClusterRole)  # type: ignore[misc]
    metadata: Metadata


KINDS: tuple[type[Any], ...] = (
    Profile,
    Namespace,
    RoleBinding,
    AuthorizationPolicy,
    ResourceQuota,
    LimitRange,
)
BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in KINDS} | {"Event": Event}


def learn() -> None:
    """Prepare msgspec for every class before threads decode; it otherwise does so at the first use.

    Two threads that make it learn the same class at once end the process with a segmentation fault
    (msgspec 0.22.0: in 9 of 40 processes whose 16 writers were refused at the same moment). A class
    is learned once, at next to no cost.
    """
    kinds: tuple[type[Any], ...] = (*KINDS, ClusterRole, ClusterRoleBinding)
    for kind in kinds:
        decode_list(b'{"metadata":{},"items":[]}', kind)
    meta_v1.Status.from_dict({})  # what every refusal is decoded to


def is_namespaced(kind: type[Any]) -> bool:
    """Return whether objects of a kind are in namespaces."""
    return issubclass(kind, NamespacedResourceG)
