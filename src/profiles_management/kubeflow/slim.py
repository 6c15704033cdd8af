"""The objects of a cluster with only the fields that planning reads, so that lightkube decodes nothing else.

Decoding the whole of 10,000 RoleBindings costs 30 times as much as decoding these (see docs/explanation/scale.md).
"""

from typing import Any, ClassVar

import msgspec
from lightkube.core.resource import ApiInfo, GlobalResource, NamespacedResourceG, ResourceDef
from lightkube.resources import core_v1, rbac_authorization_v1

from profiles_management.kubeflow import names

_VERBS = ["delete", "get", "list", "patch", "post", "put"]


class OwnerReference(msgspec.Struct, gc=False):
    """Which object another one belongs to."""

    kind: str = ""
    name: str = ""
    controller: bool = False


class Annotations(msgspec.Struct, gc=False, rename={"until": names.UNTIL}):
    """KFAM's annotations and our own on a contributor's objects; Kubernetes sees to it that values are text."""

    user: str | None = None
    group: str | None = None
    role: str | None = None
    until: str = ""


class Labels(msgspec.Struct, gc=False, rename={"manager": names.MANAGED_BY, "instance": names.INSTANCE}):
    """Our marks."""

    manager: str = ""
    instance: str = ""


class Metadata(msgspec.Struct, gc=False):
    """The metadata of a contributor's or an owner's object."""

    name: str
    namespace: str = ""
    resourceVersion: str = ""
    deletionTimestamp: str | None = None
    annotations: Annotations | None = None
    labels: Labels | None = None
    ownerReferences: list[OwnerReference] | None = None


class OpenMetadata(msgspec.Struct, gc=False):
    """Metadata with every label and annotation, for kinds of which there is one a profile."""

    name: str
    namespace: str = ""
    resourceVersion: str = ""
    deletionTimestamp: str | None = None
    annotations: dict[str, str] | None = None
    labels: dict[str, str] | None = None
    ownerReferences: list[OwnerReference] | None = None


class RoleReference(msgspec.Struct, gc=False):
    """What a RoleBinding binds to."""

    kind: str = ""
    name: str = ""


class Subject(msgspec.Struct, gc=False):
    """Whom a RoleBinding binds."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    apiGroup: str = ""


class RoleBinding(NamespacedResourceG, msgspec.Struct):
    """A RoleBinding."""

    _api_info: ClassVar[ApiInfo] = rbac_authorization_v1.RoleBinding._api_info
    metadata: Metadata
    roleRef: RoleReference
    subjects: list[Subject] | None = None


class AuthorizationPolicy(NamespacedResourceG, msgspec.Struct):
    """An AuthorizationPolicy; its spec stays JSON, to be compared as text first."""

    _api_info: ClassVar[ApiInfo] = ApiInfo(
        ResourceDef("security.istio.io", "v1", "AuthorizationPolicy"), "authorizationpolicies", [*_VERBS, "global_list"]
    )
    metadata: Metadata
    spec: msgspec.Raw = msgspec.Raw(b"{}")


class ProfileOwner(msgspec.Struct, gc=False):
    """`spec.owner` of a Profile."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class ProfileSpec(msgspec.Struct, gc=False):
    """`spec` of a Profile."""

    owner: ProfileOwner | None = None
    resourceQuotaSpec: dict[str, Any] | None = None
    plugins: list[dict[str, Any]] | None = None


class Profile(GlobalResource, msgspec.Struct):
    """A Profile."""

    _api_info: ClassVar[ApiInfo] = ApiInfo(ResourceDef("kubeflow.org", "v1", "Profile"), "profiles", _VERBS)
    metadata: OpenMetadata
    spec: ProfileSpec | None = None


class Namespace(GlobalResource, msgspec.Struct):
    """A Namespace."""

    _api_info: ClassVar[ApiInfo] = core_v1.Namespace._api_info
    metadata: OpenMetadata


class ResourceQuota(NamespacedResourceG, msgspec.Struct):
    """A ResourceQuota."""

    _api_info: ClassVar[ApiInfo] = core_v1.ResourceQuota._api_info
    metadata: Metadata
    spec: dict[str, Any] | None = None


class LimitRange(NamespacedResourceG, msgspec.Struct):
    """A LimitRange."""

    _api_info: ClassVar[ApiInfo] = core_v1.LimitRange._api_info
    metadata: Metadata
    spec: dict[str, Any] | None = None


class ClusterRole(GlobalResource, msgspec.Struct):
    """A ClusterRole, of which only the existence counts."""

    _api_info: ClassVar[ApiInfo] = rbac_authorization_v1.ClusterRole._api_info
    metadata: Metadata


KINDS: tuple[type[Any], ...] = (Profile, Namespace, RoleBinding, AuthorizationPolicy, ResourceQuota, LimitRange)
BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in KINDS}
