"""The owner and the contributors of an exported profile, each with their strongest role. Pure."""

from collections.abc import Iterable, Iterator
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
from profiles_management.kubeflow.state.observed import Binding, Observed, OwnerObject, ProfileSeen
from profiles_management.pmr.classes import Contributor, Owner
from profiles_management.pmr.exported_document import reason
from profiles_management.pmr.people import people_findings
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import Person

_REVOKED = "The next apply removes this access."
_KEPT = "The bound person is exported with that role. Check that this is intended."


class Note(NamedTuple):
    """Access that a document cannot contain, or that a reader should check."""

    what: str
    remedy: str


class _Access(NamedTuple):
    """The role that one RoleBinding gives one person; `until` is its annotation, '' for no end."""

    person: Person
    role: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class ExportedPeople:
    """The people of one profile; `owner` is None where no owner is valid in a document."""

    owner: Owner | None
    contributors: list[Contributor]
    notes: list[Note]


def exported(name: str, observed: Observed, settings: Settings) -> ExportedPeople:
    """Return the people of a profile, so that a plan of the document changes nobody's role."""
    reading = _Reading(name, observed, settings)
    owner = reading.owner()
    people = reading.contributors(owner)
    return ExportedPeople(owner, people, reading.notes)


class _Reading:
    """Reads the people of one profile, and notes access that a document cannot contain."""

    def __init__(self, name: str, observed: Observed, settings: Settings) -> None:
        self.name = name
        self.observed = observed
        self.settings = settings
        self.profile = observed.profiles.get(name)
        self.namespace = observed.namespaces.get(name)
        self.bound = _bound(observed.owner_bindings.get(name))
        self.notes: list[Note] = []

    # owner

    def owner(self) -> Owner | None:
        """Return the first owner that is valid in a document, None where there is none."""
        refusals: list[str] = []
        for fields in self._owners():
            try:
                return Owner.model_validate(fields)
            except ValidationError as error:
                refusals.append(f"no document can name its owner: {reason(error)}")
        why = next(iter(refusals), "it has no owner")
        self._note(f"left out: {why}", self._without_owner())
        return None

    def _owners(self) -> Iterator[dict[str, str | None]]:
        """Yield candidates for the owner: the declared owner, then the bound owner."""
        if self.settings.standalone:
            yield from self._owners_of_namespace()
        elif self.profile is not None:
            yield from self._owners_of_profile(self.profile)

    def _owners_of_profile(self, profile: ProfileSeen) -> Iterator[dict[str, str | None]]:
        if profile.owner is not None:
            yield _fields(profile.owner, profile.owner_namespace)
        if profile.mark:
            yield from self._bound_owner()

    def _owners_of_namespace(self) -> Iterator[dict[str, str | None]]:
        declared = ""
        if self.namespace is not None:
            declared = self.namespace.owner
        for owner in self._bound_owner():
            if declared in ("", owner["name"]):  # the RoleBinding has its kind, too
                yield owner
        if declared:
            yield _fields(Person("User", declared), "")
        yield from self._bound_owner()

    def _bound_owner(self) -> Iterator[dict[str, str | None]]:
        """Yield the subject of the owner's RoleBinding, if it has one."""
        if self.bound is None:
            return
        person, namespace = self.bound
        if namespace == self.name:  # the default
            namespace = ""
        yield _fields(person, namespace)

    def _without_owner(self) -> str:
        if self.profile is not None and self.profile.mark == self.settings.instance:
            return (
                "It is managed here: an apply without it revokes its contributors. "
                "Write its owner in the commented lines."
            )
        return "Give it an owner, or write one in the commented lines."

    # contributors

    def contributors(self, owner: Owner | None) -> list[Contributor]:
        """Return the other people with a role, each once, sorted by kind and name."""
        accesses = [*self._owner_of_before(owner)]
        by_person = access_by_person(contributor_state(self.name, self.observed))
        for person, access in sorted(by_person.items()):
            accesses += self._by_bindings(person, access)
        return self._without_clashes(owner, [*self._valid(self._strongest(accesses))])

    def _strongest(self, accesses: Iterable[_Access]) -> Iterator[_Access]:
        """Return the strongest access of each person, sorted by person."""
        by_person: dict[Person, list[_Access]] = {}
        for access in accesses:
            by_person.setdefault(access.person, []).append(access)
        in_order = dict(sorted(by_person.items()))
        return map(self._strongest_of, in_order.values())

    def _by_bindings(self, person: Person, access: PersonAccess) -> Iterator[_Access]:
        if not access.bindings:
            self._note(f"{person} has an AuthorizationPolicy and no RoleBinding", _REVOKED)
        for binding in access.bindings:
            yield from self._by_binding(binding)

    def _by_binding(self, binding: Binding) -> Iterator[_Access]:
        """Yield the access of each person whom a contributor's RoleBinding binds."""
        for person in self._subjects(binding):
            role = self._role(person, binding)
            if role:
                yield _Access(person, role, binding.until)

    def _subjects(self, binding: Binding) -> Iterator[Person]:
        """Yield the people of a contributor's RoleBinding, and note that they are others."""
        if binding.subjects is None:
            yield binding.person
            return
        what = f"RoleBinding {binding.name} does not bind only {binding.person}"
        self._note(f"{what}, whom it names", _KEPT)
        for kind, name, namespace, _ in binding.subjects:
            yield self._as_user(Person(kind, name), namespace)

    def _as_user(self, person: Person, namespace: str | None) -> Person:
        """Return a ServiceAccount as Kubernetes' user; a contributor cannot be a ServiceAccount."""
        if person.kind != "ServiceAccount":
            return person
        return Person("User", f"system:serviceaccount:{namespace or self.name}:{person.name}")

    def _role(self, person: Person, binding: Binding) -> str:
        """Return the role that a binding gives; its ClusterRole counts before its annotation."""
        if binding.granted in ROLES:
            return binding.granted
        role = binding.granted.replace("/", " ", 1)
        what = f"{person} is bound to {role}, which is not one of the three roles"
        if binding.role not in ROLES:
            self._note(what, _REVOKED)
            return ""
        self._note(what, f"Exported as {binding.role}, which its annotation names.")
        return binding.role

    def _strongest_of(self, accesses: list[_Access]) -> _Access:
        """Return the strongest role of one person, until the last of its ends."""
        roles = {access.role for access in accesses}
        if len(roles) > 1:
            self._note(f"{accesses[0].person} has {len(roles)} roles", "The strongest is exported.")
        role = max(roles, key=weight)
        ends = [access.until for access in accesses if access.role == role]
        return _Access(accesses[0].person, role, max(ends, key=_lateness))

    def _owner_of_before(self, owner: Owner | None) -> Iterator[_Access]:
        """Yield the bound owner as a contributor, if another owner is declared."""
        if owner is None or self.bound is None:
            return
        bound = self._as_user(*self.bound)
        declared = Person(owner.kind.value, owner.name)
        if bound == self._as_user(declared, owner.namespace):
            return
        what = f"{bound} is bound as the owner, but {declared} is the declared owner"
        remedy = f"{bound} is exported as admin. Remove this contributor if the owner changed."
        self._note(what, remedy)
        yield _Access(bound, "admin")

    def _valid(self, accesses: Iterable[_Access]) -> Iterator[Contributor]:
        """Yield the contributors that are valid in a document."""
        for access in accesses:
            person, until = access.person, self._until(access)
            fields = {"kind": person.kind, "name": person.name, "role": access.role, "until": until}
            try:
                yield Contributor.model_validate(fields)
            except ValidationError as error:
                self._note(f"{person} left out: {reason(error)}", _REVOKED)

    def _until(self, access: _Access) -> datetime | None:
        """Return the end of access; an invalid annotation counts as no end."""
        until = read_moment(access.until)
        if until is None and access.until:
            what = f"the end of {access.person}'s access cannot be read: {access.until!r}"
            self._note(what, "Set `until` by hand.")
        return until

    def _without_clashes(self, owner: Owner | None, people: list[Contributor]) -> list[Contributor]:
        """Return the people without those who clash with the owner or with a stronger role."""
        if not people_findings(owner, people):
            return people
        kept: list[Contributor] = []
        for person in sorted(people, key=lambda person: -weight(person.role.value)):
            findings = people_findings(owner, [*kept, person])
            if not findings:
                kept.append(person)
                continue
            remedy = _REVOKED
            if _is_owner(person, owner):
                remedy = "They keep access as the owner."
            self._note(f"{_as_person(person)} left out: {findings[0].what}", remedy)
        return sorted(kept, key=_as_person)

    def _note(self, what: str, remedy: str) -> None:
        self.notes.append(Note(what, remedy))


def _bound(binding: OwnerObject | None) -> tuple[Person, str] | None:
    """Return the only subject of an owner's RoleBinding, and the namespace of a ServiceAccount."""
    if binding is None or binding.subject is None:
        return None
    return binding.subject, binding.namespace


def _lateness(until: str) -> tuple[bool, str]:
    """Return the sort key of an end of access; no end is the latest."""
    return not until, until


def _fields(person: Person, namespace: str) -> dict[str, str | None]:
    return {"kind": person.kind, "name": person.name, "namespace": namespace or None}


def _is_owner(contributor: Contributor, owner: Owner | None) -> bool:
    if owner is None:
        return False
    return (owner.kind, owner.name) == (contributor.kind, contributor.name)


def _as_person(contributor: Contributor) -> Person:
    return Person(contributor.kind.value, contributor.name)
