"""What can still be said of an entry that was refused: pydantic compares nothing in it once a part is wrong."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from profiles_management.pmr.classes import Contributor, Owner
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import annotation_findings, label_findings
from profiles_management.pmr.people import clashes
from profiles_management.pmr.rules import Rules, key_findings

_Person = TypeVar("_Person", Owner, Contributor)


def salvaged(entry: dict[str, Any], rules: Rules) -> list[Finding]:
    """Return what is wrong between the parts of an entry that can be read; paths start at the entry."""
    return [*_people(entry), *_texts(entry, rules)]


def _texts(entry: dict[str, Any], rules: Rules) -> list[Finding]:
    """Return what is wrong with labels and annotations, as far as they are text."""
    found: list[Finding] = []
    for field, judge in (("labels", label_findings), ("annotations", annotation_findings)):
        given = entry.get(field)
        if not isinstance(given, dict):
            continue
        found += key_findings(given, rules, field)
        if not all(isinstance(value, str) for value in given.values()):
            texts = {key: value for key, value in given.items() if isinstance(value, str)}
            found += [finding._replace(path=(field, *finding.path)) for finding in judge(texts)]
    return found


def _people(entry: dict[str, Any]) -> list[Finding]:
    """Compare the people of an entry as far as they can be read."""
    owner = _try(Owner, entry.get("owner"))
    listed = entry.get("contributors")
    people = [_try(Contributor, one) for one in listed] if isinstance(listed, list) else []
    known = [(place, person) for place, person in enumerate(people) if person is not None]
    return clashes(owner, known)


def _try(model: type[_Person], value: object) -> _Person | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
