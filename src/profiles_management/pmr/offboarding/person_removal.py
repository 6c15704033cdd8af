"""A document without a person: found by the exact name, cut out, and read again as a check."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from profiles_management.pmr import documents
from profiles_management.pmr.classes import Addition, Profile, ProfilesManagementRepresentation
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.names import quoted
from profiles_management.pmr.offboarding.json_text import written_in
from profiles_management.pmr.offboarding.mentions import Mention, mentions
from profiles_management.pmr.offboarding.named_people import (
    OWNER,
    Action,
    Leaver,
    Person,
    Place,
    decided,
    people,
)
from profiles_management.pmr.offboarding.replacements import ListEdits, in_order
from profiles_management.pmr.offboarding.text_positions import Layout, Node
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, decode, from_json
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.text_edits import Replacement, replaced
from profiles_management.pmr.yaml_events import parse

_NO_RULES: Final = Rules()
_OF_LEAVER: Final = (Action.REMOVE, Action.HAND_OVER, Action.DECIDE)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][\w.+-]*@[\w.-]*\w", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offboarding:
    """One document, and what offboarding changes in it.

    Attributes:
        name: the name of the document.
        leaver: who leaves.
        text: the document, without a byte order mark.
        edits: what changes, in the order of the text.
        places: the entries of the person, those of the new owner that the edits remove, and similar
            names.
        mentions: where else the text contains the name; all stay.
        people: the kind and the name of everybody in the document.
    """

    name: str
    leaver: Leaver
    text: str
    edits: tuple[Replacement, ...] = ()
    places: tuple[Place, ...] = ()
    mentions: tuple[Mention, ...] = ()
    people: frozenset[tuple[UserKind, str]] = frozenset()

    @property
    def is_found(self) -> bool:
        """Whether the document names the person."""
        return any(place.action in _OF_LEAVER for place in self.places)

    def edited(self) -> str:
        """Return the text after the edits."""
        return replaced(self.text, self.edits)


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
        name: the name of the document in problems.
        rules: what this installation allows.
        limit: the most bytes of a document.

    Raises:
        DocumentError: the document is not valid, cannot be edited without changing more, or would
            not be valid with the new owner.
    """
    pmr = documents.loads(document, name=name, rules=rules, limit=limit, additions=True)
    text, everybody = decode(document, limit), frozenset(_everybody(pmr))
    has_similar_name = any(leaver.is_alike(person) for _, person in everybody)
    if leaver.name.casefold() not in text.casefold() and not has_similar_name:
        return Offboarding(name, leaver, text, people=everybody)
    with collector_paused():
        return _Search(text, leaver, name, rules).result(everybody)


def _everybody(pmr: ProfilesManagementRepresentation) -> Iterator[tuple[UserKind, str]]:
    for profile in pmr.profiles.values():
        yield profile.owner.kind, profile.owner.name
    entries: list[Profile | Addition] = [*pmr.profiles.values(), *pmr.additions.values()]
    for person in chain.from_iterable(entry.contributors for entry in entries):
        yield person.kind, person.name


class _Search:
    """One document, and the entries in it that leave or change."""

    def __init__(self, text: str, leaver: Leaver, name: str, rules: Rules) -> None:
        self.text = text
        self.leaver = leaver
        self.name = name
        self.rules = rules
        self.layout = Layout(from_json(text))
        self.data: dict[str, Any] = parse(self.layout.text).data
        self.people = decided(people(self.data, self.layout, name), leaver)
        self.removed = self._with_action(Action.REMOVE, Action.PROMOTE)
        self.handed_over = self._with_action(Action.HAND_OVER)

    def _with_action(self, *actions: Action) -> list[Person]:
        """Return the entries to which one of these actions happens, in the order of the text."""
        return [person for person in self.people if person.place.action in actions]

    def result(self, everybody: frozenset[tuple[UserKind, str]]) -> Offboarding:
        """Return the edits of the document, and what they change.

        Args:
            everybody: the kind and the name of everybody in it.

        Raises:
            DocumentError: it cannot be edited.
        """
        edits = in_order(self._edits())
        entries = [person.entry for person in self.people]
        return Offboarding(
            self.name,
            self.leaver,
            self.text,
            edits=self._checked(edits),
            places=tuple(sorted(self._places())),
            mentions=tuple(mentions(self.layout, self.leaver.name, [*edits, *entries], self.name)),
            people=everybody,
        )

    def _places(self) -> Iterator[Place]:
        """Yield the entries that change, and those with a similar name."""
        for person in self.people:
            place = person.place
            if place.action is not Action.KEEP or self.leaver.is_alike(place.name):
                yield place

    # the edits

    def _edits(self) -> Iterator[Replacement]:
        lists: dict[Node, set[int]] = {}  # several profiles may share one list by an alias
        for person in self.removed:
            lists.setdefault(person.node, set()).add(person.at)
        words = self.leaver.words()
        for node, indexes in lists.items():
            yield from ListEdits(self.layout, node, words).without(indexes)
        yield from {self._new_owner(person.node) for person in self.handed_over}

    def _new_owner(self, owner: Node) -> Replacement:
        name = owner.items[owner.keys.index("name")]
        start = name.start
        if name.anchor:
            start = self.layout.text.index(name.anchor, start) + len(name.anchor)
            start = name.end - len(self.layout.text[start : name.end].lstrip())
        return Replacement(start, name.end, _scalar(self.leaver.new_owner, self.layout.text[start]))

    # the check

    def _checked(self, edits: list[Replacement]) -> tuple[Replacement, ...]:
        """Return edits of the original text, after a check that they remove only the person."""
        if not edits:
            return ()
        self._check_anchors(edits)
        edits = written_in(self.text, self.layout.text, edits)
        text = replaced(self.text, edits)
        if parse(from_json(text)).data != self._expected():
            raise self._refused()
        # The new owner may be refused.
        documents.loads(text, name=self.name, rules=self.rules, additions=True)
        return tuple(edits)

    def _check_anchors(self, edits: list[Replacement]) -> None:
        for use, definition in self.layout.aliases:
            if _is_removed(definition, edits) and not _is_removed(use, edits):
                first, second = (
                    self.layout.lines.number(node.start) + 1 for node in (definition, use)
                )
                what = f"line {first} defines &{definition.anchor}, which line {second} uses"
                remedy = f"write the value out in line {second}, and run the command again"
                where = Where(self.name, first)
                raise DocumentError([Problem("cannot-edit", what, where, remedy)])

    def _expected(self) -> dict[str, Any]:
        """Return the data of the document without the person."""
        profiles = [*self.data["profiles"]]
        for person in reversed(self.removed):  # the last one first, so that indexes stay valid
            contributors = [*profiles[person.profile]["contributors"]]
            del contributors[person.at]
            profiles[person.profile] = profiles[person.profile] | {"contributors": contributors}
        for person in self.handed_over:
            owner = profiles[person.profile][OWNER] | {"name": self.leaver.new_owner}
            profiles[person.profile] = profiles[person.profile] | {OWNER: owner}
        return self.data | {"profiles": profiles}

    def _refused(self) -> DocumentError:
        place = (*self.removed, *self.handed_over)[0].place
        what = f"{quoted(place.name)} cannot be removed without changing more than that"
        return DocumentError([Problem("cannot-edit", what, place.where, "edit it by hand")])


def _is_removed(node: Node, edits: Iterable[Replacement]) -> bool:
    return any(edit.start <= node.start < edit.end for edit in edits)


def _scalar(name: str, first: str) -> str:
    """Return a name as YAML, in the quotes that the value had before."""
    if first == "'":
        return "'" + name.replace("'", "''") + "'"
    if first != '"' and _PLAIN_NAME.fullmatch(name):
        return name
    return json.dumps(name, ensure_ascii=False)
