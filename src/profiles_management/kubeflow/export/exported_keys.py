"""Which labels and annotations of a namespace an export takes into the document."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.state.observed import NamespaceSeen
from profiles_management.kubeflow.state.recorded_keys import recorded
from profiles_management.pmr.rules import Rules, is_ours

# Defaults of the profile controller. Source: kubeflow/dashboard, namespace-labels.yaml and
# profile_controller.go. They are there in every namespace, so nobody needs to read of them.
_CONTROLLER_LABELS: Mapping[str, str] = {
    naming.PART_OF: naming.KUBEFLOW_PROFILE,
    "istio-injection": "enabled",
    "katib.kubeflow.org/metrics-collector-injection": "enabled",
    "pipelines.kubeflow.org/enabled": "true",
    "serving.kubeflow.org/inferenceservice": "enabled",
}
_SERVER_KEYS = frozenset(
    {"kubernetes.io/metadata.name", "kubectl.kubernetes.io/last-applied-configuration"}
)


@dataclass(frozen=True, slots=True)
class ExportedKeys:
    """The labels or the annotations of one namespace.

    Attributes:
        kept: what the document says, in the order of the keys.
        left_out: the keys that other programs may manage, sorted.
    """

    kept: Mapping[str, str]
    left_out: tuple[str, ...]


def exported(space: NamespaceSeen, rules: Rules) -> dict[str, ExportedKeys]:
    """Return which keys of a namespace belong into the document, by `labels` and `annotations`.

    A key that an earlier document set is always one of them. Any other key with a domain may be
    another program's (Argo CD, Rancher, Velero): with it in the document, two programs would write
    it in turns. So it is left out unless the setting `allowed_keys` names it.
    """
    ours = recorded(space.annotations.get(naming.KEYS, ""), rules)
    parts = (("labels", space.labels), ("annotations", space.annotations))
    return {part: _sorted_out(there, ours.get(part, ()), rules) for part, there in parts}


def _sorted_out(there: Mapping[str, str], recorded: Collection[str], rules: Rules) -> ExportedKeys:
    kept: dict[str, str] = {}
    left_out: list[str] = []
    for key, value in sorted(there.items()):
        if is_ours(key):
            continue  # a mark, or what another field of the document says
        if key in recorded:
            kept[key] = value
        elif _is_default(key, value):
            continue
        elif rules.allows(key) and ("/" not in key or rules.lists(key)):
            kept[key] = value
        else:
            left_out.append(key)
    return ExportedKeys(kept, tuple(left_out))


def _is_default(key: str, value: str) -> bool:
    return key in _SERVER_KEYS or _CONTROLLER_LABELS.get(key) == value
