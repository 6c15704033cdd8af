"""An existing cluster as a document, so that one can adopt what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from profiles_management.kubeflow import export_keys, names, objects, ownership, unmanaged
from profiles_management.kubeflow.held import Held, weight
from profiles_management.kubeflow.observed import Observed, ProfileSeen
from profiles_management.kubeflow.people import held_in
from profiles_management.kubeflow.plan import room_of
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr import writing
from profiles_management.pmr.classes import (
    Contributor,
    LimitRangeSpec,
    Owner,
    Plugin,
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
)
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person

Model = TypeVar("Model", bound=BaseModel)

_LEFT_OUT = "Left out, because other programs may manage them (--allow-key exports a key)"


@dataclass(frozen=True, slots=True)
class Export:
    """A document, and what it could not say.

    Attributes:
        notes: warnings: what the document cannot say, and what becomes of it.
        comments: by profile, what a reader of the document may want to know; nothing to act on.
    """

    pmr: ProfilesManagementRepresentation
    notes: tuple[Problem, ...]
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_yaml(self) -> str:
        """Return the document as YAML: at the top a comment for each note, then the profiles."""
        head = "".join(_comment(str(note)) for note in self.notes)
        profiles = "".join(map(self._entry, self.pmr.in_order()))
        return head + (f"profiles:\n{profiles}" if profiles else "profiles: []\n")

    def _entry(self, profile: Profile) -> str:
        comments = map(_comment, self.comments.get(profile.name, ()))
        return "".join(comments) + writing.entry(profile)


def _comment(text: str) -> str:
    """Return a text as a comment of one line, whatever characters it holds."""
    printable = "".join(mark if mark.isprintable() else "?" for mark in text)
    return f"# {printable}\n"


def export(observed: Observed, settings: Settings) -> Export:
    """Return the document that, planned against the same cluster, changes nobody's access."""
    exporting = _Exporting(observed, settings)
    anchors = observed.namespaces if settings.standalone else observed.profiles
    profiles = [one for name in sorted(anchors) if (one := exporting.profile(name)) is not None]
    pmr = ProfilesManagementRepresentation(profiles)
    return Export(pmr, (*exporting.notes, *_unmanaged(pmr, observed)), exporting.comments)


def _unmanaged(pmr: ProfilesManagementRepresentation, observed: Observed) -> Iterator[Problem]:
    """Yield what access people of the document have by objects that no document can name."""
    document = unmanaged.people_of(pmr)
    for profile in pmr.in_order():
        if unmanaged.exists(profile.name, observed):
            near = objects.people_of(profile)
            yield from unmanaged.problems(profile.name, observed, near=near, document=document, lost=())


class _Exporting:
    def __init__(self, observed: Observed, settings: Settings) -> None:
        self.observed = observed
        self.settings = settings
        self.notes: list[Problem] = []
        self.comments: dict[str, tuple[str, ...]] = {}

    def profile(self, name: str) -> Profile | None:
        """Return one profile, None where no document can name it."""
        seen, space = self.observed.profiles.get(name), self.observed.namespaces.get(name)
        if self.settings.standalone and (space is None or not (space.mark or space.owner)):
            return None
        if ownership.is_protected(name, self.settings) or (seen is not None and seen.deleting):
            self._note(name, "left out: it is protected or being deleted", "Nothing to do.")
            return None
        owner = self._owner(name, seen)
        if owner is None:
            return None
        people = {"name": name, "owner": owner, "contributors": self._contributors(name, owner)}
        profile = self._made(name, Profile, people)
        if profile is not None:
            self._shape(profile, seen)
        return profile

    def _owner(self, name: str, seen: ProfileSeen | None) -> Owner | None:
        if seen is not None and seen.owner is not None:
            found = {"kind": seen.owner.kind, "name": seen.owner.name, "namespace": seen.owner_namespace or None}
        elif bound := self.observed.owner_bindings.get(name):
            found = {"kind": bound.subject.kind, "name": bound.subject.name} if bound.subject else {}
        else:
            found = {}
        if not found:
            self._note(name, "left out: it has no owner", "Give it one, then export again.")
            return None
        return self._made(name, Owner, found)

    # contributors

    def _contributors(self, name: str, owner: Owner) -> list[Contributor]:
        found: list[Contributor] = []
        spelled = {owner.name.casefold()}
        for person, held in sorted(held_in(room_of(name, self.observed)).items()):
            if person.name.casefold() in spelled and person.kind == "User":
                self._note(
                    name,
                    f"{person} is there twice, or owner too, perhaps in another case",
                    "Decide which of them stays.",
                )
                continue
            one = self._contributor(name, person, held)
            if one is not None:
                found.append(one)
                spelled.add(person.name.casefold())
        return found

    def _contributor(self, name: str, person: Person, held: Held) -> Contributor | None:
        if not held.bindings:
            self._note(
                name, f"{person} has an AuthorizationPolicy and no RoleBinding", "It is removed by the next apply."
            )
            return None
        bound = [one for one in held.bindings if one.subjects is None]
        for one in held.bindings:
            if one.subjects is not None:
                what = f"RoleBinding {one.name} does not bind just {one.person}, whom it names"
                self._note(name, what, "It is removed by the next apply; write whoever is to have access by hand.")
        if not bound:
            return None
        if len(bound) > 1:
            self._note(name, f"{person} has {len(bound)} roles", "The strongest is exported.")
        roles = [(one.granted, one) for one in bound]
        role, strongest = max(roles, key=lambda one: weight(one[0]))
        if role not in self.settings.cluster_roles:
            self._note(
                name,
                f"{person} is bound to {role.replace('/', ' ', 1)}, which is no role",
                "It is removed by the next apply.",
            )
            return None
        until = self._until(name, person, strongest.until)
        fields = {"kind": person.kind, "name": person.name, "role": role, "until": until}
        return self._made(name, Contributor, fields)

    def _until(self, name: str, person: Person, text: str) -> datetime | None:
        """When access ends, as its annotation tells; one that somebody broke ends nothing."""
        try:
            until = datetime.fromisoformat(text) if text else None
        except ValueError:
            until = None
        if until is not None and until.tzinfo is not None:
            return until
        if text:
            self._note(name, f"the end of {person}'s access cannot be read: {text!r}", "Set `until` by hand.")
        return None

    # shape

    def _shape(self, profile: Profile, seen: ProfileSeen | None) -> None:
        name = profile.name
        stored = self.observed.quotas.get(name)
        quota = seen.quota if seen is not None else stored.spec if stored is not None else {}
        if quota and (spec := self._made(name, ResourceQuotaSpecModel, quota)) is not None:
            profile.resources = spec
        for plugin in seen.plugins if seen is not None else ():
            if (one := self._made(name, Plugin, plugin)) is not None:
                profile.plugins = [*profile.plugins, one]
        for limits, body in self.observed.limit_ranges.get(name, ()):
            if limits != names.LIMITS:
                self._note(name, f"LimitRange {limits} is not ours", "It stays as it is.")
            elif (range_ := self._made(name, LimitRangeSpec, body)) is not None:
                profile.limit_range = range_
        self._keys(profile)

    def _keys(self, profile: Profile) -> None:
        space = self.observed.namespaces.get(profile.name)
        if space is None:
            return
        left_out: list[str] = []
        for part, found in export_keys.exported(space, self.settings.rules).items():
            if found.left_out:
                left_out.append(f"{part} {', '.join(found.left_out)}")
            try:
                setattr(profile, part, dict(found.kept))
            except ValidationError as error:
                self._note(profile.name, f"{part} left out: {_said(error)}", "Set them by hand.")
        if left_out:
            self.comments[profile.name] = (f"{_LEFT_OUT}: {'; '.join(left_out)}",)

    # what cannot be said

    def _made(self, name: str, model: type[Model], fields: Mapping[str, object]) -> Model | None:
        try:
            return model.model_validate(fields)
        except (ValidationError, ValueError) as error:
            self._note(
                name, f"{model.__name__} left out: {_said(error)}", "Mend it in the cluster, or write it by hand."
            )
            return None

    def _note(self, name: str, what: str, remedy: str) -> None:
        self.notes.append(ownership.refusal(name, "cannot-say", what, remedy))


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(_messages(error))
    return str(error)


def _messages(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_input=False):
        yield f"{'.'.join(map(str, one['loc']))}: {one['msg']}".lstrip(": ")
