"""A document without a person: found by the exact name, cut out, and checked by reading it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from profiles_management.pmr import documents
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.collector import collector_paused
from profiles_management.pmr.names import quoted
from profiles_management.pmr.offboarding.edits import Edit, applied, in_order, without_items
from profiles_management.pmr.offboarding.json_text import written_in
from profiles_management.pmr.offboarding.layout import Layout, Node
from profiles_management.pmr.offboarding.people import OWNER, Leaver, Person, Place, people
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, decode, from_json
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.yaml_events import parse

_NO_RULES: Final = Rules()
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][\w.+-]*@[\w.-]*\w", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offboarding:
    """One document and what becomes of it.

    Attributes:
        name: what the document is called.
        text: the document as it is, without a byte order mark.
        edits: what changes, in the order of the text.
        removed: the contributor entries of the person; the edits remove them.
        owned: the profiles that the person owns; the edits name the new owner, if there is one.
        promoted: the contributor entries of the new owner, which the edits remove.
        alike: entries with a similar name; they stay.
        people: the kind and the name of everybody in the document.
    """

    name: str
    text: str
    edits: tuple[Edit, ...]
    removed: tuple[Place, ...]
    owned: tuple[Place, ...]
    promoted: tuple[Place, ...]
    alike: tuple[Place, ...]
    people: frozenset[tuple[UserKind, str]]

    @property
    def is_found(self) -> bool:
        """Whether the document names the person."""
        return bool(self.removed or self.owned)

    def edited(self) -> str:
        """Return the text after the edits."""
        return applied(self.text, self.edits)


def offboard(
    document: str | bytes,
    leaver: Leaver,
    *,
    name: str = "<text>",
    rules: Rules = _NO_RULES,
    limit: int = LARGEST,
) -> Offboarding:
    """Find a person in a document, and take them out of it.

    Contributors with exactly this name and kind are removed. An owner is replaced by the new
    owner, if there is one, whose own entry as a contributor there is removed. All other
    characters stay, apart from comments that belong to a removed entry.

    Args:
        document: YAML or JSON; bytes are UTF-8. Entries without an owner are accepted.
        name: what to call it in problems.
        rules: what this installation allows.
        limit: the most bytes that a document may have.

    Raises:
        DocumentError: the document is not valid, cannot be edited without changing more, or would
            not be valid with the new owner.
    """
    pmr = documents.loads(document, name=name, rules=rules, limit=limit, additions=True)
    text, everybody = decode(document, limit), frozenset(_everybody(pmr))
    if not any(leaver.is_alike(each) for _, each in everybody):
        return Offboarding(name, text, (), removed=(), owned=(), promoted=(), alike=(), people=everybody)
    with collector_paused():
        return _Search(text, leaver, name, rules).result(everybody)


def _everybody(pmr: ProfilesManagementRepresentation) -> Iterator[tuple[UserKind, str]]:
    for profile in pmr.profiles.values():
        yield profile.owner.kind, profile.owner.name
        yield from ((person.kind, person.name) for person in profile.contributors)
    for addition in pmr.additions.values():
        yield from ((person.kind, person.name) for person in addition.contributors)


class _Search:
    """One document, and the entries in it."""

    def __init__(self, text: str, leaver: Leaver, name: str, rules: Rules) -> None:
        self.text = text
        self.leaver = leaver
        self.name = name
        self.rules = rules
        self.layout = Layout(from_json(text))
        self.data: dict[str, Any] = parse(self.layout.text).data
        self.people = [*people(self.data, self.layout, name)]
        self.leaving = [one for one in self.people if one.is_of(leaver.kind, leaver.name)]
        self.owned = [one for one in self.leaving if one.place.role == OWNER]
        self.promoted = [*self._promoted()]

    def result(self, everybody: frozenset[tuple[UserKind, str]]) -> Offboarding:
        """Return what becomes of the document.

        Args:
            everybody: the kind and the name of everybody in it.

        Raises:
            DocumentError: it cannot be edited.
        """
        removed = [one for one in self.leaving if one.place.role != OWNER]
        edits = in_order(self._edits([*removed, *self.promoted]))
        if edits:
            self._check_anchors(edits)
            edits = written_in(self.text, self.layout.text, edits)
            self._check(edits)
        alike = (one for one in self.people if self.leaver.is_alike(one.place.name))
        return Offboarding(
            self.name,
            self.text,
            tuple(edits),
            removed=_places(removed),
            owned=_places(self.owned),
            promoted=_places(self.promoted),
            alike=_places(one for one in alike if one not in self.leaving),
            people=everybody,
        )

    def _promoted(self) -> Iterator[Person]:
        if not self.leaver.new_owner:
            return
        profiles = {one.profile for one in self.owned}
        for one in self.people:
            is_new_owner = one.is_of(self.leaver.kind, self.leaver.new_owner)
            if is_new_owner and one.profile in profiles and one.place.role != OWNER:
                yield one

    # the edits

    def _edits(self, removed: Iterable[Person]) -> Iterator[Edit]:
        lists: dict[Node, set[int]] = {}  # several profiles may share one list by an alias
        for one in removed:
            lists.setdefault(one.node, set()).add(one.at)
        for node, indexes in lists.items():
            yield from without_items(self.layout, node, indexes, self.leaver.words())
        if self.leaver.new_owner:
            yield from {self._new_owner(one.node) for one in self.owned}

    def _new_owner(self, owner: Node) -> Edit:
        name = owner.items[owner.keys.index("name")]
        start = name.start
        if name.anchor:
            start = self.layout.text.index(name.anchor, start) + len(name.anchor)
            start = name.end - len(self.layout.text[start : name.end].lstrip())
        return Edit(start, name.end, _scalar(self.leaver.new_owner, self.layout.text[start]))

    # the check

    def _check(self, edits: list[Edit]) -> None:
        """Read the edited text again: it says what it said, without the person."""
        text = applied(self.text, edits)
        if parse(from_json(text)).data != self._expected():
            raise self._refused()
        documents.loads(text, name=self.name, rules=self.rules, additions=True)  # the new owner may be refused

    def _check_anchors(self, edits: list[Edit]) -> None:
        for use, definition in self.layout.aliases:
            if _is_cut(definition, edits) and not _is_cut(use, edits):
                lines = [self.layout.line_of(node.start) + 1 for node in (definition, use)]
                what = f"line {lines[0]} defines &{definition.anchor}, which line {lines[1]} uses"
                remedy = f"write the value out in line {lines[1]}, and run the command again"
                where = Where(self.name, lines[0])
                raise DocumentError([Problem("cannot-edit", what, where, remedy)])

    def _expected(self) -> dict[str, Any]:
        """Return the data of the document without the person."""
        gone = {(one.profile, one.at) for one in (*self.leaving, *self.promoted)}
        owned = {one.profile for one in self.owned} if self.leaver.new_owner else set()
        profiles = []
        for number, profile in enumerate(self.data["profiles"]):
            changed = dict(profile)
            if "contributors" in profile:
                listed = enumerate(profile["contributors"])
                changed["contributors"] = [one for at, one in listed if (number, at) not in gone]
            if number in owned:
                changed[OWNER] = profile[OWNER] | {"name": self.leaver.new_owner}
            profiles.append(changed)
        return self.data | {"profiles": profiles}

    def _refused(self) -> DocumentError:
        place = self.leaving[0].place
        what = f"{quoted(place.name)} cannot be removed without changing more than that"
        return DocumentError([Problem("cannot-edit", what, place.where, "edit it by hand")])


def _places(found: Iterable[Person]) -> tuple[Place, ...]:
    return tuple(one.place for one in found)


def _is_cut(node: Node, edits: Iterable[Edit]) -> bool:
    return any(edit.start <= node.start < edit.end for edit in edits)


def _scalar(name: str, first: str) -> str:
    """Return a name as YAML, in the quotes that the value had before."""
    if first == "'":
        return "'" + name.replace("'", "''") + "'"
    if first != '"' and _PLAIN_NAME.fullmatch(name):
        return name
    return json.dumps(name, ensure_ascii=False)
