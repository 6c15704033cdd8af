"""What the off-boarding of a person shows: entries in documents and access in the cluster. Pure.

person      {kind, name}
new_owner   who owns their profiles from now on, null for nobody yet
documents   [{document, diff, written}]: each document that changes
places      [{action, profile, person: {kind, name}, role, until, file, line, column}]: entries in the documents;
            action is remove, hand_over (the person owns it), decide (the person owns it, and no new owner is named),
            promote (an entry of the new owner as a contributor, removed) or keep (a similar name)
access      of the cluster or the folder, as `access` lists it, with `similar`; null where it was not checked
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from profiles_management.kubeflow.access import AccessEntry
from profiles_management.kubeflow.access_listing import access_data, access_role
from profiles_management.kubeflow.person_search import MOST_SIMILAR, includes, search
from profiles_management.pmr.offboarding import Leaver, Offboarding, Place, unified_diff
from profiles_management.pmr.people import UserKind
from profiles_management.reconcile.describe import Data
from profiles_management.reconcile.lines import Line, Segment, Tone, count, line, printable, table
from profiles_management.reconcile.plan import Person
from profiles_management.reconcile.rows import day

_MOST_SIMILAR: Final = 20


@dataclass(frozen=True, slots=True)
class Departure:
    """A person, the documents that were searched, and the access that the cluster gives.

    Attributes:
        access: everybody's access in the cluster; None where it was not checked.
        is_written: whether the documents were written.
    """

    leaver: Leaver
    documents: Sequence[Offboarding]
    access: Sequence[AccessEntry] | None = None
    is_written: bool = False

    @property
    def changed(self) -> list[Offboarding]:
        """The documents that change."""
        return [document for document in self.documents if document.edits]

    @property
    def undecided(self) -> list[Place]:
        """The profiles that the person still owns."""
        if self.leaver.new_owner:
            return []
        return [place for document in self.documents for place in document.owned]

    @property
    def own_access(self) -> list[AccessEntry]:
        """What the cluster gives the person."""
        person = (self.leaver.kind, self.leaver.name)
        return [entry for entry in self.access or () if (entry.person.kind, entry.person.name) == person]

    @property
    def is_found(self) -> bool:
        """Whether any document, or the cluster, has the person."""
        return bool(self.own_access) or any(document.is_found for document in self.documents)

    def similar_access(self) -> list[AccessEntry]:
        """Return access in the cluster of similar names, and of groups and patterns that include the person."""
        own = {*self.own_access}
        return [entry for entry in self.access or () if entry not in own and self._is_similar(entry.person)]

    def _is_similar(self, person: Person) -> bool:
        is_user = self.leaver.kind is UserKind.USER
        return self.leaver.is_alike(person.name) or (is_user and includes(person, self.leaver.name))

    def places(self) -> list[tuple[str, Place]]:
        """Return every entry with what becomes of it, in the order of the documents."""
        return [place for document in self.documents for place in sorted(self._places(document), key=_order)]

    def _places(self, document: Offboarding) -> Iterator[tuple[str, Place]]:
        yield from (("remove", place) for place in document.removed)
        yield from (("hand_over" if self.leaver.new_owner else "decide", place) for place in document.owned)
        yield from (("promote", place) for place in document.promoted)
        others = (place for place in document.alike if place not in document.promoted)
        yield from (("keep", place) for place in others)

    def meant(self) -> tuple[str, ...]:
        """Return the names, in a document or the cluster, that may have been meant where nobody was found."""
        kind = self.leaver.kind
        people = {Person(kind, name) for document in self.documents for its, name in document.people if its == kind}
        people |= {entry.person for entry in self.access or () if entry.person.kind == kind}
        found = search(self.leaver.name, people)
        names = sorted({person.name for person in found.people} - {self.leaver.name})
        return found.similar or tuple(names[:MOST_SIMILAR])


def _order(entry: tuple[str, Place]) -> tuple[str, int, int]:
    where = entry[1].where
    return where.file, where.line, where.column


def lines(departure: Departure) -> list[Line]:
    """Return every place, as tables, and what has to be decided."""
    return [*_in_documents(departure), *_in_target(departure), *_similar(departure), *_decisions(departure)]


def data(departure: Departure) -> Data:
    """Return the same as data; the keys are those of this module's description."""
    leaver = departure.leaver
    access = None
    if departure.access is not None:
        similar = departure.similar_access()
        access = [access_data(entry) | {"similar": False} for entry in departure.own_access]
        access += [access_data(entry) | {"similar": True} for entry in similar]
    return {
        "person": {"kind": leaver.kind.value, "name": leaver.name},
        "new_owner": leaver.new_owner or None,
        "documents": [_document_data(document, departure) for document in departure.changed],
        "places": [_place_data(action, place) for action, place in departure.places()],
        "access": access,
    }


def _document_data(document: Offboarding, departure: Departure) -> Data:
    diff = unified_diff(document.text, document.edits, document.name)
    return {"document": document.name, "diff": diff, "written": departure.is_written}


def _place_data(action: str, place: Place) -> Data:
    return {
        "action": action,
        "profile": place.profile,
        "person": {"kind": place.kind.value, "name": place.name},
        "role": place.role,
        "until": place.until or None,
        "file": place.where.file,
        "line": place.where.line,
        "column": place.where.column,
    }


# text


def _heading(text: str) -> Line:
    return line(Segment(text, Tone.HEADING))


def _in_documents(departure: Departure) -> Iterator[Line]:
    rows = [
        (_where(place), place.profile, place.role, place.until or "-", _action(action, departure))
        for action, place in departure.places()
        if action != "keep"
    ]
    if rows:
        yield from table([("DOCUMENT", "PROFILE", "ROLE", "UNTIL", "ACTION"), *rows])
        yield line()


def _action(action: str, departure: Departure) -> str:
    new_owner = departure.leaver.new_owner
    actions = {
        "remove": "remove",
        "hand_over": f"hand over to {new_owner}",
        "promote": f"remove {new_owner}, the new owner",
        "decide": "stays: choose a new owner",
    }
    return actions[action]


def _in_target(departure: Departure) -> Iterator[Line]:
    if departure.own_access:
        rows = [_access_row(entry) for entry in departure.own_access]
        yield from table([("ACCESS NOW", "ROLE", "UNTIL"), *rows])
        yield line()


def _access_row(entry: AccessEntry) -> tuple[str, str, str]:
    return entry.profile, access_role(entry), day(entry.until) or "-"


def _similar(departure: Departure) -> Iterator[Line]:
    rows = [
        (_person(place), place.profile, place.role, _where(place))
        for action, place in departure.places()
        if action == "keep"
    ]
    rows += [
        (str(entry.person), entry.profile, access_role(entry), "access now") for entry in departure.similar_access()
    ]
    if rows:
        yield from table([("SIMILAR (stays)", "PROFILE", "ROLE", "WHERE"), *rows[:_MOST_SIMILAR]])
        if more := len(rows) - _MOST_SIMILAR:
            yield from [line(f"... and {count(more, 'more similar name')}.")] if more > 0 else []
        yield line()


def _decisions(departure: Departure) -> Iterator[Line]:
    undecided = departure.undecided
    if not undecided:
        return
    profiles = sorted({place.profile for place in undecided})
    owned = f"{departure.leaver.name} owns {count(len(profiles), 'profile')}: {', '.join(profiles)}."
    decide = "Hand them over with --new-owner NAME, or remove the profiles from the document."
    yield line(Segment("decide: ", Tone.WAIT), printable(f"{owned} {decide}"), hang=len("decide: "))
    yield line()


def _where(place: Place) -> str:
    return f"{place.where.file}:{place.where.line}"


def _person(place: Place) -> str:
    return str(Person(place.kind.value, place.name))
