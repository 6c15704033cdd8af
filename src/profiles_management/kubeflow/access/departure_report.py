"""The departure of a person as lines and as data. Pure.

person      {kind, name}
new_owner   the new owner of their profiles, null where none is chosen
documents   [{document, diff, written}]: each document that changes
places      [{action, profile, person: {kind, name}, role, until, file, line, column}]: entries in
            the documents; action is remove, hand_over, decide, promote or keep
            (pmr.offboarding.Action)
mentions    [{file, line, column, text}]: where else a document contains the name
access      of the cluster or the folder, as `access` lists it, with `similar`; null where it was
            not checked
errors      where nobody was found
"""

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from profiles_management.kubeflow.access.access_listing import access_data, access_role
from profiles_management.kubeflow.access.departure import Departure
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.pmr.offboarding import Action, Mention, Offboarding, Place, unified_diff
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.lines import Line, Segment, Tone, count, line, printable, table
from profiles_management.reconcile.plan import Person
from profiles_management.reconcile.rows import day
from profiles_management.reconcile.summary import first_names

_MOST_SIMILAR: Final = 20
_DECIDE: Final = "Hand them over with --new-owner NAME, or remove the profiles from the document."

_Rows = list[tuple[str, ...]]


def data(departure: Departure) -> Data:
    """Return a departure as data; the keys are those of this module's description."""
    return {
        "person": departure.person._asdict(),
        "new_owner": departure.leaver.new_owner or None,
        "documents": [_document_data(document, departure) for document in departure.changed],
        "places": [*map(_place_data, departure.places)],
        "mentions": [*map(_mention_data, departure.mentions)],
        "access": _access_data(departure),
        "errors": [*map(problem_data, nobody(departure))],
    }


def _document_data(document: Offboarding, departure: Departure) -> Data:
    diff = unified_diff(document.text, document.edits, document.name)
    return {"document": document.name, "diff": diff, "written": departure.is_written}


def _place_data(place: Place) -> Data:
    return {
        "action": str(place.action),
        "profile": place.profile,
        "person": {"kind": place.kind.value, "name": place.name},
        "role": place.role,
        "until": place.until or None,
        "file": place.where.file,
        "line": place.where.line,
        "column": place.where.column,
    }


def _mention_data(mention: Mention) -> Data:
    where = mention.where
    return {"file": where.file, "line": where.line, "column": where.column, "text": mention.text}


def _access_data(departure: Departure) -> list[Data] | None:
    if departure.access is None:
        return None
    own = [access_data(entry) | {"similar": False} for entry in departure.own_access]
    similar = [access_data(entry) | {"similar": True} for entry in departure.similar_access]
    return own + similar


def nobody(departure: Departure) -> tuple[Problem, ...]:
    """Return a problem where the person was not found, with names that may have been meant."""
    if departure.is_found:
        return ()
    leaver = departure.leaver
    where = count(len(departure.documents), "document")
    what = f"No {leaver.kind.value} {leaver.name} in {where}"
    remedy = "Names are compared exactly."
    meant = " or ".join(departure.meant())
    if meant:
        remedy = f"Did you mean {meant}? {remedy}"
    return (Problem("nobody", what, Where(), remedy),)


# lines


def lines(departure: Departure) -> list[Line]:
    """Return tables of all entries, and a sentence on what the reader must decide."""
    places = [place for place in departure.places if place.action is not Action.KEEP]
    changing: _Rows = [_changing(place, departure.leaver.new_owner) for place in places]
    return [
        *_table(("DOCUMENT", "PROFILE", "ROLE", "UNTIL", "ACTION"), changing),
        *_table(("ACCESS NOW", "ROLE", "UNTIL"), [*map(_access, departure.own_access)]),
        *_similar(departure),
        *_table(("MENTIONED (stays)", "TEXT"), [*map(_mention, departure.mentions)]),
        *_decision(departure.leaver.name, departure.undecided),
    ]


def _table(heading: tuple[str, ...], rows: _Rows, more: Sequence[Line] = ()) -> list[Line]:
    """Return a table with an empty line after it; nothing where it has no rows."""
    if not rows:
        return []
    return [*table([heading, *rows]), *more, line()]


def _changing(place: Place, new_owner: str) -> tuple[str, ...]:
    actions = {
        Action.REMOVE: "remove",
        Action.HAND_OVER: f"hand over to {new_owner}",
        Action.PROMOTE: f"remove {new_owner}, the new owner",
        Action.DECIDE: "stays: choose a new owner",
    }
    return _where(place.where), place.profile, place.role, place.until or "-", actions[place.action]


def _access(entry: AccessEntry) -> tuple[str, ...]:
    return entry.profile, access_role(entry), day(entry.until) or "-"


def _similar(departure: Departure) -> list[Line]:
    kept = [place for place in departure.places if place.action is Action.KEEP]
    rows: _Rows = [*map(_similar_place, kept), *map(_similar_access, departure.similar_access)]
    heading = ("SIMILAR (stays)", "PROFILE", "ROLE", "WHERE")
    hidden = len(rows) - _MOST_SIMILAR
    if hidden <= 0:
        return _table(heading, rows)
    more = line(f"... and {count(hidden, 'more similar name')}.")
    return _table(heading, rows[:_MOST_SIMILAR], [more])


def _mention(mention: Mention) -> tuple[str, ...]:
    return _where(mention.where), mention.text


def _similar_place(place: Place) -> tuple[str, ...]:
    person = Person(place.kind.value, place.name)
    return str(person), place.profile, place.role, _where(place.where)


def _similar_access(entry: AccessEntry) -> tuple[str, ...]:
    return str(entry.person), entry.profile, access_role(entry), "access now"


def _decision(name: str, undecided: Sequence[Place]) -> Iterator[Line]:
    if undecided:
        profiles = sorted({place.profile for place in undecided})
        owned = f"{name} owns {count(len(profiles), 'profile')}: {', '.join(profiles)}."
        text = printable(f"{owned} {_DECIDE}")
        yield line(Segment("decide: ", Tone.WAIT), text, hang=len("decide: "))
        yield line()


def _where(where: Where) -> str:
    return f"{where.file}:{where.line}"


def notes(departure: Departure, *, is_cluster: bool) -> Iterator[str]:
    """Yield sentences on what was written and what the reader can do next.

    Args:
        is_cluster: whether the target is a cluster.
    """
    names = ", ".join(document.name for document in departure.changed)
    if departure.is_written:
        yield f"Wrote {names}. Then run plan and apply."
    elif names:
        yield f"Nothing was written. --write edits {names}. Then run plan and apply."
    yield from _access_notes(departure)
    if is_cluster and departure.access is not None:
        person = shlex.quote(departure.leaver.name)
        command = f"profiles-management access --person {person} --cluster-wide"
        yield f"ClusterRoleBindings were not checked. Run: {command}"


def _access_notes(departure: Departure) -> Iterator[str]:
    """Yield how the access that the target gives the person ends."""
    undocumented = departure.undocumented_access
    added = sorted({entry.profile for entry in undocumented if not entry.owner})
    owned = sorted({entry.profile for entry in undocumented if entry.owner})
    if added:
        names = first_names(added, _MOST_SIMILAR)
        yield f"No document gives the access to {names}. Run plan and apply to revoke it."
    if owned:
        names = first_names(owned, _MOST_SIMILAR)
        yield (
            f"No document defines {names}. apply keeps the access of an owner: add the profile to "
            "a document with a new owner, or delete it with delete-stale."
        )
    if not all(entry.managed for entry in departure.own_access):
        yield (
            "apply keeps access that is not managed here; --foreign revoke removes it from "
            "managed profiles."
        )
