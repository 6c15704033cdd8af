"""Manifests that anybody may have written: read without following them into the depth, and told where they are odd."""

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
    """Types plain text as kubectl does: `y` is true, `1e3` and `0098123` are numbers, a date is text.

    Source: https://github.com/go-yaml/yaml/blob/v2/resolve.go
    """

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_yaml_bool(self, node: yaml.ScalarNode) -> bool:
        """Return what a word of `_TYPED` stands for."""
        return node.value.casefold() in ("y", "yes", "true", "on")

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        """Return a whole number; one with a leading zero is octal."""
        return int(_OCTAL.sub(r"\1o", node.value.replace("_", "")), 0)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float | str:
        """Return a number; one that is too large stays text."""
        number = float(node.value.replace("_", ""))
        return number if isfinite(number) else node.value


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
    """A file, or an object in it, that is passed over; its text says why, on one line."""


def documents(path: Path) -> list[Any]:
    """Return what a file of YAML or JSON holds, empty documents left out.

    Raises:
        Unreadable: it is no YAML, larger than 10 MiB, nested deeper than 100 levels, or has an
            alias, behind which little text stands for much.
        OSError: it cannot be opened or read.
    """
    with path.open("rb") as file:
        text = file.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise Unreadable(f"it is larger than {LARGEST_FILE // 1024**2} MiB")
    try:
        _look_through(text)
        return [one for one in yaml.load_all(text, Loader=_Loader) if one is not None]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(" ".join(str(error).split())) from error


def _look_through(text: bytes) -> None:
    """Refuse what the loader cannot bear, without building anything: its recursion ends the process at some depth."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"it has an alias, *{event.anchor}; write out what that stands for")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Unreadable(f"it is nested deeper than {DEEPEST} levels")


def decoded(body: Mapping[str, Any], kind: type[Any]) -> Any:  # noqa: ANN401 - one of slim.KINDS
    """Return an object as planning reads it.

    Raises:
        Unreadable: Kubernetes could not hold it, by its types, its name or its namespace.
    """
    try:
        one = msgspec.json.decode(msgspec.json.encode(body, order="sorted"), type=kind)
        _check_spec(one)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError, OverflowError) as error:
        raise Unreadable(" ".join(str(error).split())) from error
    space = one.metadata.namespace
    if not _may_be_called(kind, one.metadata.name):
        raise Unreadable(f"no {kind.__name__} can be called {one.metadata.name!r}")
    if slim_classes.is_namespaced(kind) and space and not is_dns_label(space):
        raise Unreadable(f"no namespace can be called {space!r}")
    return one


def _may_be_called(kind: type[Any], name: str) -> bool:
    """Source: kubernetes, pkg/apis/rbac/validation (RBAC takes any segment of a path), and RFC 1123 for the others."""
    if kind is slim_classes.Namespace:
        return is_dns_label(name)
    if kind is slim_classes.RoleBinding:
        return (
            0 < len(name) <= LONGEST_DOMAIN
            and name.isprintable()
            and name != ".."
            and not set(name) & set("/%\\")
        )
    return is_dns_subdomain(name)


def _check_spec(one: Any) -> None:  # noqa: ANN401 - one of slim.KINDS
    if isinstance(one, slim_classes.Profile) and one.spec is not None:
        stored_json.QUOTA.decode(one.spec.resource_quota_spec)
        stored_json.PLUGINS.decode(one.spec.plugins)
    elif isinstance(one, slim_classes.ResourceQuota):
        stored_json.QUOTA.decode(one.spec)
    elif isinstance(one, slim_classes.LimitRange):
        stored_json.LIMITS.decode(one.spec)
