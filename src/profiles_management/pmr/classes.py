"""The models of a PMR: which profiles exist, who owns them, who contributes, what each may use.

The names are those of canonical/github-profiles-automator, so that a charm that uses its classes
works with these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    FailFast,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from profiles_management.pmr.limit_range import LimitRangeItem, LimitRangeSpec
from profiles_management.pmr.model import Finding, Model, Text, no_items, refuse
from profiles_management.pmr.names import (
    LONGEST_LABEL,
    annotation_findings,
    label_findings,
    profile_name,
    value_finding,
)
from profiles_management.pmr.origins import NO_ORIGINS, Origins
from profiles_management.pmr.people import (
    Contributor,
    ContributorRole,
    Owner,
    UserKind,
    people_findings,
)
from profiles_management.pmr.plugins import Plugin
from profiles_management.pmr.problems import DuplicateProfileError, Problem
from profiles_management.pmr.puhuri_section import ProjectSetting, Puhuri, PuhuriProject
from profiles_management.pmr.quota import (
    Operator,
    ResourceQuotaSpecModel,
    ScopedResourceSelectorRequirement,
    ScopeSelector,
)

__all__ = [
    "Addition",
    "Contributor",
    "ContributorRole",
    "Defaults",
    "LimitRangeItem",
    "LimitRangeSpec",
    "Operator",
    "Owner",
    "Plugin",
    "Profile",
    "ProfilesManagementRepresentation",
    "ResourceQuotaSpecModel",
    "ScopeSelector",
    "ScopedResourceSelectorRequirement",
    "UserKind",
]


_Mapping = TypeVar("_Mapping", dict[str, str], dict[str, str | None])


def _labels(labels: _Mapping) -> _Mapping:
    refuse(label_findings(labels))
    return labels


def _annotations(annotations: dict[str, str]) -> dict[str, str]:
    refuse(annotation_findings(annotations))
    return annotations


Labels = Annotated[dict[Text, Text], AfterValidator(_labels)]
ProfileName = Annotated[
    Text,
    AfterValidator(profile_name),
    WithJsonSchema(
        {"type": "string", "maxLength": LONGEST_LABEL, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"}
    ),
]
LabelChanges = Annotated[dict[Text, Text | None], AfterValidator(_labels)]
Annotations = Annotated[dict[Text, Text], AfterValidator(_annotations)]


def _empty_for_none(value: object) -> object:
    """Return [] for None, which code for github-profiles-automator may pass; documents cannot."""
    return [] if value is None else value


People = Annotated[list[Contributor], FailFast()]
"""Contributors. pydantic stops at the first wrong one; `validation` checks each of them then."""

Contributors = Annotated[People, BeforeValidator(_empty_for_none)]


class Profile(Model):
    """One profile: its namespace, its owner, its contributors and what it may use.

    `resources` and `limit_range` are None where the default applies; an empty model means
    explicitly none. A label that is None drops the default of that key. `open` lets other sources
    add contributors, `adopt` takes over a profile or namespace that exists already. `puhuri` is for
    a research portal: False makes no project there.
    """

    name: ProfileName
    owner: Owner
    contributors: Contributors = Field(default_factory=no_items)
    resources: ResourceQuotaSpecModel | None = None
    limit_range: LimitRangeSpec | None = Field(
        default=None, validation_alias="limitRange", serialization_alias="limitRange"
    )
    labels: LabelChanges = Field(default_factory=dict)
    annotations: Annotations = Field(default_factory=dict)
    plugins: list[Plugin] = Field(default_factory=no_items)
    open: Annotated[bool, Field(strict=True)] = False
    adopt: Annotated[bool, Field(strict=True)] = False
    puhuri: ProjectSetting | None = None

    @model_validator(mode="after")
    def _people_fit(self) -> Self:
        refuse(people_findings(self.owner, self.contributors))
        return self


class Addition(Model):
    """Contributors that a source adds to an open profile of another source; never an admin."""

    name: ProfileName
    contributors: People

    @model_validator(mode="after")
    def _people_fit(self) -> Self:
        refuse([*people_findings(None, self.contributors), *self._admins()])
        return self

    def _admins(self) -> Iterator[Finding]:
        for index, person in enumerate(self.contributors):
            if person.role is ContributorRole.ADMIN:
                why = "cannot be an admin of a profile of another source"
                remedy = "write: role: edit, or view; only the source of the profile can add admins"
                path = ("contributors", index, "role")
                yield value_finding("admin-added", person.name, why, remedy, path)


class Defaults(Model):
    """Values for each profile that does not set its own."""

    resources: ResourceQuotaSpecModel | None = None
    limit_range: LimitRangeSpec | None = Field(
        default=None, validation_alias="limitRange", serialization_alias="limitRange"
    )
    labels: Labels = Field(default_factory=dict)


_SHOWN: Final = 3
_PROFILES: Final = TypeAdapter(list[Profile])
_ADDITIONS: Final = TypeAdapter(list[Addition])


def _listed(argument: str, value: object) -> list[Any]:
    """Return an argument as a list; iterating over a mapping or a model would give its keys."""
    if isinstance(value, Mapping | Model | str) or not isinstance(value, Iterable):
        message = f"{argument} is {type(value).__name__}. Pass a list, or leave it out for none."
        raise TypeError(message)
    return list(value)


class ProfilesManagementRepresentation:
    """The profiles that should exist.

    A document that is one source among several may add contributors to profiles of the others.
    These additions have no effect before `merging.merge`, which records the sources in `origins`.

    Attributes:
        profiles: the profiles by name.
        additions: the additions by the name of the profile.
        defaults: values for each profile that does not set its own.
        puhuri: the customer of a research portal, and defaults for its projects.
        origins: which source defines what, for a merged document.
        warnings: what was found when the document was read; None for a document built by code.

    Args:
        profiles_list: profiles with different names.
        defaults: values for each profile that does not set its own.
        additions: additions to profiles of other sources, at most one for each profile.
        puhuri: the customer of a research portal, and defaults for its projects.

    Raises:
        TypeError: `profiles_list` or `additions` is not a list, such as None or a mapping.
        DuplicateProfileError: two entries have one name.
        pydantic.ValidationError: something in a list is not a profile, or not an addition.
    """

    def __init__(
        self,
        profiles_list: Sequence[Profile] = (),
        *,
        defaults: Defaults | None = None,
        additions: Sequence[Addition] = (),
        puhuri: Puhuri | None = None,
    ) -> None:
        self.profiles: dict[str, Profile] = {}
        self.additions: dict[str, Addition] = {}
        self.defaults = defaults
        self.puhuri = puhuri
        self.origins: Origins = NO_ORIGINS
        self.warnings: tuple[Problem, ...] | None = None
        for profile in _PROFILES.validate_python(_listed("profiles_list", profiles_list)):
            if profile.name in self.profiles:
                message = f'two profiles have the name "{profile.name}". Rename one of them.'
                raise DuplicateProfileError(message)
            self.profiles[profile.name] = profile
        for addition in _ADDITIONS.validate_python(_listed("additions", additions)):
            if addition.name in self.profiles or addition.name in self.additions:
                message = f'two entries have the name "{addition.name}". Merge them into one.'
                raise DuplicateProfileError(message)
            self.additions[addition.name] = addition

    def add_profile(self, profile: Profile) -> None:
        """Add a profile. Adding an equal one again changes nothing.

        Raises:
            DuplicateProfileError: a different profile has this name; it stays.
        """
        present = self.profiles.setdefault(profile.name, profile)
        if present != profile:
            name = profile.name
            remedy = f'Call remove_profile("{name}") first.'
            raise DuplicateProfileError(
                f'there is another profile with the name "{name}". {remedy}'
            )

    def remove_profile(self, name: str | None) -> None:
        """Remove a profile by its name, if there is one."""
        self.profiles.pop(name or "", None)

    def without(self, names: Collection[str]) -> ProfilesManagementRepresentation:
        """Return a copy without these profiles."""
        rest = ProfilesManagementRepresentation()
        vars(rest).update(vars(self))
        rest.profiles = {
            name: profile for name, profile in self.profiles.items() if name not in names
        }
        return rest

    def has_profile(self, name: str | None) -> bool:
        """Return whether there is a profile with this name."""
        return name in self.profiles

    def in_order(self) -> list[Profile]:
        """Return the profiles in the order of their names."""
        return [self.profiles[name] for name in sorted(self.profiles)]

    def resources_of(self, profile: Profile) -> ResourceQuotaSpecModel | None:
        """Return the quota of a profile: its own or the default; None if there is neither."""
        if profile.resources is not None or self.defaults is None:
            return profile.resources
        return self.defaults.resources

    def limit_range_of(self, profile: Profile) -> LimitRangeSpec | None:
        """Return the LimitRange of a profile: its own or the default; None if there is neither."""
        if profile.limit_range is not None or self.defaults is None:
            return profile.limit_range
        return self.defaults.limit_range

    def labels_of(self, profile: Profile) -> dict[str, str]:
        """Return the labels of a profile: the defaults, replaced or dropped (None) by its own."""
        labels: dict[str, str | None] = {**(self.defaults.labels if self.defaults else {})}
        labels |= profile.labels
        return {key: value for key, value in labels.items() if value is not None}

    def project_of(self, profile: Profile) -> ProjectSetting | None:
        """Return what a profile wants of a research portal: its own values, then the defaults."""
        if profile.puhuri is False or self.puhuri is None:
            return profile.puhuri
        project = profile.puhuri or PuhuriProject()
        return project.with_defaults(self.puhuri.defaults)

    def __len__(self) -> int:
        return len(self.profiles)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProfilesManagementRepresentation):
            return NotImplemented
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        return self.profiles, self.additions, self.defaults, self.puhuri

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        lines = ["Profiles:"]
        for profile in self.in_order():
            people = [f"({person.name}, {person.role.value})" for person in profile.contributors]
            lines.append(" ".join([f"-  {profile.name}:", *people]))
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        shown = sorted(self.profiles)[:_SHOWN]
        names = ", ".join([*shown, "..."] if len(self) > _SHOWN else shown)
        return f"<ProfilesManagementRepresentation of {len(self)} profiles: {names}>"
