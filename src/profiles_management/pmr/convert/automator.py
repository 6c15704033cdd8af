"""Edits for what a document of github-profiles-automator may contain and a PMR may not.

Source: canonical/github-profiles-automator, src/profiles_management/pmr/classes.py (which keys and
values its classes take), src/charm.py (`pmr_from_yaml`: `yaml.safe_load`, then `add_profile` for
each profile) and helpers/kfam.py (a pair of objects for each contributor and role).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import isfinite
from operator import attrgetter, methodcaller
from typing import Final, NamedTuple

from pydantic import BaseModel

from profiles_management.pmr.classes import Contributor, Owner, Profile
from profiles_management.pmr.convert.edits import Edit, Kind, remove
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.diagnosis import TOP_KEYS
from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.people import AUTOMATOR_SPELLINGS, UserKind
from profiles_management.pmr.positions import SPELLINGS
from profiles_management.pmr.quantities import is_quantity
from profiles_management.pmr.resource_errors import name_error
from profiles_management.pmr.resource_names import is_taken
from profiles_management.pmr.resource_suggestions import suggested_name
from profiles_management.pmr.scalars import plain
from profiles_management.pmr.user_names import same_user

AUTOMATOR: Final = "github-profiles-automator"
_ROLES: Final = ("view", "edit", "admin")  # weakest first
_WEIGHTS: Final = {role: weight for weight, role in enumerate(_ROLES)}
_RIGHT_ROLES: Final = {role: role for role in _ROLES}
_KINDS: Final = {"user": "User", "group": "Group", "serviceaccount": "ServiceAccount"}

_Edits = Callable[[Part], Iterator[Edit]]
_Table = Sequence[tuple[str, str, _Edits]]


def edits(root: Part) -> Iterator[Edit]:
    """Yield the edits that turn such a document into a PMR with the same meaning.

    Args:
        root: the document, a mapping with a list `profiles`.
    """
    yield from _unknown_keys(root, TOP_KEYS)
    profiles = root.parts_of("profiles", kind="seq")
    yield from _repeated_names(profiles)
    for profile in profiles:
        if profile.kind == "map":
            yield from _profile(profile)


def _profile(profile: Part) -> Iterator[Edit]:
    yield from _unknown_keys(profile, _fields(Profile))
    yield from _by_key_and_kind(profile, _OF_PROFILE)
    owners = profile.values("owner", kind="map")
    yield from _contributors(profile.parts_of("contributors", kind="seq"), owners)


def _by_key_and_kind(mapping: Part, table: _Table) -> Iterator[Edit]:
    """Yield the edits of those entries of a mapping that have the key and the kind of a row."""
    for key, kind, edits_of in table:
        for entry in mapping.values(key, kind=kind):
            yield from edits_of(entry)


def _owner(owner: Part) -> Iterator[Edit]:
    yield from _unknown_keys(owner, _fields(Owner))
    yield from _spelling(owner, "kind", _KINDS, {*UserKind, *AUTOMATOR_SPELLINGS})


def _no_contributors(contributors: Part) -> Iterator[Edit]:
    yield Edit(contributors, Kind.VALUE, "an empty list is written as []", "[]")


def _nothing(entry: Part) -> Iterator[Edit]:
    yield remove(entry, "this sets nothing")


# keys


def _fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields of a model, in both spellings."""
    fields = model.model_fields
    return (*fields, *(SPELLINGS.get(name, name) for name in fields))


def _unknown_keys(mapping: Part, known: tuple[str, ...]) -> Iterator[Edit]:
    """Yield the removal of each key that the charm ignores or overwrites."""
    for part in _replaced(mapping.parts, attrgetter("name")):
        yield remove(part, f"this key is duplicated, and {AUTOMATOR} reads the last one")
    names = {part.name or "": part for part in mapping.parts}
    for name, part in names.items():
        if name not in known:
            yield remove(part, f"{AUTOMATOR} ignores this key{_question(name, known)}")


def _question(name: str, known: tuple[str, ...]) -> str:
    """Return which key may be meant by an unknown one, '' where none is near."""
    meant = near(name, known)
    return f"; is {meant} meant?" if meant else ""


def _repeated_names(profiles: list[Part]) -> Iterator[Edit]:
    """Yield the removal of each profile but the last of its name.

    The charm adds the profiles to a mapping by name, so that the last one replaces the others.
    """
    named = [profile for profile in profiles if profile.text_at("name")]
    for profile in _replaced(named, methodcaller("text_at", "name")):
        name = quoted(profile.text_at("name"))
        yield remove(profile, f"{AUTOMATOR} reads the last profile with the name {name}")


def _replaced(parts: Sequence[Part], name_of: Callable[[Part], object]) -> Iterator[Part]:
    """Yield the parts that a later one of the same name replaces."""
    last = {name_of(part): part for part in parts}
    for part in parts:
        if last[name_of(part)] is not part:
            yield part


def _spelling(
    mapping: Part, key: str, words: Mapping[str, str], right: Collection[str]
) -> Iterator[Edit]:
    """Yield the edit that writes a word in the letter case that both programs read.

    Args:
        mapping: the mapping with the word.
        key: the key of the word.
        words: the right word by its lower case.
        right: the words that are right already.
    """
    part, written = mapping.get(key), mapping.text_at(key)
    word = words.get(_simplified(written))
    if part is not None and word is not None and written not in right:
        yield Edit(part, Kind.VALUE, "upper and lower case count", word)


def _simplified(word: str) -> str:
    return word.casefold().replace("-", "")


# people


class _Person(NamedTuple):
    """An owner or a contributor of one profile."""

    part: Part
    kind: str
    name: str
    is_owner: bool
    role: str

    @property
    def identity(self) -> tuple[str, str]:
        """What two entries of one person share; the names may differ in case and Unicode form."""
        return self.kind, same_user(self.name)

    @property
    def strength(self) -> tuple[bool, int]:
        """What a stronger entry of one person has more of; an unknown role is the weakest."""
        return self.is_owner, _WEIGHTS.get(self.role, -1)


def _contributors(contributors: list[Part], owners: list[Part]) -> Iterator[Edit]:
    people = [*_people(contributors)]
    for person in people:
        yield from _unknown_keys(person.part, _fields(Contributor))
        yield from _spelling(person.part, "role", _RIGHT_ROLES, _ROLES)
    yield from _further_roles([*_people(owners, are_owners=True), *people])


def _people(parts: list[Part], *, are_owners: bool = False) -> Iterator[_Person]:
    """Yield the people in these parts; a part without a name is nobody."""
    for part in parts:
        name, kind = part.text_at("name"), part.text_at("kind", "User")
        if name:
            known_kind = _KINDS.get(_simplified(kind), kind)
            role = part.text_at("role").casefold()
            yield _Person(part, known_kind, name, are_owners, role)


def _further_roles(people: list[_Person]) -> Iterator[Edit]:
    """Yield the removal of each entry of a person but the strongest: an owner needs no role."""
    strongest: dict[tuple[str, str], _Person] = {}
    for person in sorted(people, key=attrgetter("strength"), reverse=True):
        strongest.setdefault(person.identity, person)
    for person in people:
        kept = strongest[person.identity]
        if kept is not person:
            yield remove(person.part, _why_removed(person, kept))


def _why_removed(person: _Person, kept: _Person) -> str:
    if kept.is_owner:
        return f"{quoted(kept.name)} owns this profile and needs no role in it"
    if person.name != kept.name:
        names = f"{quoted(person.name)} and {quoted(kept.name)}"
        return f"{names} are two spellings of one name; keep that of the identity provider"
    if person.role == kept.role:
        return f"{quoted(person.name)} is listed twice with role {kept.role}"
    return f"{quoted(person.name)} has two roles, and {kept.role} is the stronger one"


# quota


def _resources(resources: Part) -> Iterator[Edit]:
    yield from _by_key_and_kind(resources, _OF_RESOURCES)


def _hard(hard: Part) -> Iterator[Edit]:
    for amount in hard.parts:
        yield from _resource_name(amount, hard)
        yield from _OF_AMOUNTS.get(amount.kind, _no_edit)(amount)


def _resource_name(amount: Part, hard: Part) -> Iterator[Edit]:
    """Yield the edit of a device without `requests.`, under which a quota counts nothing."""
    name = amount.name or ""
    if not is_taken(name) or name_error(name) is None:
        return
    better = suggested_name(name)
    if not better.startswith("requests."):
        return
    if hard.get(better) is not None:
        yield remove(amount, f"a quota counts this as {better}, which is here too")
    else:
        yield Edit(amount, Kind.KEY, f"a quota counts this as {better}", better)


def _integer(amount: Part) -> Iterator[Edit]:
    """Yield the edit of a number that YAML reads as another one, such as 0o17."""
    value = plain(str(amount.node.value))
    if str(value) != amount.node.value:
        yield Edit(amount, Kind.VALUE, f"YAML reads this number as {value}", f'"{value}"')


def _fraction(amount: Part) -> Iterator[Edit]:
    """Yield the edit that writes a fraction as text, which quantities are."""
    written = str(amount.node.value)
    value = plain(written)
    if isinstance(value, float) and isfinite(value):
        text = written if is_quantity(written) else repr(value)
        yield Edit(amount, Kind.VALUE, "a quantity with a fraction is text", f'"{text}"')


def _no_edit(_: Part) -> Iterator[Edit]:
    return iter(())


# which edits an entry gets, by its key and its kind

_OF_PROFILE: Final[_Table] = (
    ("owner", "map", _owner),
    ("contributors", "null", _no_contributors),
    ("resources", "null", _nothing),
    ("resources", "map", _resources),
)
_OF_RESOURCES: Final[_Table] = (
    ("hard", "null", _nothing),
    ("scopes", "null", _nothing),
    ("scopeSelector", "null", _nothing),
    ("hard", "map", _hard),
)
_OF_AMOUNTS: Final[Mapping[str, _Edits]] = {"int": _integer, "float": _fraction}
