"""A PMR as a YAML or JSON document, in the order of names, with only what is set."""

from __future__ import annotations

import json
from typing import Any, Literal

from profiles_management.pmr import yaml_text
from profiles_management.pmr.classes import (
    Addition,
    Contributor,
    Defaults,
    LimitRangeSpec,
    Owner,
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
    UserKind,
)
from profiles_management.pmr.puhuri_section import ProjectSetting
from profiles_management.pmr.reading import escaped
from profiles_management.pmr.until import written


def dumps(
    pmr: ProfilesManagementRepresentation,
    *,
    format: Literal["yaml", "json"] = "yaml",  # noqa: A002
) -> str:
    """Return the document that `loads` reads as this PMR, with `additions=True` if it has any.

    Args:
        pmr: the PMR. Profiles and additions are in the order of their names, contributors in their
            own order.
        format: the format; JSON is indented by two spaces.
    """
    data = plain(pmr)
    if format == "json":
        return escaped(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"
    return yaml_text.dump(data)


def entry(profile: Profile) -> str:
    """Return one profile as an item of `profiles:` in a YAML document, from its dash on."""
    return yaml_text.dump([_profile(profile)])


def plain(pmr: ProfilesManagementRepresentation) -> dict[str, Any]:
    """Return the document as plain data for JSON."""
    document: dict[str, Any] = {}
    if pmr.defaults is not None:
        document["defaults"] = _defaults(pmr.defaults)
    if pmr.puhuri is not None:
        document["puhuri"] = pmr.puhuri.to_section()
    entries = {name: _profile(profile) for name, profile in pmr.profiles.items()}
    entries |= {name: _addition(addition) for name, addition in pmr.additions.items()}
    document["profiles"] = [entries[name] for name in sorted(entries)]
    return document


def _defaults(defaults: Defaults) -> dict[str, Any]:
    data = _limits(defaults.resources, defaults.limit_range)
    if defaults.labels:
        data["labels"] = _sorted(defaults.labels)
    return data


def _profile(profile: Profile) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "labels": _sorted(profile.labels),
        "annotations": _sorted(profile.annotations),
        "plugins": [plugin.to_spec() for plugin in profile.plugins],
        "open": profile.open,
        "adopt": profile.adopt,
        "contributors": _contributors(profile.contributors),
    }
    head = {"name": profile.name, "owner": _owner(profile.owner)}
    limits = _limits(profile.resources, profile.limit_range)
    set_parts = {key: part for key, part in optional.items() if part}
    return head | limits | _project(profile.puhuri) | set_parts


def _project(project: ProjectSetting | None) -> dict[str, Any]:
    if project is None:
        return {}
    return {"puhuri": project and project.to_section()}


def _addition(addition: Addition) -> dict[str, Any]:
    return {
        "name": addition.name,
        "contributors": _contributors(addition.contributors),
    }


def _owner(owner: Owner) -> dict[str, str]:
    data = {"kind": owner.kind.value, "name": owner.name}
    if owner.namespace is not None:
        data["namespace"] = owner.namespace
    return data


def _contributors(contributors: list[Contributor]) -> list[dict[str, str]]:
    return [_contributor(person) for person in contributors]


def _contributor(person: Contributor) -> dict[str, str]:
    data = {"name": person.name, "role": person.role.value}
    if person.kind is not UserKind.USER:
        data["kind"] = person.kind.value
    if person.until is not None:
        data["until"] = written(person.until)
    return data


def _limits(
    resources: ResourceQuotaSpecModel | None, limit_range: LimitRangeSpec | None
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if resources is not None:
        data["resources"] = resources.to_spec()
    if limit_range is not None:
        data["limitRange"] = limit_range.to_spec() if limit_range.limits else {}
    return data


def _sorted(mapping: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(mapping.items()))
