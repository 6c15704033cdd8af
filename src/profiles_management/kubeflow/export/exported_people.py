"""Who owns an exported profile, and who contributes: with the strongest role that each has now. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ROLES,
    PersonAccess,
    access_by_person,
    contributor_state,
    weight,
)
from profiles_management.kubeflow.state.observed import Binding, Observed
from profiles_management.pmr.classes import Contributor, Owner
from profiles_management.pmr.people import people_findings
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import Person

_REVOKED = "The next apply removes this access."
_KEPT = "Whom it binds is exported with that role. Check that they are meant to have it."


class Note(NamedTuple):
    """Something that a document cannot say, or that somebody should look at."""

    what: str
    remedy: str


class _Access(NamedTuple):
    """What one RoleBinding gives one person; `until` is its annotation, '' for no end."""

    person: Person
    role: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class ExportedPeople:
    """The people of one profile; `owner` is None where no document can name one."""

    owner: Owner | None
    contributors: list[Contributor]
    notes: list[Note]


def exported(name: str, observed: Observed, settings: Settings) -> ExportedPeople:
    """Return the people of a profile, such that a plan of the document changes nobody's role."""
    reading = _Reading(name, observed, settings)
    owner = reading.owner()
    people = reading.contributors(owner)
    return ExportedPeople(owner, people, reading.notes)


def reason(error: ValidationError) -> str:
    """Return why a model refuses something, on one line."""
    return "; ".join(_messages(error))


def _messages(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, detail["loc"]))
        yield f"{place}: {detail['msg']}" if place else detail["msg"]


class _Reading:
    """Reads the people of one profile, and notes what a document cannot say."""

    def __init__(self, name: str, observed: Observed, settings: Settings) -> None:
        self.name = name
        self.observed = observed
        self.settings = settings
        self.profile = observed.profiles.get(name)
        self.namespace = observed.namespaces.get(name)
        self.bound = observed.owner_bindings.get(name)
        self.notes: list[Note] = []

    # owner

    def owner(self) -> Owner | None:
        """Return the first owner that a document can name, None where there is none."""
        refused = ""
        for fields in self._owners():
            try:
                return Owner.model_validate(fields)
            except ValidationError as error:
                refused = refused or f"no document can name its owner: {reason(error)}"
        self._note(f"left out: {refused or 'it has no owner'}", self._without_owner())
        return None

    def _owners(self) -> Iterator[dict[str, str | None]]:
        """Yield who may be the owner: who is declared to be, then who is bound as one."""
        profile, subject = self.profile, self.bound.subject if self.bound is not None else None
        if not self.settings.standalone:
            if profile is not None and profile.owner is not None:
                yield _fields(profile.owner, profile.owner_namespace)
            if profile is not None and profile.mark and subject is not None:
                yield self._subject(subject)
            return
        declared = self.namespace.owner if self.namespace is not None else ""
        if subject is not None and declared in ("", subject.name):
            yield self._subject(subject)
        if declared:
            yield _fields(Person("User", declared), "")
        if subject is not None:
            yield self._subject(subject)

    def _subject(self, subject: Person) -> dict[str, str | None]:
        space = self.bound.namespace if self.bound is not None else ""
        return _fields(subject, "" if space == self.name else space)

    def _without_owner(self) -> str:
        if self.profile is not None and self.profile.mark == self.settings.instance:
            return (
                "It is managed here: an apply without it revokes its contributors. "
                "Write its owner in the commented lines."
            )
        return "Give it an owner, or write one in the commented lines."

    # contributors

    def contributors(self, owner: Owner | None) -> list[Contributor]:
        """Return everybody else with a role, each once, sorted by kind and name."""
        accesses = [*self._owner_of_before(owner)]
        for person, held in sorted(
            access_by_person(contributor_state(self.name, self.observed)).items()
        ):
            accesses += self._by_bindings(person, held)
        by_person: dict[Person, list[_Access]] = {}
        for access in accesses:
            by_person.setdefault(access.person, []).append(access)
        made = (
            self._contributor(self._strongest(by_person[person])) for person in sorted(by_person)
        )
        return self._without_clashes(owner, [person for person in made if person is not None])

    def _by_bindings(self, person: Person, held: PersonAccess) -> Iterator[_Access]:
        if not held.bindings:
            self._note(f"{person} has an AuthorizationPolicy and no RoleBinding", _REVOKED)
        for binding in held.bindings:
            if binding.subjects is not None:
                what = (
                    f"RoleBinding {binding.name} does not bind just {binding.person}, whom it names"
                )
                self._note(what, _KEPT)
            for subject in self._subjects(binding):
                if role := self._role(subject, binding):
                    yield _Access(subject, role, binding.until)

    def _subjects(self, binding: Binding) -> Iterator[Person]:
        if binding.subjects is None:
            yield binding.person
        for kind, name, space, _ in binding.subjects or ():
            yield self._as_user(Person(kind, name), space)

    def _as_user(self, person: Person, space: str) -> Person:
        """Return a ServiceAccount as the user that it is to Kubernetes: only as one can it contribute."""
        if person.kind != "ServiceAccount":
            return person
        return Person("User", f"system:serviceaccount:{space or self.name}:{person.name}")

    def _role(self, person: Person, binding: Binding) -> str:
        """Return the role that a binding gives: its ClusterRole counts, not its annotation."""
        if binding.granted in ROLES:
            return binding.granted
        what = f"{person} is bound to {binding.granted.replace('/', ' ', 1)}, which is no role"
        annotated = binding.role if binding.role in ROLES else ""
        remedy = f"Exported as {annotated}, which its annotation names." if annotated else _REVOKED
        self._note(what, remedy)
        return annotated

    def _strongest(self, accesses: list[_Access]) -> _Access:
        """Return the strongest of one person's roles, until the last of its ends."""
        roles = {access.role for access in accesses}
        if len(roles) > 1:
            self._note(f"{accesses[0].person} has {len(roles)} roles", "The strongest is exported.")
        role = max(roles, key=weight)
        ends = [access.until for access in accesses if access.role == role]
        return _Access(accesses[0].person, role, "" if "" in ends else max(ends))

    def _owner_of_before(self, owner: Owner | None) -> Iterator[_Access]:
        """Yield who is bound as the owner in place of the one that is declared."""
        subject = self.bound.subject if self.bound is not None else None
        if owner is None or self.bound is None or subject is None:
            return
        bound = self._as_user(subject, self.bound.namespace)
        declared = Person(owner.kind.value, owner.name)
        if bound == self._as_user(declared, owner.namespace or ""):
            return
        what = f"{bound} is bound as the owner, and {declared} is declared to be"
        self._note(
            what, f"{bound} is exported as admin. Remove this contributor if the owner changed."
        )
        yield _Access(bound, "admin")

    def _contributor(self, access: _Access) -> Contributor | None:
        person, until = access.person, self._until(access)
        fields = {"kind": person.kind, "name": person.name, "role": access.role, "until": until}
        try:
            return Contributor.model_validate(fields)
        except ValidationError as error:
            self._note(f"{person} left out: {reason(error)}", _REVOKED)
            return None

    def _until(self, access: _Access) -> datetime | None:
        """Return when access ends; an annotation that somebody broke ends nothing."""
        until = read_moment(access.until)
        if access.until and until is None:
            what = f"the end of {access.person}'s access cannot be read: {access.until!r}"
            self._note(what, "Set `until` by hand.")
        return until

    def _without_clashes(self, owner: Owner | None, people: list[Contributor]) -> list[Contributor]:
        """Leave out who clashes with the owner or with somebody of a stronger role."""
        if not people_findings(owner, people):
            return people
        kept: list[Contributor] = []
        for person in sorted(people, key=lambda person: -weight(person.role.value)):
            findings = people_findings(owner, [*kept, person])
            if findings:
                is_owner = owner is not None and (owner.kind, owner.name) == (
                    person.kind,
                    person.name,
                )
                what = f"{_as_person(person)} left out: {findings[0].what}"
                self._note(what, "They keep access as the owner." if is_owner else _REVOKED)
            else:
                kept.append(person)
        return sorted(kept, key=_as_person)

    def _note(self, what: str, remedy: str) -> None:
        self.notes.append(Note(what, remedy))


def _fields(person: Person, namespace: str) -> dict[str, str | None]:
    return {"kind": person.kind, "name": person.name, "namespace": namespace or None}


def _as_person(contributor: Contributor) -> Person:
    return Person(contributor.kind.value, contributor.name)
