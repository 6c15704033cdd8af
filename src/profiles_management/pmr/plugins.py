"""The plugins that Kubeflow's profile controller knows; it passes over other kinds and keys.

Sources: kubeflow/dashboard, components/profile-controller (`plugin_iam.go`,
`plugin_workload_identity.go`, `GetPluginSpec`). Nothing is refused: a distribution may have others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import near, quoted

_SPECS: Final[Mapping[str, Mapping[str, type]]] = {
    "AwsIamForServiceAccount": {"awsIamRole": str, "annotateOnly": bool},
    "WorkloadIdentity": {"gcpServiceAccount": str},
}
_NEEDED: Final = {
    "AwsIamForServiceAccount": ("awsIamRole", "arn:aws:iam::123456789012:role/ml"),
    "WorkloadIdentity": ("gcpServiceAccount", "ml@project.iam.gserviceaccount.com"),
}
_MOST_KEYS: Final = 20  # of a plugin, that may be a misspelled one
_GOOGLE: Final = ".iam.gserviceaccount.com"
_TYPES: Final = {str: "text", bool: "true or false"}


def plugin_warnings(kind: str, spec: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what the profile controller passes over in a plugin, or fails at; paths start there."""
    known = _SPECS.get(kind)
    if known is None:
        yield _unknown_kind(kind)
        return
    for key, value in spec.items():
        # Go does not look at the case of keys.
        name = next((name for name in known if name.casefold() == key.casefold()), "")
        finding = _value_warning(kind, name, value) if name else _unknown_key(kind, key)
        if finding is not None:
            yield finding._replace(path=("spec", key))
    needed, example = _NEEDED[kind]
    if needed not in spec and not any(near(key, [needed]) for key in islice(spec, _MOST_KEYS)):
        remedy = f"add: {needed}: {example}"
        yield Finding("plugin-incomplete", f"{kind} needs {needed}", remedy, ("kind",))


def _value_warning(kind: str, name: str, value: object) -> Finding | None:
    wanted = _SPECS[kind][name]
    if not isinstance(value, wanted):
        what = f'"{name}" of {kind} wants {_TYPES[wanted]}'
        return Finding("plugin-type", what, f"write {_TYPES[wanted]}")
    example = f"write it as in: {name}: {_NEEDED[kind][1]}"
    if name == "gcpServiceAccount" and not str(value).endswith(_GOOGLE):
        what = f"{quoted(str(value))} is no Google service account"
        return Finding("plugin-value", what, example)
    if name == "awsIamRole" and not str(value).startswith("arn:"):
        return Finding("plugin-value", f"{quoted(str(value))} is no ARN of a role", example)
    return None


def _unknown_kind(kind: str) -> Finding:
    meant = near(kind, _SPECS)
    remedy = f"write: kind: {meant}" if meant else f"use one of: {', '.join(_SPECS)}"
    what = f"Kubeflow's profile controller knows no plugin {quoted(kind)} and passes over it"
    return Finding("unknown-plugin", what, remedy, ("kind",))


def _unknown_key(kind: str, key: str) -> Finding:
    meant = near(key, _SPECS[kind])
    remedy = f"write: {meant}" if meant else f"remove it; known here: {', '.join(_SPECS[kind])}"
    what = f"the plugin {kind} has no {quoted(key)}, so it is passed over"
    return Finding("unknown-plugin-key", what, remedy, at_key=True)
