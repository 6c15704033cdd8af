"""How the engine behaves: one frozen value with presets for the distributions of Kubeflow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Literal

from profiles_management.kubeflow import setting_forms
from profiles_management.pmr.problems import SettingsError
from profiles_management.pmr.rules import Rules

UPSTREAM_GATEWAY = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
UPSTREAM_PIPELINES_UI = "cluster.local/ns/kubeflow/sa/ml-pipeline-ui"
CHARMED_GATEWAY = "cluster.local/ns/kubeflow/sa/istio-ingressgateway-workload-service-account"
CHARMED_PIPELINES_UI = "cluster.local/ns/kubeflow/sa/kfp-ui"

_SHORTEST, _START, _EACH = 300.0, 60.0, 3.0  # deadline: at least, and for each new profile

KUBEFLOW_ROLES = MappingProxyType(
    {"admin": "kubeflow-admin", "edit": "kubeflow-edit", "view": "kubeflow-view"}
)
_BUILT_IN_ROLES = MappingProxyType({"admin": "admin", "edit": "edit", "view": "view"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the engine behaves. Durations are seconds, shares run from 0 to 1.

    Attributes:
        principals: who may pass requests of a contributor on: the ingress gateway and the Pipelines
            UI.
        additional_principals: further ones, added to those of the preset.
        detect_gateways: whether a plan takes the gateways that the target's policies name, and
            those of `UPSTREAM` where they name none. `principals` are then what reading looks for:
            see `DETECTED`.
        allow_gateway_change: whether existing policies may get other gateways than the owners'
            policies name.
        userid_header: the header in which the gateway names the user.
        userid_prefix: what stands before the user's name in that header.
        groups_claim: the claim of the token that lists a user's groups.
        waypoint: the Gateway of an ambient mesh that contributors' policies are bound to; empty
            without one.
        instance: whose marks are ours, so that two installations leave each other's profiles alone.
        take_over: another instance whose marks are moved to ours.
        protected_namespaces: patterns of names that are never touched, in addition to kube-*,
            kubeflow, istio-system, default, the namespaces of `principals` and our own.
        own_namespace: the namespace that this software runs in, where its credentials do not say
            it.
        allowed_keys: label and annotation keys that a document may set although they are reserved,
            or have a domain and the source of the document is not trusted.
        untrusted_max_profiles, untrusted_max_contributors: how many profiles, and contributors of
            all of them together, the document of a source that is not trusted may have.
        unlisted: what becomes of contributors that were added elsewhere and are not in the
            document.
        foreign: what becomes of access by objects that are not managed, such as a RoleBinding that
            a namespace admin made: it is kept and told, or users and groups lose it.
        stale: which profiles lose their contributors when the document does not name them.
        brake_share, brake_minimum: a plan that takes away more than this share of all access and
            more than this number of pairs (person, profile) is not carried out.
        allow_revocations: releases the brake.
        standalone: a plain cluster without Kubeflow: the engine makes namespaces, owners' bindings
            and quotas.
        allow_kubeflow: whether standalone mode may begin in a cluster that has Kubeflow's Profile
            CRD.
        events: whether a run is told as Kubernetes Events on its profiles: with counts only, or
            with names of people.
        roles: the ClusterRole of each role; None for the ones of the mode.
        deadline: how long apply waits for what others do; None for 300, or 60 and 3 for each new
            profile if that is more.
        request_timeout: how long one request may take.
        writers: how many writes are under way at once.
        page_size: how many objects a LIST brings at once.
    """

    principals: tuple[str, ...] = (UPSTREAM_GATEWAY, UPSTREAM_PIPELINES_UI)
    additional_principals: tuple[str, ...] = ()
    detect_gateways: bool = False
    allow_gateway_change: bool = False
    userid_header: str = "kubeflow-userid"
    userid_prefix: str = ""
    groups_claim: str = "groups"
    waypoint: str = ""
    instance: str = "default"
    take_over: str = ""
    protected_namespaces: frozenset[str] = frozenset()
    own_namespace: str = ""
    allowed_keys: frozenset[str] = frozenset()
    untrusted_max_profiles: int = 2_000
    untrusted_max_contributors: int = 20_000
    unlisted: Literal["revoke", "keep"] = "revoke"
    foreign: Literal["keep", "revoke"] = "keep"
    stale: Literal["ours", "all", "off"] = "ours"
    brake_share: float = 0.5
    brake_minimum: int = 5
    allow_revocations: bool = False
    standalone: bool = False
    allow_kubeflow: bool = False
    events: Literal["off", "counts", "names"] = "off"
    roles: Mapping[str, str] | None = field(default=None)
    deadline: float | None = 300.0
    request_timeout: float = 30.0
    writers: int = 16
    page_size: int = 5000

    def __post_init__(self) -> None:
        for setting in fields(self):
            if what := setting_forms.complaint(setting.name, getattr(self, setting.name)):
                raise SettingsError(what, setting=setting.name)
        if self.take_over == self.instance:
            raise SettingsError(
                "is this installation itself. Name another one.", setting="take_over"
            )

    def deadline_for(self, new: int) -> float:
        """Return how long to wait where the profile controller has so many profiles to make.

        It makes one after another and pauses up to 3 seconds after each new namespace.
        """
        return max(_SHORTEST, _START + _EACH * new) if self.deadline is None else self.deadline

    @property
    def cluster_roles(self) -> Mapping[str, str]:
        """The ClusterRole of each role."""
        if self.roles is not None:
            return self.roles
        return _BUILT_IN_ROLES if self.standalone else KUBEFLOW_ROLES

    @property
    def gateways(self) -> tuple[str, ...]:
        """Every principal that may pass a contributor's requests on."""
        return (
            *self.principals,
            *(one for one in self.additional_principals if one not in self.principals),
        )

    @property
    def rules(self) -> Rules:
        """What a document must keep to on top of what is always so."""
        return Rules(protected=self.protected_namespaces, allowed_keys=self.allowed_keys)


UPSTREAM = Settings()
CHARMED = replace(UPSTREAM, principals=(CHARMED_GATEWAY, CHARMED_PIPELINES_UI))
PRESETS: Mapping[str, Settings] = MappingProxyType({"upstream": UPSTREAM, "charmed": CHARMED})
DETECTED = replace(
    UPSTREAM,
    principals=tuple(principal for preset in PRESETS.values() for principal in preset.principals),
    detect_gateways=True,
)
