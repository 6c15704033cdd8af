"""The plugins of Kubeflow's profile controller, which ignores other kinds and keys.

Sources: kubeflow/dashboard, components/profile-controller (`plugin_iam.go`,
`plugin_workload_identity.go`, `GetPluginSpec`). Nothing is refused: a distribution may have other
plugins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from profiles_management.pmr.model import Finding, write_or
from profiles_management.pmr.names import near, quoted, value_finding

_SPECS: Final[Mapping[str, Mapping[str, type]]] = {
    "AwsIamForServiceAccount": {"awsIamRole": str, "annotateOnly": bool},
    "WorkloadIdentity": {"gcpServiceAccount": str},
}
_NEEDED: Final = {
    "AwsIamForServiceAccount": ("awsIamRole", "arn:aws:iam::123456789012:role/ml"),
    "WorkloadIdentity": ("gcpServiceAccount", "ml@project.iam.gserviceaccount.com"),
}
_MOST_KEYS: Final = 20  # keys of a plugin that are compared with the missing one
_GOOGLE: Final = ".iam.gserviceaccount.com"
_TYPES: Final = {str: "text", bool: "true or false"}


def plugin_warnings(kind: str, spec: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what the profile controller ignores in a plugin, or fails at; paths start there."""
    known = _SPECS.get(kind)
    if known is None:
        yield _unknown_kind(kind)
        return
    names = {name.casefold(): name for name in known}  # Go ignores the case of keys
    for key, value in spec.items():
        name = names.get(key.casefold())
        finding = _value_warning(kind, name, value) if name else _unknown_key(kind, key)
        if finding is not None:
            yield finding._replace(path=("spec", key))
    yield from _missing_key(kind, spec)


def _missing_key(kind: str, spec: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding if the key that a plugin needs is missing, and is not misspelled either."""
    needed, example = _NEEDED[kind]
    if needed in spec:
        return
    if not any(near(key, [needed]) for key in islice(spec, _MOST_KEYS)):
        remedy = f"add: {needed}: {example}"
        yield Finding("plugin-incomplete", f"{kind} needs {needed}", remedy, ("kind",))


def _value_warning(kind: str, name: str, value: object) -> Finding | None:
    expected = _SPECS[kind][name]
    if not isinstance(value, expected):
        type_name = _TYPES[expected]
        what = f'"{name}" of {kind} must be {type_name}'
        return Finding("plugin-type", what, f"write {type_name}")
    text = str(value)
    if name == "gcpServiceAccount" and not text.endswith(_GOOGLE):
        return _bad_value(kind, name, text, "is not a Google service account")
    if name == "awsIamRole" and not text.startswith("arn:"):
        return _bad_value(kind, name, text, "is not the ARN of a role")
    return None


def _bad_value(kind: str, name: str, text: str, why: str) -> Finding:
    return value_finding("plugin-value", text, why, f"write it as in: {name}: {_NEEDED[kind][1]}")


def _unknown_kind(kind: str) -> Finding:
    meant = near(kind, _SPECS)
    remedy = f"write: kind: {meant}" if meant else f"use one of: {', '.join(_SPECS)}"
    value = quoted(kind)
    what = f"Kubeflow's profile controller has no plugin {value} and ignores it"
    return Finding("unknown-plugin", what, remedy, ("kind",), values=(value,))


def _unknown_key(kind: str, key: str) -> Finding:
    known = _SPECS[kind]
    remedy = write_or(near(key, known), f"remove it; known keys: {', '.join(known)}")
    value = quoted(key)
    what = f"the plugin {kind} has no {value} and ignores it"
    return Finding("unknown-plugin-key", what, remedy, at_key=True, values=(value,))
