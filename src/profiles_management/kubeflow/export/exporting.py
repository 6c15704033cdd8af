"""Export of an existing cluster as a document."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from profiles_management.kubeflow.export import exported_keys, exported_people
from profiles_management.kubeflow.export.exported_people import ExportedPeople
from profiles_management.kubeflow.objects import naming, stored_json
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership, unmanaged_warnings
from profiles_management.kubeflow.state.observed import Observed
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
from profiles_management.pmr.exported_document import Export, reason
from profiles_management.pmr.problems import Problem

Model = TypeVar("Model", bound=BaseModel)

# A placeholder in drafts; no document can have this name.
_NO_OWNER = Owner.model_construct(kind=UserKind.USER, name="<owner>")
_BY_HAND = "Correct it in the cluster, or write it by hand."
_LEFT_OUT = "Left out, because other programs may manage them (--allow-key exports a key)"


def _as_written(quota: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a stored quota as a document spells it.

    The API server leaves out an empty list of conditions.
    """
    if isinstance(quota, dict) and quota.get("scopeSelector") == {}:
        return {**quota, "scopeSelector": {"matchExpressions": []}}
    return quota


def export(observed: Observed, settings: Settings) -> Export:
    """Return a document that changes nobody's access when it is applied to the same cluster."""
    exporting = _Exporting(observed, settings)
    names = exporting.names()
    for name in sorted(names):
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

    def names(self) -> list[str]:
        """Return the Profiles; in standalone mode the namespaces with an owner or our mark."""
        if not self.settings.standalone:
            return [*self.observed.profiles]
        spaces = self.observed.namespaces.values()
        return [space.name for space in spaces if space.mark or space.owner]

    def profile(self, name: str) -> None:
        """Export one profile; as a draft if its name or owner is not valid in a document."""
        if self._is_left_out(name):
            self._note(name, "left out: it is protected or being deleted", "Nothing to do.")
            return
        people = exported_people.exported(name, self.observed, self.settings)
        for note in people.notes:
            self._note(name, *note)
        profile = self._with_owner(name, people)
        draft = profile or Profile.model_construct(name=name, owner=people.owner or _NO_OWNER)
        draft.contributors = people.contributors
        self._resources(draft)
        self._plugins(draft)
        self._limit_range(draft)
        self._keys(draft)
        self.notes += unmanaged_warnings.everything(name, self.observed)
        if profile is not None:
            self.profiles.append(profile)
        else:
            self.drafts[name] = writing.entry(draft)

    def _is_left_out(self, name: str) -> bool:
        profile = self.observed.profiles.get(name)
        if profile is not None and profile.deleting:
            return True
        return ownership.is_protected(name, self.observed, self.settings)

    def _with_owner(self, name: str, people: ExportedPeople) -> Profile | None:
        if people.owner is None:
            return None
        return self._made(name, Profile, {"name": name, "owner": people.owner})

    # fields

    def _resources(self, profile: Profile) -> None:
        quota = self._parsed(profile.name, "resourceQuotaSpec", self._quota(profile.name))
        self._set(profile, "resources", ResourceQuotaSpecModel, _as_written(quota))

    def _quota(self, name: str) -> bytes:
        """Return the quota of a Profile, or of a standalone namespace, as stored JSON."""
        seen = self.observed.profiles.get(name)
        if seen is not None:
            return seen.quota
        quota = self.observed.quotas.get(name)
        if quota is not None:
            return quota.spec
        return b""

    def _plugins(self, profile: Profile) -> None:
        seen = self.observed.profiles.get(profile.name)
        if seen is None:
            return
        specs = self._parsed(profile.name, "plugins", seen.plugins, stored_json.plugins)
        plugins = [self._made(profile.name, Plugin, spec) for spec in specs or ()]
        profile.plugins = [*profile.plugins, *filter(None, plugins)]

    def _limit_range(self, profile: Profile) -> None:
        for object_name, body in self.observed.limit_ranges.get(profile.name, ()):
            if object_name == naming.LIMITS:
                spec = self._parsed(profile.name, "limitRange", body)
                self._set(profile, "limit_range", LimitRangeSpec, spec)
            else:
                what = f"LimitRange {object_name} is not ours"
                self._note(profile.name, what, "It stays unchanged.")

    def _set(self, profile: Profile, field: str, model: type[BaseModel], spec: object) -> None:
        """Set a field from stored data, unless they are empty or not valid in a document."""
        if not spec:
            return
        value = self._made(profile.name, model, spec)
        if value is not None:
            setattr(profile, field, value)

    def _keys(self, profile: Profile) -> None:
        space = self.observed.namespaces.get(profile.name)
        if space is None:
            return
        left_out: list[str] = []
        for part, keys in exported_keys.exported(space, self.settings.rules).items():
            if keys.left_out:
                left_out.append(f"{part} {', '.join(keys.left_out)}")
            try:
                setattr(profile, part, dict(keys.kept))
            except ValidationError as error:
                self._note(profile.name, f"{part} left out: {reason(error)}", "Set them by hand.")
        if left_out:
            self.comments[profile.name] = (f"{_LEFT_OUT}: {'; '.join(left_out)}",)

    # values that a document cannot contain

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
            self._note(name, f"{field} left out: it {why}", _BY_HAND)
            return None

    def _made(self, name: str, model: type[Model], fields: object) -> Model | None:
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            self._note(name, f"{model.__name__} left out: {reason(error)}", _BY_HAND)
            return None

    def _note(self, name: str, what: str, remedy: str) -> None:
        self.notes.append(ownership.refusal(name, "cannot-say", what, remedy))
