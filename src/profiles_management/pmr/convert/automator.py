"""What a document of github-profiles-automator may hold that ours refuses, and what it means there.

Source: canonical/github-profiles-automator, src/profiles_management/pmr/classes.py (which keys and
values its classes take), src/charm.py (`pmr_from_yaml`: `yaml.safe_load`, then `add_profile` for
each profile) and helpers/kfam.py (a pair of objects for each contributor and role).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import isfinite
from typing import Final, NamedTuple

from pydantic import BaseModel

from profiles_management.pmr import quantities
from profiles_management.pmr.classes import Contributor, Owner, Profile
from profiles_management.pmr.convert.edits import Edit, Kind, remove
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.diagnosis import TOP_KEYS
from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.people import PEER_SPELLINGS, UserKind
from profiles_management.pmr.resource_errors import name_error
from profiles_management.pmr.resource_names import is_taken
from profiles_management.pmr.resource_suggestions import suggested_name
from profiles_management.pmr.scalars import plain
from profiles_management.pmr.user_names import same_user

AUTOMATOR: Final = "github-profiles-automator"
_ROLES: Final = ("view", "edit", "admin")  # from the weakest to the strongest
_KINDS: Final = {"user": "User", "group": "Group", "serviceaccount": "ServiceAccount"}
_OF_QUOTAS: Final = ("hard", "scopes", "scopeSelector", "scope_selector")


def edits(root: Part) -> Iterator[Edit]:
    """Yield the edits that turn their document into ours, as far as its meaning there is known.

    Args:
        root: the document, a mapping with a list `profiles`.
    """
    yield from _keys(root, TOP_KEYS)
    profiles = root.get("profiles")
    if profiles is None:
        return
    yield from _same_name(profiles)
    for profile in profiles.parts:
        if profile.kind == "map":
            yield from _profile(profile)


def _profile(profile: Part) -> Iterator[Edit]:
    yield from _keys(profile, _fields(Profile))
    if (owner := profile.get("owner")) is not None and owner.kind == "map":
        yield from _keys(owner, _fields(Owner))
        yield from _spelling(owner.get("kind"), _KINDS, {*UserKind, *PEER_SPELLINGS})
    if (contributors := profile.get("contributors")) is not None:
        yield from _contributors(contributors, owner)
    if (resources := profile.get("resources")) is not None:
        yield from _resources(resources)


# keys


def _fields(model: type[BaseModel]) -> tuple[str, ...]:
    fields = model.model_fields
    return (*fields, *(field.serialization_alias or name for name, field in fields.items()))


def _keys(mapping: Part, known: tuple[str, ...]) -> Iterator[Edit]:
    last = {part.name: part for part in mapping.parts}
    for part in mapping.parts:
        if part is not last[part.name]:
            yield remove(part, f"this key is here twice, and {AUTOMATOR} reads the last one")
        elif part.name is None or part.name not in known:
            meant = near(part.name or "", known)
            question = f"; is {meant} meant?" if meant else ""
            yield remove(part, f"{AUTOMATOR} ignores this key{question}")


def _same_name(profiles: Part) -> Iterator[Edit]:
    """The charm adds profile after profile to a mapping by name, so that the last one stays."""
    last: dict[str, Part] = {}
    for profile in profiles.parts:
        if (name := _text(profile, "name")) is not None:
            last[name] = profile
    for profile in profiles.parts:
        name = _text(profile, "name")
        if name is not None and last[name] is not profile:
            yield remove(profile, f"{AUTOMATOR} reads the last profile called {quoted(name)}")


def _text(part: Part, key: str) -> str | None:
    entry = part.get(key) if part.kind == "map" else None
    return entry.text if entry is not None else None


def _spelling(
    part: Part | None, words: Mapping[str, str], right: Collection[str]
) -> Iterator[Edit]:
    """Write a word in the letter case that both programs read."""
    text = part.text if part is not None else None
    if part is None or text is None or text in right:
        return
    word = words.get(text.casefold().replace("-", ""))
    if word is not None:
        yield Edit(part, Kind.VALUE, "upper and lower case count", word)


# people


class _Person(NamedTuple):
    part: Part
    kind: str
    name: str
    role: str

    @property
    def identity(self) -> tuple[str, str]:
        """What two names of one person have in common: they may differ in case and normal form."""
        return self.kind, same_user(self.name)

    @property
    def weight(self) -> int:
        """How much the role allows."""
        return _ROLES.index(self.role) if self.role in _ROLES else -1


def _contributors(contributors: Part, owner: Part | None) -> Iterator[Edit]:
    if contributors.kind == "null":
        yield Edit(contributors, Kind.VALUE, "nobody is written as []", "[]")
        return
    people = [person for part in contributors.parts if (person := _person(part)) is not None]
    for person in people:
        yield from _keys(person.part, _fields(Contributor))
        yield from _spelling(person.part.get("role"), {role: role for role in _ROLES}, _ROLES)
    yield from _one_role_each(people, _person(owner) if owner is not None else None)


def _person(part: Part) -> _Person | None:
    name = _text(part, "name")
    if name is None:
        return None
    kind, role = _text(part, "kind") or "User", _text(part, "role") or ""
    return _Person(part, _KINDS.get(kind.casefold().replace("-", ""), kind), name, role.casefold())


def _one_role_each(people: list[_Person], owner: _Person | None) -> Iterator[Edit]:
    strongest: dict[tuple[str, str], _Person] = {}
    for person in people:
        best = strongest.setdefault(person.identity, person)
        if person.weight > best.weight:
            strongest[person.identity] = person
    for person in people:
        if owner is not None and person.identity == owner.identity:
            yield remove(
                person.part, f"{quoted(owner.name)} owns this profile and needs no role in it"
            )
        elif (best := strongest[person.identity]) is not person:
            yield remove(person.part, _why_not(person, best))


def _why_not(person: _Person, best: _Person) -> str:
    if person.name != best.name:
        names = f"{quoted(person.name)} and {quoted(best.name)}"
        return f"{names} are one name in two spellings; keep that of the identity provider"
    if person.role == best.role:
        return f"{quoted(person.name)} is listed twice with role {best.role}"
    return f"{quoted(person.name)} has two roles, and {best.role} is the stronger one"


# quota


def _resources(resources: Part) -> Iterator[Edit]:
    if resources.kind == "null":
        yield remove(resources, "this sets nothing")
        return
    for part in resources.parts:
        if part.name in _OF_QUOTAS and part.kind == "null":
            yield remove(part, "this sets nothing")
    hard = resources.get("hard")
    for amount in hard.parts if hard is not None and hard.kind == "map" else ():
        yield from _resource_name(amount)
        yield from _quantity(amount)


def _resource_name(amount: Part) -> Iterator[Edit]:
    """Kubernetes counts a device by its requests; the bare name is taken and counts nothing."""
    name, hard = amount.name, amount.parent
    if name is None or hard is None or not is_taken(name) or name_error(name) is None:
        return
    better = suggested_name(name)
    if not better.startswith("requests."):
        return
    if hard.get(better) is not None:
        yield remove(amount, f"a quota counts this as {better}, which is here too")
    else:
        yield Edit(amount, Kind.KEY, f"a quota counts this as {better}", better)


def _quantity(amount: Part) -> Iterator[Edit]:
    if amount.kind not in ("int", "float"):
        return
    written = str(amount.node.value)
    value = plain(written)
    if amount.kind == "int" and str(value) != written:
        yield Edit(amount, Kind.VALUE, f"YAML reads this number as {value}", f'"{value}"')
    elif isinstance(value, float) and isfinite(value):
        text = written if _is_quantity(written) else repr(value)
        yield Edit(amount, Kind.VALUE, "a quantity with a fraction is text", f'"{text}"')


def _is_quantity(text: str) -> bool:
    try:
        quantities.parse(text)
    except ValueError:
        return False
    return True
