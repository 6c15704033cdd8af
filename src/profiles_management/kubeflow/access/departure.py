"""A person who leaves: their entries in documents, and their access in a target. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from profiles_management.kubeflow.access.person_search import MOST_SIMILAR, includes, search
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.pmr.offboarding import Action, Leaver, Mention, Offboarding, Place
from profiles_management.pmr.people import UserKind
from profiles_management.reconcile.plan import Person


@dataclass(frozen=True, slots=True)
class Departure:
    """A person, the documents that were searched, and the access that a target gives.

    Attributes:
        access: everybody's access in the target; None where it was not checked.
        is_written: whether the documents were written.
    """

    leaver: Leaver
    documents: Sequence[Offboarding]
    access: Sequence[AccessEntry] | None = None
    is_written: bool = False

    @property
    def person(self) -> Person:
        """The person who leaves."""
        return Person(self.leaver.kind.value, self.leaver.name)

    @property
    def changed(self) -> list[Offboarding]:
        """The documents that change."""
        return [document for document in self.documents if document.edits]

    @property
    def is_found(self) -> bool:
        """Whether a document, or the target, has the person."""
        return bool(self.own_access) or any(document.is_found for document in self.documents)

    @property
    def places(self) -> list[Place]:
        """The entries of all documents, in their order."""
        return [*chain.from_iterable(document.places for document in self.documents)]

    @property
    def undecided(self) -> list[Place]:
        """The entries in which the person is still the owner."""
        return [place for place in self.places if place.action is Action.DECIDE]

    @property
    def mentions(self) -> list[Mention]:
        """Other lines of the documents that contain the name."""
        return [*chain.from_iterable(document.mentions for document in self.documents)]

    @property
    def own_access(self) -> list[AccessEntry]:
        """The access that the target gives the person."""
        return [*filter(self._is_own, self._access)]

    @property
    def undocumented_access(self) -> list[AccessEntry]:
        """The managed access in profiles in which no document names the person."""
        documented = {place.profile for place in self.places if place.action is not Action.KEEP}
        return [
            entry for entry in self.own_access if entry.managed and entry.profile not in documented
        ]

    @property
    def similar_access(self) -> list[AccessEntry]:
        """The access of similar names, and of groups and patterns that include the person."""
        return [*filter(self._is_similar, self._access)]

    @property
    def _access(self) -> Sequence[AccessEntry]:
        """The access in the target; empty where it was not checked."""
        return self.access or ()

    def _is_own(self, entry: AccessEntry) -> bool:
        return entry.person == self.person

    def _is_similar(self, entry: AccessEntry) -> bool:
        if self._is_own(entry):
            return False
        if self.leaver.is_alike(entry.person.name):
            return True
        return self.leaver.kind is UserKind.USER and includes(entry.person, self.leaver.name)

    def meant(self) -> tuple[str, ...]:
        """Return names of the same kind that may have been meant, if the person was not found."""
        people = {person for person in self._people() if person.kind == self.person.kind}
        result = search(self.leaver.name, people)
        if result.similar:
            return result.similar
        names = {person.name for person in result.people} - {self.leaver.name}
        return tuple(sorted(names)[:MOST_SIMILAR])

    def _people(self) -> Iterator[Person]:
        """Yield everybody in the documents and the target."""
        for entry in self._access:
            yield entry.person
        for kind, name in chain.from_iterable(document.people for document in self.documents):
            yield Person(kind.value, name)
