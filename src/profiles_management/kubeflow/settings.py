"""Settings of the engine: one frozen value, with presets for the distributions of Kubeflow.

Each setting is declared once. The command's options and the charm's options take its type, default,
check and description from here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Final, Literal, get_type_hints

from profiles_management.kubeflow import setting_checks as checks
from profiles_management.pmr.problems import SettingsError
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.run_limits import RunLimits

UPSTREAM_GATEWAY = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
UPSTREAM_PIPELINES_UI = "cluster.local/ns/kubeflow/sa/ml-pipeline-ui"
CHARMED_GATEWAY = "cluster.local/ns/kubeflow/sa/istio-ingressgateway-workload-service-account"
CHARMED_PIPELINES_UI = "cluster.local/ns/kubeflow/sa/kfp-ui"

KUBEFLOW_ROLES = MappingProxyType(
    {"admin": "kubeflow-admin", "edit": "kubeflow-edit", "view": "kubeflow-view"}
)
_BUILT_IN_ROLES = MappingProxyType({"admin": "admin", "edit": "edit", "view": "view"})

# deadline: at least, and for each new profile
_SHORTEST, _START, _EACH = 300.0, 60.0, 3.0
_MOST_WRITERS: Final = 256  # each is a thread
_MOST_OBJECTS: Final = 1_000_000
_LONGEST_DEADLINE: Final = 604_800  # seconds: a week
_LONGEST_REQUEST: Final = 3_600  # seconds
_objects = checks.whole(1, _MOST_OBJECTS, f"a whole number from 1 to {_MOST_OBJECTS:,}")


def _setting(check: checks.Check, text: str, *, default: Any) -> Any:  # noqa: ANN401 - every type
    """Declare a setting.

    Args:
        text: what it is, as help texts say it; the command and the charm add the default.
    """
    return field(default=default, metadata={"check": check, "text": text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the engine behaves. Durations are seconds, shares run from 0 to 1.

    Raises:
        SettingsError: a value is out of range, or does not have the required form.
    """

    principals: tuple[str, ...] = _setting(
        checks.entries(checks.principal, "Name at least the ingress gateway, or nobody gets in."),
        "Principals of the gateway, in place of the preset's",
        default=(UPSTREAM_GATEWAY, UPSTREAM_PIPELINES_UI),
    )
    additional_principals: tuple[str, ...] = _setting(
        checks.entries(checks.principal), "Principals in addition to the gateway's", default=()
    )
    detect_gateways: bool = _setting(
        checks.flag,
        "Use the gateways that the target's policies name, or those of `UPSTREAM` if there are "
        "none. `principals` then only recognize policies: see `DETECTED`.",
        default=False,
    )
    allow_gateway_change: bool = _setting(
        checks.flag,
        "Let existing policies get another gateway than the owners' policies name.",
        default=False,
    )
    userid_header: str = _setting(
        checks.word(checks.header), "Header that names the user.", default="kubeflow-userid"
    )
    userid_prefix: str = _setting(
        checks.word(checks.prefix), "Text before the user's name in that header.", default=""
    )
    groups_claim: str = _setting(
        checks.word(checks.claim),
        "Claim of the token that lists the user's groups.",
        default="groups",
    )
    waypoint: str = _setting(
        checks.word(checks.waypoint),
        "Waypoint Gateway of an ambient mesh; empty without one.",
        default="",
    )
    instance: str = _setting(
        checks.word(checks.instance),
        "Name of this installation, with which it marks what it manages.",
        default="default",
    )
    take_over: str = _setting(
        checks.word(checks.label),
        "Other installation whose profiles this one takes over.",
        default="",
    )
    protected_namespaces: frozenset[str] = _setting(
        checks.entries(checks.name_pattern),
        "Namespaces to protect besides kube-*, kubeflow, istio-system, default, that of the "
        "gateway and that of this program: names, or patterns such as team-*",
        default=frozenset(),
    )
    own_namespace: str = _setting(
        checks.word(checks.anything),
        "Namespace of this program, if its credentials do not contain it.",
        default="",
    )
    allowed_keys: frozenset[str] = _setting(
        checks.entries(checks.key),
        "Reserved keys of labels and annotations that a document may set",
        default=frozenset(),
    )
    untrusted_max_profiles: int = _setting(
        _objects,
        "Number of profiles that the document of an untrusted source may have.",
        default=2_000,
    )
    untrusted_max_contributors: int = _setting(
        _objects,
        "Number of contributors that the document of an untrusted source may have.",
        default=20_000,
    )
    unlisted: Literal["revoke", "keep"] = _setting(
        checks.choice("revoke", "keep"),
        "Revoke or keep contributors that were added outside of the document.",
        default="revoke",
    )
    foreign: Literal["keep", "revoke"] = _setting(
        checks.choice("keep", "revoke"),
        "Keep or revoke access that users and groups have through unmanaged objects.",
        default="keep",
    )
    stale: Literal["ours", "all", "off"] = _setting(
        checks.choice("ours", "all", "off"),
        "Profiles that lose their contributors when they are not in the document.",
        default="ours",
    )
    brake_share: float = _setting(
        checks.share,
        "Stop a run that would revoke more than this share of all role assignments, 0 to 1.",
        default=0.5,
    )
    brake_minimum: int = _setting(
        checks.whole(0, math.inf, "0 or a whole number above it"),
        "Always allow up to this many revocations.",
        default=5,
    )
    allow_revocations: bool = _setting(
        checks.flag, "Allow a run to revoke more than the brake allows.", default=False
    )
    standalone: bool = _setting(
        checks.flag,
        "Cluster without Kubeflow: create namespaces and quotas directly.",
        default=False,
    )
    allow_kubeflow: bool = _setting(
        checks.flag,
        "Allow standalone mode in a cluster that has Kubeflow's Profile CRD.",
        default=False,
    )
    events: Literal["off", "counts", "names"] = _setting(
        checks.choice("off", "counts", "names"),
        "Kubernetes Events of each run: with numbers, or also with the names of people.",
        default="off",
    )
    roles: Mapping[str, str] | None = _setting(
        checks.roles,
        "ClusterRoles in place of Kubeflow's for admin, edit and view, such as edit=my-edit",
        default=None,
    )
    deadline: float | None = _setting(
        checks.seconds(0, _LONGEST_DEADLINE, f"from 0 to {_LONGEST_DEADLINE:,}", optional=True),
        "Seconds to wait for other programs, such as the profile controller",
        default=300.0,
    )
    request_timeout: float = _setting(
        checks.seconds(math.ulp(0.0), _LONGEST_REQUEST, f"above 0, at most {_LONGEST_REQUEST:,}"),
        "Seconds that a request to the Kubernetes API may take, with retries.",
        default=30.0,
    )
    writers: int = _setting(
        checks.whole(1, _MOST_WRITERS, f"a whole number from 1 to {_MOST_WRITERS}"),
        f"Number of parallel writes, 1 to {_MOST_WRITERS}.",
        default=16,
    )
    page_size: int = _setting(
        checks.whole(1, _MOST_OBJECTS, f"a whole number from 1 to {_MOST_OBJECTS:,}, such as 5000"),
        "Number of objects in one page of a list.",
        default=5000,
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            if what := setting.metadata["check"](getattr(self, setting.name)):
                raise SettingsError(what, setting=setting.name)
        if self.take_over == self.instance:
            raise SettingsError(
                "is this installation itself. Name another one.", setting="take_over"
            )

    @property
    def limits(self) -> RunLimits:
        """What one run may take away, and how long it may take."""
        return RunLimits(
            brake_share=self.brake_share,
            brake_minimum=self.brake_minimum,
            allow_revocations=self.allow_revocations,
            writers=self.writers,
            timeout=self._timeout,
        )

    def _timeout(self, new: int) -> float:
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
        return tuple(dict.fromkeys((*self.principals, *self.additional_principals)))

    @property
    def rules(self) -> Rules:
        """What a document must keep to on top of what is always so."""
        return Rules(protected=self.protected_namespaces, allowed_keys=self.allowed_keys)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A setting as it is declared.

    Attributes:
        type: its type as an annotation, such as `float` or `Literal["keep", "revoke"]`.
        text: what it is, as help texts say it.
    """

    name: str
    type: Any
    default: Any
    text: str

    @property
    def is_list(self) -> bool:
        """Whether it has several entries, which commas separate where it is text."""
        return isinstance(self.default, (tuple, frozenset)) or self.name == "roles"


def declarations() -> Mapping[str, Declaration]:
    """Return every setting by its name, in the order of `Settings`."""
    types = get_type_hints(Settings)
    return {
        setting.name: Declaration(
            setting.name, types[setting.name], setting.default, setting.metadata["text"]
        )
        for setting in fields(Settings)
    }


UPSTREAM = Settings()
CHARMED = replace(UPSTREAM, principals=(CHARMED_GATEWAY, CHARMED_PIPELINES_UI))
PRESETS: Mapping[str, Settings] = MappingProxyType({"upstream": UPSTREAM, "charmed": CHARMED})
DETECTED = replace(
    UPSTREAM,
    principals=tuple(principal for preset in PRESETS.values() for principal in preset.principals),
    detect_gateways=True,
)
