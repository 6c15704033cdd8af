"""Search of people by a text: a whole name, or a part of it. Pure."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from profiles_management.kubeflow.objects.policy_rules import matches
from profiles_management.pmr.names import nearest
from profiles_management.pmr.user_names import same_user
from profiles_management.reconcile.plan import Person

MOST_SIMILAR = 3

_ALIKE = 0.7  # of 1: `andrea` is like andreea@ and not like daniela@

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PUNCTUATION = re.compile(r"[\W_]")
_ACCOUNT = "system:serviceaccount:"
SIGNED_IN = frozenset(
    {Person("Group", "system:authenticated"), Person("Group", "system:unauthenticated")}
)


@dataclass(frozen=True, slots=True)
class Search:
    """The people whom a text means.

    Attributes:
        people: those whose name is the text, or contains it.
        general: groups and patterns of names that include the person: `*`, `*@example.com`,
            system:authenticated.
        similar: where `people` is empty, at most MOST_SIMILAR other names.
    """

    people: frozenset[Person]
    general: frozenset[Person] = frozenset()
    similar: tuple[str, ...] = ()


def search(asked: str, people: Collection[Person]) -> Search:
    """Return the people whom a text means.

    If a name is exactly the text, only that name is meant. Otherwise a whole address means the same
    address in another letter case or Unicode form, and any other text means every name that
    contains it, in any letter case.
    """
    asked = asked.strip().removeprefix(_ACCOUNT)  # a ServiceAccount is listed as NAMESPACE:NAME
    is_address = _ADDRESS.fullmatch(asked) is not None
    meant = _named(asked, people) or _alike(asked, people, is_address=is_address)
    general = frozenset[Person]()
    if is_address or _named(asked, meant):
        general = _where(people, lambda person: includes(person, asked)) - meant
    if meant:
        return Search(meant, general)
    others = {person.name for person in set(people) - general}
    return Search(meant, general, _similar(asked, others, is_address=is_address))


def includes(person: Person, name: str) -> bool:
    """Return whether a group or a pattern of names includes every user, or users of that name."""
    if person in SIGNED_IN:
        return True
    return person.kind == "User" and matches(person.name, name)


def _named(name: str, people: Iterable[Person]) -> frozenset[Person]:
    return _where(people, lambda person: person.name.removeprefix(_ACCOUNT) == name)


def _alike(asked: str, people: Iterable[Person], *, is_address: bool) -> frozenset[Person]:
    """Return the people whose name is an address, or contains a text, up to its spelling."""
    key = same_user(asked)
    if is_address:
        return _where(people, lambda person: same_user(person.name) == key)
    return _where(people, lambda person: key in same_user(person.name))


def _where(people: Iterable[Person], test: Callable[[Person], bool]) -> frozenset[Person]:
    """Return the people for whom a test is true."""
    return frozenset(filter(test, people))


def _similar(asked: str, names: Collection[str], *, is_address: bool) -> tuple[str, ...]:
    """Return other names that the text may have meant, at most MOST_SIMILAR."""
    similar = _same_local_part(asked, names) if is_address else _close(asked, names)
    return tuple(similar)[:MOST_SIMILAR]


def _same_local_part(address: str, names: Iterable[str]) -> list[str]:
    """Return the names with the same part before the @, in any punctuation.

    A reader who gives a whole address knows it, and may ask whether that person is gone: anna@ is
    another person than ann@.
    """
    key = _local_key(address)
    return sorted(name for name in names if _local_key(name) == key)


def _close(asked: str, names: Iterable[str]) -> Iterable[str]:
    """Return the names that a text nearly equals, as a whole or before the @."""
    by_local_part = {name.partition("@")[0]: name for name in sorted(names, reverse=True)}
    by_text = {name: name for name in by_local_part.values()} | by_local_part
    close = nearest(asked, by_text, cutoff=_ALIKE, most=2 * MOST_SIMILAR)
    return dict.fromkeys(by_text[text] for text in close)


def _local_key(address: str) -> str:
    """Return the letters and digits before the @."""
    return _PUNCTUATION.sub("", same_user(address.partition("@")[0]))
