"""The annotation that records which labels and annotations of a namespace a document set."""

import json
from collections.abc import Iterable, Mapping

from profiles_management.kubeflow.objects import naming
from profiles_management.pmr.rules import Rules


def record(labels: Iterable[str], annotations: Iterable[str]) -> str:
    """Return the value of the annotation naming.KEYS for the keys that a document sets, '' for none."""
    keys = {"annotations": sorted(annotations), "labels": sorted(labels)}
    kept = {part: names for part, names in keys.items() if names}
    return json.dumps(kept) if kept else ""


def recorded(text: str, rules: Rules) -> Mapping[str, list[str]]:
    """Return which keys a namespace's record names, by `labels` and `annotations`.

    Args:
        text: the value of the annotation naming.KEYS; one that is not valid records nothing.
        rules: what a document may set as a label or annotation. A recorded key that it may not set
            is ignored, so nobody gets our marks or another program's keys removed by writing them
            into the record. A key of our domain that is not a mark counts: a field of the document
            wrote it (naming.is_field).
    """
    parts = _parts(text)
    return {part: _settable(keys, rules) for part, keys in parts.items() if isinstance(keys, list)}


def _parts(text: str) -> Mapping[str, object]:
    """Return what a record says, whoever wrote it; nothing for a text that is not a JSON object."""
    if not text:
        return {}
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parts if isinstance(parts, dict) else {}


def _settable(keys: Iterable[object], rules: Rules) -> list[str]:
    names = (key for key in keys if isinstance(key, str))
    return [name for name in names if rules.allows(name) or naming.is_field(name)]
