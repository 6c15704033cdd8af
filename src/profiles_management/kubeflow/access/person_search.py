"""Which people a text on the command line means: a whole name, or a part of one. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from profiles_management.kubeflow.objects import policy_rules
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
        people: those whose name it is, or whose name contains it.
        general: groups and patterns of names that include the person: `*`, `*@example.com`,
            system:authenticated.
        similar: where nobody is meant, at most MOST_SIMILAR other names.
    """

    people: frozenset[Person]
    general: frozenset[Person] = frozenset()
    similar: tuple[str, ...] = ()


def search(asked: str, people: Collection[Person]) -> Search:
    """Return whom a text means.

    A name that is exactly the text counts alone. A whole address otherwise means the same address
    in another letter case or Unicode form. Any other text means every name that contains it, in any
    letter case.
    """
    asked = asked.strip().removeprefix(_ACCOUNT)  # a ServiceAccount is listed as NAMESPACE:NAME
    is_address = _ADDRESS.fullmatch(asked) is not None
    found = _named(asked, people) or _alike(asked, people, is_address=is_address)
    is_whole = is_address or bool(_named(asked, found))
    general = frozenset(person for person in people if is_whole and includes(person, asked)) - found
    others = {person.name for person in people if person not in general}
    similar = () if found else _similar(asked, others, is_address=is_address)
    return Search(found, general, similar)


def includes(person: Person, name: str) -> bool:
    """Return whether a group or a pattern of names includes somebody of that name, whoever they are."""
    is_pattern = person.kind == "User" and "*" in (person.name[:1], person.name[-1:])
    return person in SIGNED_IN or (is_pattern and policy_rules.matches(person.name, name))


def _named(name: str, people: Iterable[Person]) -> frozenset[Person]:
    return frozenset(person for person in people if person.name.removeprefix(_ACCOUNT) == name)


def _alike(asked: str, people: Iterable[Person], *, is_address: bool) -> frozenset[Person]:
    key = same_user(asked)
    if is_address:
        return frozenset(person for person in people if same_user(person.name) == key)
    return frozenset(person for person in people if key in same_user(person.name))


def _similar(asked: str, names: Iterable[str], *, is_address: bool) -> tuple[str, ...]:
    """Return other names that the text may have meant.

    Whoever writes a whole address knows it, and may ask whether that person is gone: anna@ is
    somebody else than ann@. So for an address only the same name at another domain or at none, or
    in another punctuation, is similar.
    """
    if is_address:
        key = _local_key(asked)
        return tuple(sorted(name for name in names if _local_key(name) == key)[:MOST_SIMILAR])
    locals_ = {name.partition("@")[0]: name for name in sorted(names, reverse=True)}
    words = {**{name: name for name in locals_.values()}, **locals_}
    close = nearest(asked, words, cutoff=_ALIKE, most=2 * MOST_SIMILAR)
    return tuple(dict.fromkeys(words[word] for word in close))[:MOST_SIMILAR]


def _local_key(address: str) -> str:
    """Return the letters and digits before the @."""
    return _PUNCTUATION.sub("", same_user(address.partition("@")[0]))
