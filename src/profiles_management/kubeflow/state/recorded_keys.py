"""The annotation that records which labels and annotations of a namespace a document set."""

import json
from collections.abc import Iterable, Mapping

from profiles_management.kubeflow.objects import merge_patch, naming
from profiles_management.pmr.rules import Rules

PARTS = ("annotations", "labels")


def record(labels: Iterable[str], annotations: Iterable[str]) -> str:
    """Return the value of the annotation naming.KEYS for the keys of a document, '' for none."""
    parts = merge_patch.nonempty(annotations=sorted(annotations), labels=sorted(labels))
    return json.dumps(parts) if parts else ""


def recorded(text: str, rules: Rules) -> Mapping[str, list[str]]:
    """Return which keys a namespace's record names, by `labels` and `annotations`.

    Args:
        text: the value of the annotation naming.KEYS; one that is not valid records nothing.
        rules: what a document may set as a label or annotation. A recorded key that it may not set
            is ignored, so nobody gets our marks or another program's keys removed by writing them
            into the record. A key of our domain that is not a mark counts: a field of the document
            wrote it (naming.is_field).
    """
    keys: dict[str, list[str]] = {}
    parts = _decoded(text)
    for part in PARTS:
        names = parts.get(part)
        if isinstance(names, list):
            keys[part] = [name for name in names if _is_settable(name, rules)]
    return keys


def _decoded(text: str) -> Mapping[str, object]:
    """Return a record, which anybody may have written; nothing unless it is a JSON object."""
    if not text:
        return {}
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parts if isinstance(parts, dict) else {}


def _is_settable(name: object, rules: Rules) -> bool:
    if not isinstance(name, str):
        return False
    return rules.allows(name) or naming.is_field(name)
