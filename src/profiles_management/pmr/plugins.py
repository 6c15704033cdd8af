"""Plugins of a profile, and warnings about what Kubeflow's profile controller ignores in them.

Sources: kubeflow/dashboard, components/profile-controller (`plugin_iam.go`,
`plugin_workload_identity.go`, `GetPluginSpec`). Other kinds and keys are not refused: a
distribution may have other plugins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, ValidationInfo

from profiles_management.pmr.document_limits import Budget
from profiles_management.pmr.model import (
    Finding,
    Model,
    Path,
    Text,
    parts_of,
    refusal,
    refuse,
    write_or,
)
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


def _finite(spec: dict[str, JsonValue]) -> dict[str, JsonValue]:
    refuse(_not_finite(spec, ()))
    return spec


def _not_finite(value: JsonValue, path: Path) -> Iterator[Finding]:
    if isinstance(value, float) and not isfinite(value):
        remedy = "write a number, or text in double quotes"
        yield Finding("not-json", "JSON has no such number", remedy, path)
    for key, part in parts_of(value):
        yield from _not_finite(part, (*path, key))


def _limited_without_json(spec: object, info: ValidationInfo) -> object:
    """Refuse a spec with more values that are not JSON than a document may have problems."""
    budget = Budget.of(info.context)
    budget.findings -= sum(1 for _ in islice(_without_json(spec), max(0, budget.findings) + 1))
    if budget.findings < 0:
        what = "too many values here are not JSON"
        raise refusal(Finding("not-json", what, "write text, numbers, lists and mappings"))
    return spec


def _without_json(value: object) -> Iterator[object]:
    """Yield each value inside a value that JSON cannot hold, such as a date."""
    if value is not None and not isinstance(value, str | int | float | dict | list):
        yield value
    for _, part in parts_of(value):
        yield from _without_json(part)


class Plugin(Model):
    """A plugin of the profile controller, as the Profile CRD has it."""

    api_version: Text | None = Field(
        default=None, validation_alias="apiVersion", serialization_alias="apiVersion"
    )
    kind: Annotated[Text, Field(min_length=1)]
    spec: Annotated[
        dict[Text, JsonValue], AfterValidator(_finite), BeforeValidator(_limited_without_json)
    ] = Field(default_factory=dict)

    def to_spec(self) -> dict[str, Any]:
        """Return the plugin as the Profile CRD takes it."""
        spec: dict[str, Any] = {} if self.api_version is None else {"apiVersion": self.api_version}
        return spec | {"kind": self.kind, "spec": self.spec}


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
