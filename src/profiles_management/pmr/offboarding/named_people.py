"""Everybody whom a document names, each with the place of the entry in the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from profiles_management.pmr import until
from profiles_management.pmr.model import path_text
from profiles_management.pmr.offboarding.text_positions import Layout, Node
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import Where
from profiles_management.pmr.user_names import same_user

OWNER: Final = "owner"
_WORD = re.compile(r"[^\W_]+")


class Action(StrEnum):
    """What happens to an entry of a document; the value is what JSON has."""

    REMOVE = "remove"
    HAND_OVER = "hand_over"
    """The person owns it, and the new owner is named."""
    DECIDE = "decide"
    """The person owns it, and no new owner is named."""
    PROMOTE = "promote"
    """An entry of the new owner as a contributor, which is removed."""
    KEEP = "keep"
    """A similar name."""


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who leaves.

    Attributes:
        name: as the document writes it.
        kind: the kind of the person or group.
        new_owner: the new owner of their profiles, of the same kind; '' if there is none yet.
    """

    name: str
    kind: UserKind = UserKind.USER
    new_owner: str = ""

    def is_alike(self, name: str) -> bool:
        """Return whether a name may be another one of this person, or of their own group."""
        own, other = same_user(self.name), same_user(name)
        mailbox = own.partition("@")[0]
        return own == other or mailbox in (other, *_WORD.findall(other.partition("@")[0]))

    def words(self) -> re.Pattern[str]:
        """Return what a comment about this person contains: the name, or a word of the mailbox."""
        mailbox = self.name.partition("@")[0]
        words = [self.name, *(word for word in _WORD.findall(mailbox) if len(word) > 1)]
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


class Place(NamedTuple):
    """An entry of a person in a document.

    Attributes:
        where: file, line, column and path of the entry.
        role: admin, edit or view; `owner` for an owner.
        until: when the access ends, '' for never.
        action: what happens to the entry.
    """

    where: Where
    profile: str
    kind: UserKind
    name: str
    role: str
    until: str = ""
    action: Action = Action.KEEP


class Person(NamedTuple):
    """One entry of a document.

    Attributes:
        profile: the number of the profile, from 0.
        node: the owner, or the list of contributors that the entry is in; aliases resolved.
        at: the index in that list, -1 for an owner.
    """

    place: Place
    profile: int
    node: Node
    at: int = -1

    @property
    def is_owner(self) -> bool:
        """Whether the entry is an owner."""
        return self.place.role == OWNER

    @property
    def entry(self) -> Node:
        """The owner, or the item of the list, as it is in the text."""
        if self.is_owner:
            return self.node
        return self.node.items[self.at]

    def is_of(self, kind: UserKind, name: str) -> bool:
        """Return whether the entry names exactly this person."""
        return (self.place.kind, self.place.name) == (kind, name)

    def is_owned_by(self, leaver: Leaver) -> bool:
        """Return whether the entry is that of an owner who leaves."""
        return self.is_owner and self.is_of(leaver.kind, leaver.name)

    def with_action(self, action: Action) -> Person:
        """Return this entry with what happens to it."""
        return self._replace(place=self.place._replace(action=action))


def people(data: dict[str, Any], layout: Layout, file: str) -> Iterator[Person]:
    """Yield every owner and contributor of a valid document, in its order.

    Args:
        data: the document as plain data.
        layout: the same document as text.
        file: what to call it.
    """
    profiles = layout.root.get("profiles")
    for index, profile in enumerate(data["profiles"]):
        node = profiles.target.items[index].target if profiles is not None else layout.root
        entries = _Entries(layout, file, profile["name"], index)
        owner = node.get(OWNER)
        if owner is not None:
            yield entries.owner(profile[OWNER], owner)
        contributors = node.get("contributors")
        if contributors is not None:
            yield from entries.contributors(profile["contributors"], contributors.target)


def decided(everybody: Iterable[Person], leaver: Leaver) -> list[Person]:
    """Return all entries with what happens to each of them."""
    entries = [*everybody]
    owned = frozenset(person.profile for person in entries if person.is_owned_by(leaver))
    return [person.with_action(_action(person, leaver, owned)) for person in entries]


def _action(person: Person, leaver: Leaver, owned: Collection[int]) -> Action:
    """Return what happens to an entry.

    Args:
        owned: the numbers of the profiles that the person who leaves owns.
    """
    if person.is_owned_by(leaver) and leaver.new_owner:
        return Action.HAND_OVER
    if person.is_owned_by(leaver):
        return Action.DECIDE
    if person.is_of(leaver.kind, leaver.name):
        return Action.REMOVE
    if person.profile in owned and person.is_of(leaver.kind, leaver.new_owner):
        return Action.PROMOTE
    return Action.KEEP


class _Entries(NamedTuple):
    layout: Layout
    file: str
    profile: str
    number: int

    def owner(self, data: dict[str, Any], node: Node) -> Person:
        where = self._where(node, OWNER)
        place = Place(where, self.profile, UserKind(data["kind"]), data["name"], OWNER)
        return Person(place, self.number, node.target)

    def contributors(self, entries: list[dict[str, Any]], node: Node) -> Iterator[Person]:
        for index, data in enumerate(entries):
            where = self._where(node.items[index], f"contributors[{index}]")
            kind = UserKind(data.get("kind", UserKind.USER))
            ends = data.get("until")
            end = "" if ends is None else until.written(until.moment(ends))
            place = Place(where, self.profile, kind, data["name"], data["role"], end)
            yield Person(place, self.number, node, index)

    def _where(self, node: Node, field: str) -> Where:
        line = self.layout.lines.number(node.start)
        column = node.start - self.layout.lines.start(line)
        path = f"{path_text(('profiles', self.number))}.{field}"
        return Where(self.file, line + 1, column + 1, path)
