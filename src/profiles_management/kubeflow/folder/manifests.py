"""Manifests from any author, read with limits on their size and depth."""

import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import yaml

from profiles_management.kubeflow.objects import stored_json
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.pmr.names import LONGEST_DOMAIN, is_dns_label, is_dns_subdomain

LARGEST_FILE = 10 * 1024 * 1024  # bytes
DEEPEST = 100

_OCTAL = re.compile(r"^([-+]?0)(?=[0-9])")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads scalars as kubectl does: `y` is true, `1e3` and `0098123` are numbers, a date is text.

    Source: https://github.com/go-yaml/yaml/blob/v2/resolve.go
    """

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_yaml_bool(self, node: yaml.ScalarNode) -> bool:
        """Return the value of a word of `_TYPED`."""
        return node.value.casefold() in ("y", "yes", "true", "on")

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        """Return a whole number; one with a leading zero is octal."""
        return int(_OCTAL.sub(r"\1o", node.value.replace("_", "")), 0)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float | str:
        """Return a number; a number that is too large stays text."""
        text: str = node.value
        number = float(text.replace("_", ""))
        if not isfinite(number):
            return text
        return number


_TYPED = (
    (
        "bool",
        r"[yY]|yes|Yes|YES|true|True|TRUE|on|On|ON|[nN]|no|No|NO|false|False|FALSE|off|Off|OFF",
        "yYtToOnNfF",
    ),
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("int", r"[-+]?(0[bB][01_]+|0[oO]?[0-7_]+|0[xX][0-9a-fA-F_]+|0|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9_]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
)
for _tag, _pattern, _starts in _TYPED:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), [*_starts]
    )
_Loader.add_constructor("tag:yaml.org,2002:bool", _Loader.construct_yaml_bool)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_yaml_float)


class Unreadable(Exception):
    """A file, or an object in it, is skipped; the text of the error is the reason, on one line."""


def documents(path: Path) -> list[Any]:
    """Return the documents of a file of YAML or JSON, without empty ones.

    Raises:
        Unreadable: it is not valid YAML, is larger than 10 MiB, is nested deeper than 100 levels,
            or has an alias, because aliases let a small text expand to a huge document.
        OSError: it cannot be opened or read.
    """
    with path.open("rb") as file:
        text = file.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise Unreadable(f"it is larger than {LARGEST_FILE // 1024**2} MiB")
    try:
        _check_events(text)
        bodies = [*yaml.load_all(text, Loader=_Loader)]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(" ".join(str(error).split())) from error
    return [body for body in bodies if body is not None]


def _check_events(text: bytes) -> None:
    """Refuse aliases and deep nesting, with which the recursive loader would crash the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"it has an alias, *{event.anchor}; write its content instead")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable(f"it is nested deeper than {DEEPEST} levels")


def decoded(body: Mapping[str, Any], kind: type[Any]) -> Any:  # noqa: ANN401 - a slim class
    """Return an object as a slim class.

    Raises:
        Unreadable: its types, its name or its namespace are not valid in Kubernetes.
    """
    try:
        decoded = msgspec.json.decode(msgspec.json.encode(body, order="sorted"), type=kind)
        _check_spec(decoded)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError, OverflowError) as error:
        raise Unreadable(" ".join(str(error).split())) from error
    name, namespace = decoded.metadata.name, decoded.metadata.namespace
    if not _is_valid_name(kind, name):
        raise Unreadable(f"{name!r} is not a valid name of a {kind.__name__}")
    if namespace and slim_classes.is_namespaced(kind) and not is_dns_label(namespace):
        raise Unreadable(f"{namespace!r} is not a valid name of a namespace")
    return decoded


def _is_valid_name(kind: type[Any], name: str) -> bool:
    if kind is slim_classes.Namespace:
        return is_dns_label(name)
    if kind is slim_classes.RoleBinding:
        return len(name) <= LONGEST_DOMAIN and _is_path_segment(name)
    return is_dns_subdomain(name)


def _is_path_segment(name: str) -> bool:
    """Return whether a name is valid for RBAC. Source: kubernetes, pkg/apis/rbac/validation."""
    return name not in ("", "..") and name.isprintable() and set(name).isdisjoint("/%\\")


def _check_spec(decoded: Any) -> None:  # noqa: ANN401 - a slim class
    match decoded:
        case slim_classes.Profile(spec=slim_classes.ProfileSpec() as spec):
            stored_json.QUOTA.decode(spec.resource_quota_spec)
            stored_json.PLUGINS.decode(spec.plugins)
        case slim_classes.ResourceQuota():
            stored_json.QUOTA.decode(decoded.spec)
        case slim_classes.LimitRange():
            stored_json.LIMITS.decode(decoded.spec)
