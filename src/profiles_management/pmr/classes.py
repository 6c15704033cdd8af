"""The words of the house: a PMR says which profiles exist, who owns them, who contributes, how much each may use.

The names are those of canonical/github-profiles-automator, so a charm written for it finds them
here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    FailFast,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from profiles_management.pmr.document_limits import Budget
from profiles_management.pmr.limit_range import LimitRangeItem, LimitRangeSpec
from profiles_management.pmr.model import Finding, Model, Path, Text, no_items, refusal
from profiles_management.pmr.names import (
    LONGEST_LABEL,
    annotation_findings,
    label_findings,
    profile_name,
    quoted,
)
from profiles_management.pmr.origins import NO_ORIGINS, Origins
from profiles_management.pmr.people import (
    Contributor,
    ContributorRole,
    Owner,
    UserKind,
    people_findings,
)
from profiles_management.pmr.problems import DuplicateProfileError, Problem
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
    if found := label_findings(labels):
        raise refusal(found)
    return labels


def _annotations(annotations: dict[str, str]) -> dict[str, str]:
    if found := annotation_findings(annotations):
        raise refusal(found)
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


def _finite(spec: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if found := [*_not_finite(spec, ())]:
        raise refusal(found)
    return spec


def _not_finite(value: JsonValue, path: Path) -> Iterator[Finding]:
    if isinstance(value, float) and not isfinite(value):
        yield Finding(
            "not-json", "JSON has no such number", "write a number, or text in double quotes", path
        )
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _not_finite(part, (*path, key))


def _few_without_json(spec: object, info: ValidationInfo) -> object:
    """Refuse a spec with more values that JSON does not have than a document may have problems."""
    budget = info.context if isinstance(info.context, Budget) else Budget()
    budget.findings -= sum(1 for _ in islice(_without_json(spec), max(0, budget.findings) + 1))
    if budget.findings < 0:
        what = "more values here than are worth counting are not JSON"
        raise refusal([Finding("not-json", what, "write text, numbers, lists and mappings")])
    return spec


def _without_json(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _without_json(part)
    elif value is not None and not isinstance(value, str | int | float):
        yield value


class Plugin(Model):
    """A plugin of the profile controller, as the Profile CRD has it."""

    api_version: Text | None = Field(
        default=None, validation_alias="apiVersion", serialization_alias="apiVersion"
    )
    kind: Annotated[Text, Field(min_length=1)]
    spec: Annotated[
        dict[Text, JsonValue], AfterValidator(_finite), BeforeValidator(_few_without_json)
    ] = Field(default_factory=dict)

    def to_spec(self) -> dict[str, Any]:
        """Return the plugin as the Profile CRD takes it."""
        spec: dict[str, Any] = {} if self.api_version is None else {"apiVersion": self.api_version}
        return spec | {"kind": self.kind, "spec": self.spec}


def _none_is_nobody(value: object) -> object:
    """Code may pass None, as for github-profiles-automator; a document has to write `[]`."""
    return [] if value is None else value


People = Annotated[list[Contributor], FailFast()]
"""Contributors; of many that are wrong, pydantic reports the first. `salvage.refused_people` looks at each."""

Contributors = Annotated[People, BeforeValidator(_none_is_nobody)]


class Profile(Model):
    """One profile: its namespace, its owner, its contributors and what it may use.

    `resources` and `limit_range` are None where the default holds; an empty model stands for
    explicitly none. A label that is None drops the default of that key. `open` lets other sources
    add contributors, `adopt` takes over a profile or namespace that exists already.
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

    @model_validator(mode="after")
    def _people_fit(self) -> Self:
        if found := people_findings(self.owner, self.contributors):
            raise refusal(found)
        return self


class Addition(Model):
    """Contributors whom a source adds to a profile that another source defines and opens. It never grants admin."""

    name: ProfileName
    contributors: People

    @model_validator(mode="after")
    def _people_fit(self) -> Self:
        found = people_findings(None, self.contributors)
        for index, person in enumerate(self.contributors):
            if person.role is ContributorRole.ADMIN:
                what = f"{quoted(person.name)} cannot be made admin of a profile that another source defines"
                remedy = "write: role: edit, or view; admin is for the source that defines the profile to give"
                found.append(Finding("admin-added", what, remedy, ("contributors", index, "role")))
        if found:
            raise refusal(found)
        return self


class Defaults(Model):
    """What holds for every profile that does not say otherwise."""

    resources: ResourceQuotaSpecModel | None = None
    limit_range: LimitRangeSpec | None = Field(
        default=None, validation_alias="limitRange", serialization_alias="limitRange"
    )
    labels: Labels = Field(default_factory=dict)


_SHOWN: Final = 3
_PROFILES: Final = TypeAdapter(list[Profile])
_ADDITIONS: Final = TypeAdapter(list[Addition])


def _listed(argument: str, value: object) -> list[Any]:
    """Return an argument as a list; a mapping can be iterated too, and would be misread."""
    if isinstance(value, Mapping | Model | str) or not isinstance(value, Iterable):
        message = f"{argument} is {type(value).__name__}. Pass a list, or leave it out for none."
        raise TypeError(message)
    return list(value)


class ProfilesManagementRepresentation:
    """Which profiles there are to be. `profiles` is a mapping by name, `defaults` hold for all of them.

    A document that is one source among several may add contributors to profiles of the others:
    `additions`, by the profile's name. They mean nothing before `merging.merge`, which notes in
    `origins` which source said what. `warnings` are those found when a document was read; None
    where code has built it.

    Args:
        profiles_list: profiles, each of another name.
        defaults: what holds where a profile says nothing.
        additions: what is added to profiles of other sources, each to another one.

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
    ) -> None:
        self.profiles: dict[str, Profile] = {}
        self.additions: dict[str, Addition] = {}
        self.defaults = defaults
        self.origins: Origins = NO_ORIGINS
        self.warnings: tuple[Problem, ...] | None = None
        for profile in _PROFILES.validate_python(_listed("profiles_list", profiles_list)):
            if profile.name in self.profiles:
                message = f'two profiles are called "{profile.name}". Rename one of them.'
                raise DuplicateProfileError(message)
            self.profiles[profile.name] = profile
        for addition in _ADDITIONS.validate_python(_listed("additions", additions)):
            if addition.name in self.profiles or addition.name in self.additions:
                message = f'two entries are called "{addition.name}". Make one of them.'
                raise DuplicateProfileError(message)
            self.additions[addition.name] = addition

    def add_profile(self, profile: Profile) -> None:
        """Add a profile. Adding an equal one again changes nothing.

        Raises:
            DuplicateProfileError: a different profile of that name is there; it stays.
        """
        present = self.profiles.setdefault(profile.name, profile)
        if present != profile:
            name = profile.name
            remedy = f'Call remove_profile("{name}") first.'
            raise DuplicateProfileError(f'there is another profile called "{name}". {remedy}')

    def remove_profile(self, name: str | None) -> None:
        """Remove a profile by its name; one that is not there is no error."""
        self.profiles.pop(name or "", None)

    def without(self, names: Collection[str]) -> ProfilesManagementRepresentation:
        """Return a document without these profiles, and with everything else of this one."""
        rest = ProfilesManagementRepresentation()
        vars(rest).update(vars(self))
        rest.profiles = {
            name: profile for name, profile in self.profiles.items() if name not in names
        }
        return rest

    def has_profile(self, name: str | None) -> bool:
        """Tell whether a profile of that name is there."""
        return name in self.profiles

    def in_order(self) -> list[Profile]:
        """Return the profiles in the order of their names."""
        return [self.profiles[name] for name in sorted(self.profiles)]

    def resources_of(self, profile: Profile) -> ResourceQuotaSpecModel | None:
        """Return the quota that holds for a profile: its own or the default, as a whole. None: neither says any."""
        if profile.resources is not None or self.defaults is None:
            return profile.resources
        return self.defaults.resources

    def limit_range_of(self, profile: Profile) -> LimitRangeSpec | None:
        """Return the LimitRange that holds for a profile: its own or the default, as a whole."""
        if profile.limit_range is not None or self.defaults is None:
            return profile.limit_range
        return self.defaults.limit_range

    def labels_of(self, profile: Profile) -> dict[str, str]:
        """Return the labels that hold for a profile: the defaults, key by key replaced or dropped (None) by its own."""
        defaults = self.defaults.labels if self.defaults else {}
        return {
            key: value for key, value in {**defaults, **profile.labels}.items() if value is not None
        }

    def __len__(self) -> int:
        return len(self.profiles)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProfilesManagementRepresentation):
            return NotImplemented
        mine, theirs = ((one.profiles, one.additions, one.defaults) for one in (self, other))
        return mine == theirs

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        lines = ["Profiles:"]
        for profile in self.in_order():
            people = [f"({person.name}, {person.role.value})" for person in profile.contributors]
            lines.append(" ".join([f"-  {profile.name}:", *people]))
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        names = ", ".join(sorted(self.profiles)[:_SHOWN]) + (", ..." if len(self) > _SHOWN else "")
        return f"<ProfilesManagementRepresentation of {len(self)} profiles: {names}>"
