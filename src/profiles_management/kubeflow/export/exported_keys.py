"""The labels and annotations of a namespace that an export puts into the document."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.state.observed import NamespaceSeen
from profiles_management.kubeflow.state.recorded_keys import recorded
from profiles_management.pmr.rules import Rules, is_ours

# Defaults of the profile controller. Source: kubeflow/dashboard, namespace-labels.yaml and
# profile_controller.go. Every namespace has them, so a document need not.
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
        kept: the keys and values of the document, sorted.
        left_out: the keys that other programs may manage, sorted.
    """

    kept: Mapping[str, str]
    left_out: tuple[str, ...]


def exported(space: NamespaceSeen, rules: Rules) -> dict[str, ExportedKeys]:
    """Return the keys of a namespace that belong into the document, by `labels` and `annotations`.

    A key that an earlier document set is always exported. Any other key with a domain may belong to
    another program (Argo CD, Rancher, Velero), and both programs would overwrite each other's
    value. So it is left out unless the setting `allowed_keys` names it.
    """
    ours = recorded(space.annotations.get(naming.KEYS, ""), rules)
    parts = (("labels", space.labels), ("annotations", space.annotations))
    return {part: _sorted_out(values, ours.get(part, ()), rules) for part, values in parts}


def _sorted_out(values: Mapping[str, str], recorded: Collection[str], rules: Rules) -> ExportedKeys:
    """Return which keys are exported, and which other programs may manage.

    Args:
        values: the labels or annotations of a namespace.
        recorded: the keys that earlier documents set.
        rules: for the setting `allowed_keys`.
    """
    kept: dict[str, str] = {}
    left_out: list[str] = []
    for key, value in sorted(values.items()):
        if is_ours(key):
            continue  # a mark, or the value of another field of the document
        if key in recorded:
            kept[key] = value
        elif _is_default(key, value):
            continue
        elif _is_exported(key, rules):
            kept[key] = value
        else:
            left_out.append(key)
    return ExportedKeys(kept, tuple(left_out))


def _is_exported(key: str, rules: Rules) -> bool:
    return rules.allows(key) and ("/" not in key or rules.lists(key))


def _is_default(key: str, value: str) -> bool:
    return key in _SERVER_KEYS or _CONTROLLER_LABELS.get(key) == value
