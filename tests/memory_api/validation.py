"""Rules of the real server that an engine could break: names, labels, bindings, quotas, limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from . import quantities, typed
from .kinds import RBAC, Kind, Object
from .schema import quoted, validate
from .status import Cause

LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"
KEY_NAME = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
LABEL_VALUE = rf"({KEY_NAME})?"

_KEY_WORDS = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    f"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{KEY_NAME}')"
)
_VALUE_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    f"'{LABEL_VALUE}')"
)
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    f"an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{LABEL}')"
)
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    f"end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{SUBDOMAIN}')"
)
_ANNOTATIONS_LIMIT = 256 * 1024


def check(kind: Kind, obj: typed.GoObject | Object) -> list[Cause]:
    """Return every error of an object by itself, metadata first, as the server does."""
    metadata = obj.metadata if isinstance(obj, typed.GoObject) else obj["metadata"]
    given = (
        metadata
        if isinstance(metadata, typed.ObjectMeta)
        else typed.msgspec.convert(metadata, typed.ObjectMeta)
    )
    causes = [*_metadata(kind, given)]
    if kind.schema:
        causes += _custom(kind, obj)
    elif rules := _RULES.get(kind.name):
        causes += rules(obj)
    return causes


def check_change(kind: Kind, old: typed.GoObject, new: typed.GoObject) -> Iterator[Cause]:
    """Yield errors in fields that may not change between versions."""
    if (
        isinstance(old, typed.RoleBinding)
        and isinstance(new, typed.RoleBinding)
        and old.roleRef != new.roleRef
    ):
        ref = new.roleRef
        shown = f'{{"APIGroup":{quoted(ref.apiGroup)},"Kind":{quoted(ref.kind)},"Name":{quoted(ref.name)}}}'
        yield Cause("roleRef", f"Invalid value: {shown}: cannot change roleRef")
    quotas = isinstance(old, typed.ResourceQuota) and isinstance(new, typed.ResourceQuota)
    if quotas and set(old.spec.scopes) != set(new.spec.scopes):
        yield Cause("spec.scopes", f"Invalid value: {_list(new.spec.scopes)}: field is immutable")


def _list(words: list[str]) -> str:
    return f"[{','.join(quoted(word) for word in words)}]" if words else "null"


def _metadata(kind: Kind, metadata: typed.ObjectMeta) -> Iterator[Cause]:
    name = metadata.name
    if not name:
        yield Cause(
            "metadata.name",
            "Required value: name or generateName is required",
            "FieldValueRequired",
        )
    else:
        yield from _name(kind, name)
    for key, value in sorted(metadata.labels.items()):
        yield from _key("metadata.labels", key)
        if len(value.encode()) > 63:
            yield Cause(
                "metadata.labels", f"Invalid value: {quoted(value)}: must be no more than 63 bytes"
            )
        elif not re.fullmatch(LABEL_VALUE, value):
            yield Cause("metadata.labels", f"Invalid value: {quoted(value)}: {_VALUE_WORDS}")
    for key in sorted(metadata.annotations):
        yield from _key("metadata.annotations", key.lower())
    if (
        sum(len(key.encode()) + len(value.encode()) for key, value in metadata.annotations.items())
        > _ANNOTATIONS_LIMIT
    ):
        words = f"Too long: may not be more than {_ANNOTATIONS_LIMIT} bytes"
        yield Cause("metadata.annotations", words, "FieldValueTooLong")
    yield from _owners(metadata.ownerReferences)


def _owners(references: list[typed.OwnerReference]) -> Iterator[Cause]:
    for reference in references:
        for key in ("apiVersion", "kind", "name", "uid"):
            if not getattr(reference, key):
                yield Cause(
                    f"metadata.ownerReferences.{key}", 'Invalid value: "": must not be empty'
                )
    controllers = [f"{each.kind}/{each.name}" for each in references if each.controller is True]
    if len(controllers) > 1:
        words = (
            'Only one reference can have Controller set to true. Found "true" in references for '
        )
        yield Cause(
            "metadata.ownerReferences", f"Invalid value: {words}{' and '.join(controllers)}"
        )


def _name(kind: Kind, name: str) -> Iterator[Cause]:
    if kind.group == RBAC:
        bad = [f"may not be '{name}'"] if name in (".", "..") else []
        bad += [f"may not contain '{mark}'" for mark in "/%" if mark in name]
    elif kind.name == "Namespace":
        bad = _dns(name, LABEL, 63, _LABEL_WORDS)
    else:
        bad = _dns(name, SUBDOMAIN, 253, _SUBDOMAIN_WORDS)
    for words in bad:
        yield Cause("metadata.name", f"Invalid value: {quoted(name)}: {words}")


def _dns(name: str, pattern: str, longest: int, words: str) -> list[str]:
    unit = "bytes" if longest == 63 else "characters"
    found = [f"must be no more than {longest} {unit}"] if len(name) > longest else []
    return found if re.fullmatch(pattern, name) else [*found, words]


def _key(where: str, key: str) -> Iterator[Cause]:
    prefix, slash, name = key.rpartition("/")
    for words in _key_problems(prefix, slash, name):
        yield Cause(where, f"Invalid value: {quoted(key)}: {words}")


def _key_problems(prefix: str, slash: str, name: str) -> Iterator[str]:
    if "/" in prefix:
        words = _KEY_WORDS.removeprefix("name part must consist of ")
        optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        yield f"a valid label key must consist of {words} {optional}"
        return
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif slash:
        yield from (
            f"prefix part {words}" for words in _dns(prefix, SUBDOMAIN, 253, _SUBDOMAIN_WORDS)
        )
    if not name:
        yield "name part must be non-empty"
    elif len(name) > 63:
        yield "name part must be no more than 63 bytes"
    if not re.fullmatch(KEY_NAME, name):
        yield _KEY_WORDS


def _custom(kind: Kind, obj: Object) -> Iterator[Cause]:
    assert kind.schema
    body = {key: obj[key] for key in ("spec", "status") if key in obj}
    causes = list(validate(kind.schema, body))
    yield from causes
    spec = body.get("spec", {})
    if kind.name == "AuthorizationPolicy" and not causes:
        if sum(key in spec for key in ("selector", "targetRef", "targetRefs")) > 1:
            yield Cause("spec", "Invalid value: only one of targetRefs or selector can be set")
    elif kind.name == "AuthorizationPolicy":
        words = "some validation rules were not checked because the object was invalid; correct the existing errors"
        yield Cause("<nil>", f"Invalid value: null: {words} to complete validation")


def _role_binding(obj: typed.RoleBinding) -> Iterator[Cause]:
    ref = obj.roleRef
    if ref.apiGroup != RBAC:
        yield _unsupported("roleRef.apiGroup", ref.apiGroup, RBAC)
    if ref.kind not in ("Role", "ClusterRole"):
        yield _unsupported("roleRef.kind", ref.kind, "Role", "ClusterRole")
    if not ref.name:
        yield Cause("roleRef.name", "Required value", "FieldValueRequired")
    elif "/" in ref.name or "%" in ref.name:
        mark = "/" if "/" in ref.name else "%"
        yield Cause("roleRef.name", f"Invalid value: {quoted(ref.name)}: may not contain '{mark}'")
    for index, subject in enumerate(obj.subjects):
        yield from _subject(f"subjects[{index}]", subject)


def _subject(where: str, subject: typed.Subject) -> Iterator[Cause]:
    if not subject.name:
        yield Cause(f"{where}.name", "Required value", "FieldValueRequired")
    if subject.kind == "ServiceAccount":
        if subject.name and not re.fullmatch(SUBDOMAIN, subject.name):
            yield Cause(
                f"{where}.name", f"Invalid value: {quoted(subject.name)}: {_SUBDOMAIN_WORDS}"
            )
        if subject.apiGroup:
            yield _unsupported(f"{where}.apiGroup", subject.apiGroup, "")
    elif subject.kind in ("User", "Group"):
        if subject.apiGroup != RBAC:
            yield _unsupported(f"{where}.apiGroup", subject.apiGroup, RBAC)
    else:
        yield _unsupported(f"{where}.kind", subject.kind, "ServiceAccount", "User", "Group")


def _unsupported(where: str, given: str, *known: str) -> Cause:
    words = f"Unsupported value: {quoted(given)}: supported values: {', '.join(quoted(word) for word in known)}"
    return Cause(where, words, "FieldValueNotSupported")


_COUNTED = {
    "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
    "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
}  # fmt: skip
_MEASURED = {
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
    "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
}  # fmt: skip
_STANDARD = _COUNTED | _MEASURED | {"storage"}
_SCOPES = {
    "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
}  # fmt: skip
_COMPUTE_SCOPED = {
    "pods",
    "cpu",
    "memory",
    "requests.cpu",
    "requests.memory",
    "limits.cpu",
    "limits.memory",
}


def _resource_quota(obj: typed.ResourceQuota) -> Iterator[Cause]:
    for name, amount in sorted(obj.spec.hard.items()):
        yield from _hard(f"spec.hard[{name}]", name, quantities.parse(amount))
    if obj.spec.scopes:
        yield from _scopes(obj.spec)
    for each in obj.spec.scopeSelector.matchExpressions if obj.spec.scopeSelector else ():
        yield from _scoped("spec.scopeSelector.matchExpressions", each)


def _hard(where: str, name: str, amount: quantities.Quantity) -> Iterator[Cause]:
    yield from _key(where, name)
    if name not in _STANDARD and "/" not in name:
        if re.fullmatch(KEY_NAME, name):
            yield Cause(
                where,
                f"Invalid value: {quoted(name)}: must be a standard resource type or fully qualified",
            )
        yield Cause(where, f"Invalid value: {quoted(name)}: must be a standard resource for quota")
    if amount.value < 0:
        yield Cause(
            where, f"Invalid value: {quoted(str(amount))}: must be greater than or equal to 0"
        )
    elif (name in _COUNTED or _is_extended(name)) and amount.value.denominator != 1:
        yield Cause(where, f"Invalid value: {quoted(str(amount))}: must be an integer")


def _is_extended(name: str) -> bool:
    return "/" in name and "kubernetes.io/" not in name and not name.startswith("requests.")


def _scopes(spec: typed.ResourceQuotaSpec) -> Iterator[Cause]:
    shown = _list(spec.scopes)
    for scope in spec.scopes:
        if scope not in _SCOPES:
            yield Cause("spec.scopes", f"Invalid value: {shown}: unsupported scope")
        for name in sorted(spec.hard):
            if (scope == "BestEffort" and name in _MEASURED | _COUNTED - {"pods"}) or (
                scope in _SCOPES - {"VolumeAttributesClass"}
                and name in _STANDARD - _COMPUTE_SCOPED - _MEASURED
            ):
                yield Cause(
                    "spec.scopes", f"Invalid value: {shown}: unsupported scope applied to resource"
                )
    for one, other in (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")):
        if one in spec.scopes and other in spec.scopes:
            yield Cause("spec.scopes", f"Invalid value: {shown}: conflicting scopes")


def _scoped(where: str, each: typed.ScopedResource) -> Iterator[Cause]:
    if each.scopeName not in _SCOPES:
        yield Cause(
            f"{where}.scopeName", f"Invalid value: {quoted(each.scopeName)}: unsupported scope"
        )
    if each.operator in ("In", "NotIn"):
        if not each.values:
            words = "Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            yield Cause(f"{where}.values", words, "FieldValueRequired")
    elif each.operator in ("Exists", "DoesNotExist"):
        if each.values:
            words = (
                "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector"
            )
            yield Cause(f"{where}.values", f"Invalid value: {_list(each.values)}: {words}")
    else:
        yield Cause(
            f"{where}.operator",
            f"Invalid value: {quoted(each.operator)}: not a valid selector operator",
        )


def _limit_range(obj: typed.LimitRange) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, limit in enumerate(obj.spec.limits or ()):
        where = f"spec.limits[{index}]"
        if limit.type in seen:
            yield Cause(
                f"{where}.type", f"Duplicate value: {quoted(limit.type)}", "FieldValueDuplicate"
            )
        seen.add(limit.type)
        yield from _limit(where, limit)


def _limit(where: str, limit: typed.LimitRangeItem) -> Iterator[Cause]:
    yield from _key(f"{where}.type", limit.type)
    if (
        limit.type
        and limit.type not in ("Pod", "Container", "PersistentVolumeClaim")
        and "/" not in limit.type
    ):
        words = (
            f"Invalid value: {quoted(limit.type)}: must be a standard limit type or fully qualified"
        )
        yield Cause(f"{where}.type", words)
    if limit.type == "Pod":
        for key in ("default", "defaultRequest"):
            if getattr(limit, key):
                words = "Forbidden: may not be specified when `type` is 'Pod'"
                yield Cause(f"{where}.{key}", words, "FieldValueForbidden")
    if (
        limit.type == "PersistentVolumeClaim"
        and "storage" not in limit.min
        and "storage" not in limit.max
    ):
        words = "Required value: either minimum or maximum storage value is required, but neither was provided"
        yield Cause(f"{where}.limits", words, "FieldValueRequired")
    for name in sorted(
        {*limit.min, *limit.max, *limit.default, *limit.defaultRequest, *limit.maxLimitRequestRatio}
    ):
        yield from _bounds(where, name, limit)


def _bounds(where: str, name: str, limit: typed.LimitRangeItem) -> Iterator[Cause]:
    values = {key: getattr(limit, key)[name] for key in _BOUND_KEYS if name in getattr(limit, key)}
    amounts = {key: quantities.parse(value).value for key, value in values.items()}
    for low, high, blamed, shown, words in _BOUNDS:
        if low in amounts and high in amounts and amounts[low] > amounts[high]:
            text = words.format(values[low], values[high])
            yield Cause(
                f"{where}.{blamed}[{name}]", f"Invalid value: {quoted(values[shown])}: {text}"
            )
    ratio = limit.maxLimitRequestRatio.get(name)
    if ratio is not None and quantities.parse(ratio).value < Fraction(1):
        words = f"Invalid value: {quoted(ratio)}: ratio {ratio} is less than 1"
        yield Cause(f"{where}.maxLimitRequestRatio[{name}]", words)


_BOUND_KEYS = ("min", "max", "defaultRequest", "default")
_REQUEST_ABOVE_LIMIT = "default request value {} is greater than default limit value {}"
_REQUEST_ABOVE_MAX = "default request value {} is greater than max value {}"
_BELOW_REQUEST = "min value {} is greater than default request value {}"
# the lower, the upper, the field that is blamed, the value that is shown (the server's choice), the
# words
_BOUNDS = (
    ("min", "max", "min", "min", "min value {} is greater than max value {}"),
    ("min", "defaultRequest", "defaultRequest", "defaultRequest", _BELOW_REQUEST),
    ("defaultRequest", "max", "defaultRequest", "defaultRequest", _REQUEST_ABOVE_MAX),
    ("defaultRequest", "default", "defaultRequest", "defaultRequest", _REQUEST_ABOVE_LIMIT),
    ("min", "default", "default", "min", "min value {} is greater than default value {}"),
    ("default", "max", "default", "max", "default value {} is greater than max value {}"),
)


def _event(obj: typed.Event) -> Iterator[Cause]:
    about, here = obj.involvedObject.namespace, obj.metadata.namespace
    if about != here and not (not about and here == "default"):
        yield Cause(
            "involvedObject.namespace",
            f"Invalid value: {quoted(about)}: does not match event.namespace",
        )


_RULES: dict[str, Callable[[Any], Iterator[Cause]]] = {
    "RoleBinding": _role_binding,
    "ResourceQuota": _resource_quota,
    "LimitRange": _limit_range,
    "Event": _event,
}
