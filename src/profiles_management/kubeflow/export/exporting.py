"""An existing cluster as a document, so that one can adopt what is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from profiles_management.kubeflow.export import exported_keys, exported_people
from profiles_management.kubeflow.export.exported_people import ExportedPeople, reason
from profiles_management.kubeflow.objects import naming, stored_json
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership, unmanaged_access
from profiles_management.kubeflow.state.observed import Observed, ProfileSeen
from profiles_management.pmr import writing
from profiles_management.pmr.classes import (
    LimitRangeSpec,
    Owner,
    Plugin,
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
    UserKind,
)
from profiles_management.pmr.problems import Problem

Model = TypeVar("Model", bound=BaseModel)

# To be replaced by somebody: no document can have it.
_NO_OWNER = Owner.model_construct(kind=UserKind.USER, name="<owner>")
_LEFT_OUT = "Left out, because other programs may manage them (--allow-key exports a key)"


@dataclass(frozen=True, slots=True)
class Export:
    """A document, and what it could not say.

    Attributes:
        notes: warnings: what the document cannot say, and what becomes of it.
        comments: by profile, what a reader of the document may want to know; nothing to act on.
        drafts: by name, the YAML of profiles that no document can hold as they are.
    """

    pmr: ProfilesManagementRepresentation
    notes: tuple[Problem, ...]
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)

    def to_yaml(self) -> str:
        """Return the document as YAML: at the top a comment for each note, then the profiles.

        A draft stands in comments, in its place among the profiles.
        """
        head = "".join(_comment(str(note)) for note in self.notes)
        first = "profiles:\n" if self.pmr.profiles else "profiles: []\n"
        names = sorted({*self.pmr.profiles, *self.drafts})
        return "".join([head, first, *map(self._entry, names)])

    def _entry(self, name: str) -> str:
        if name in self.drafts:
            return "".join(map(_comment, self.drafts[name].splitlines()))
        comments = map(_comment, self.comments.get(name, ()))
        return "".join(comments) + writing.entry(self.pmr.profiles[name])


def _comment(text: str) -> str:
    """Return a text as a comment of one line, whatever characters it holds."""
    printable = "".join(mark if mark.isprintable() else "?" for mark in text)
    return f"# {printable}\n"


def _as_written(quota: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a stored quota as a document spells it: the API server leaves out an empty list of conditions."""
    if not isinstance(quota, dict):
        return quota
    selector = quota.get("scopeSelector")
    return {**quota, "scopeSelector": {"matchExpressions": []}} if selector == {} else quota


def export(observed: Observed, settings: Settings) -> Export:
    """Return the document that, planned against the same cluster, changes nobody's access."""
    exporting = _Exporting(observed, settings)
    for name in sorted(observed.namespaces if settings.standalone else observed.profiles):
        exporting.profile(name)
    pmr = ProfilesManagementRepresentation(exporting.profiles)
    return Export(pmr, tuple(exporting.notes), exporting.comments, exporting.drafts)


class _Exporting:
    def __init__(self, observed: Observed, settings: Settings) -> None:
        self.observed = observed
        self.settings = settings
        self.profiles: list[Profile] = []
        self.notes: list[Problem] = []
        self.comments: dict[str, tuple[str, ...]] = {}
        self.drafts: dict[str, str] = {}

    def profile(self, name: str) -> None:
        """Export one profile; as a draft where no document can name it or its owner."""
        seen, space = self.observed.profiles.get(name), self.observed.namespaces.get(name)
        if self.settings.standalone and (space is None or not (space.mark or space.owner)):
            return
        if ownership.is_protected(name, self.observed, self.settings) or (
            seen is not None and seen.deleting
        ):
            self._note(name, "left out: it is protected or being deleted", "Nothing to do.")
            return
        people = exported_people.exported(name, self.observed, self.settings)
        for note in people.notes:
            self._note(name, *note)
        profile = self._with_owner(name, people)
        draft = profile or Profile.model_construct(name=name, owner=people.owner or _NO_OWNER)
        draft.contributors = people.contributors
        self._shape(draft, seen)
        self.notes += unmanaged_access.everything(name, self.observed)
        if profile is not None:
            self.profiles.append(profile)
        else:
            self.drafts[name] = writing.entry(draft)

    def _with_owner(self, name: str, people: ExportedPeople) -> Profile | None:
        if people.owner is None:
            return None
        return self._made(name, Profile, {"name": name, "owner": people.owner})

    # shape

    def _shape(self, profile: Profile, seen: ProfileSeen | None) -> None:
        name = profile.name
        there = self.observed.quotas.get(name)
        standalone = there.spec if there is not None else b""
        quota = self._parsed(
            name, "resourceQuotaSpec", seen.quota if seen is not None else standalone
        )
        if (
            quota
            and (resources := self._made(name, ResourceQuotaSpecModel, _as_written(quota)))
            is not None
        ):
            profile.resources = resources
        for plugin in (
            self._parsed(name, "plugins", seen.plugins, stored_json.plugins) or ()
            if seen is not None
            else ()
        ):
            if (one := self._made(name, Plugin, plugin)) is not None:
                profile.plugins = [*profile.plugins, one]
        for limits, body in self.observed.limit_ranges.get(name, ()):
            if limits != naming.LIMITS:
                self._note(name, f"LimitRange {limits} is not ours", "It stays as it is.")
                continue
            spec = self._parsed(name, "limitRange", body)
            if spec and (range_ := self._made(name, LimitRangeSpec, spec)) is not None:
                profile.limit_range = range_
        self._keys(profile)

    def _keys(self, profile: Profile) -> None:
        space = self.observed.namespaces.get(profile.name)
        if space is None:
            return
        left_out: list[str] = []
        for part, found in exported_keys.exported(space, self.settings.rules).items():
            if found.left_out:
                left_out.append(f"{part} {', '.join(found.left_out)}")
            try:
                setattr(profile, part, dict(found.kept))
            except ValidationError as error:
                self._note(profile.name, f"{part} left out: {reason(error)}", "Set them by hand.")
        if left_out:
            self.comments[profile.name] = (f"{_LEFT_OUT}: {'; '.join(left_out)}",)

    # what cannot be said

    def _parsed(
        self,
        name: str,
        field: str,
        value: bytes,
        read: Callable[[bytes], object] = stored_json.parsed,
    ) -> Any:  # noqa: ANN401 - any JSON
        try:
            return read(value)
        except stored_json.Unreadable as why:
            self._note(
                name,
                f"{field} left out: it {why}",
                "Correct it in the cluster, or write it by hand.",
            )
            return None

    def _made(self, name: str, model: type[Model], fields: object) -> Model | None:
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            what = f"{model.__name__} left out: {reason(error)}"
            self._note(name, what, "Correct it in the cluster, or write it by hand.")
            return None

    def _note(self, name: str, what: str, remedy: str) -> None:
        self.notes.append(ownership.refusal(name, "cannot-say", what, remedy))
