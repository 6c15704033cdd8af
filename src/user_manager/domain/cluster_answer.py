"""What the cluster made of a document: the body of `PUT /api/v1/cluster`.

The sender may be newer than this program: unknown keys are ignored.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    FailFast,
    Field,
    StrictBool,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from profiles_management.pmr import ContributorRole, UserKind
from profiles_management.pmr.names import is_dns_label
from profiles_management.pmr.user_names import LONGEST_USER
from user_manager.domain.errors import FieldError, Invalid, Malformed
from user_manager.domain.field_errors import MOST_ERRORS, invalid_fields, invalid_value
from user_manager.domain.times import parse_distant_time

MOST_ITEMS: Final = 100_000
LONGEST_REASON: Final = 2_000
"""Longer reasons are cut: they are for people, and must not keep the answer from being taken."""
LONGEST_REVISION: Final = 64
LONGEST_SOURCE: Final = 253
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def _storable(text: str) -> str:
    """Refuse what JSON can hold and no database can."""
    if _UNSTORABLE.search(text):
        raise PydanticCustomError("unstorable", "must not contain NUL or half a character")
    return text


def _shortened(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"


def _dns_label(name: str) -> str:
    if not is_dns_label(name):
        raise PydanticCustomError("name", "must be a DNS label of RFC 1123")
    return name


def _end(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("time", "must be a text, or null")
    try:
        return parse_distant_time(value)
    except Invalid as refused:
        raise PydanticCustomError("time", refused.errors[0].what) from None


def _bounded(value: object) -> object:
    """Refuse a long list or mapping before its entries are looked at: each could be an error."""
    if isinstance(value, list | dict) and len(value) > MOST_ITEMS:
        raise PydanticCustomError("too_long", "has too many entries")
    return value


def _present(value: object) -> object:
    if value is None:
        raise PydanticCustomError("null", "must not be null; leave it out to keep the last one")
    return value


_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_USER), AfterValidator(_storable)]
_Reason = Annotated[str, AfterValidator(_storable), AfterValidator(_shortened)]
_Source = Annotated[str, Field(max_length=LONGEST_SOURCE), AfterValidator(_storable)]
_End = Annotated[datetime | None, BeforeValidator(_end)]
_Reasons = Annotated[dict[_Name, _Reason], BeforeValidator(_bounded)]


@dataclass(frozen=True, slots=True)
class RefusedAccess:
    """An access of the document that the cluster does not give: profile, user and why."""

    profile: _Name
    name: _Name
    reason: _Reason


@dataclass(frozen=True, slots=True)
class Person:
    """The owner of a profile."""

    kind: UserKind
    name: _Name


@dataclass(frozen=True, slots=True)
class CatalogueContributor:
    """A contributor of a profile that another source lists.

    Attributes:
        kind: User or Group.
        name: the name in the cluster.
        role: admin, edit or view.
        until: the end; None without an end.
        source: the name of the source.
    """

    kind: UserKind
    name: _Name
    role: ContributorRole
    until: _End = None
    source: _Source = ""


@dataclass(frozen=True, slots=True)
class CatalogueProfile:
    """A profile of the cluster: whether it is open to be asked for, and who has a role in it."""

    name: Annotated[str, AfterValidator(_dns_label)]
    owner: Person
    open: StrictBool = False
    contributors: Annotated[
        tuple[CatalogueContributor, ...], FailFast(), BeforeValidator(_bounded)
    ] = ()


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """What became of a revision of the document.

    Attributes:
        revision: the revision; '' only with a problem.
        applied: the profiles that are as the revision says.
        pending: profiles that are not yet, each with the reason.
        failed: profiles that failed, each with the reason.
        refused: accesses that the cluster does not give.
        problem: why the whole document was not taken; '' if it was.
        catalogue: all profiles of the cluster that are open; None if the last catalogue stays.
    """

    revision: Annotated[str, Field(max_length=LONGEST_REVISION), AfterValidator(_storable)]
    applied: Annotated[frozenset[_Name], FailFast(), BeforeValidator(_bounded)] = frozenset()
    pending: _Reasons = field(default_factory=dict)
    failed: _Reasons = field(default_factory=dict)
    refused: Annotated[tuple[RefusedAccess, ...], FailFast(), BeforeValidator(_bounded)] = ()
    problem: _Reason = ""
    catalogue: Annotated[
        tuple[CatalogueProfile, ...] | None, BeforeValidator(_bounded), BeforeValidator(_present)
    ] = None


_ANSWER: Final = TypeAdapter(ClusterAnswer)


def parse_answer(body: object) -> ClusterAnswer:
    """Return the answer in a body that was read from JSON.

    Raises:
        Malformed: it is not a mapping.
        Invalid: values do not fit.
    """
    if not isinstance(body, dict):
        raise Malformed("The answer must be a JSON object.")
    try:
        answer = _ANSWER.validate_python(body)
    except ValidationError as error:
        raise invalid_value(error) from None
    errors = [*_contradictions(answer)][:MOST_ERRORS]
    if errors:
        raise invalid_fields(errors)
    return answer


def _contradictions(answer: ClusterAnswer) -> Iterator[FieldError]:
    if not any((answer.revision, answer.problem)):
        yield FieldError("revision", "must not be empty, unless there is a problem")
    yield from _two_states(answer)
    yield from _repeated_names(answer.catalogue or ())


def _two_states(answer: ClusterAnswer) -> Iterator[FieldError]:
    """Yield an error for each profile that has more than one state."""
    for name in sorted(answer.applied & {*answer.pending, *answer.failed}):
        yield FieldError("applied", f"has {name}, which is also pending or failed")
    for name in sorted(answer.pending.keys() & answer.failed.keys()):
        yield FieldError("pending", f"has {name}, which is also failed")


def _repeated_names(catalogue: Sequence[CatalogueProfile]) -> Iterator[FieldError]:
    """Yield an error for each profile, and each person in a profile, that is listed twice."""
    for index in _repeated(profile.name for profile in catalogue):
        yield FieldError(f"catalogue[{index}].name", "is the name of an earlier profile")
    for index, profile in enumerate(catalogue):
        for place in _repeated((person.kind, person.name) for person in profile.contributors):
            path = f"catalogue[{index}].contributors[{place}].name"
            yield FieldError(path, "is the name of an earlier contributor")


def _repeated(keys: Iterable[Hashable]) -> Iterator[int]:
    """Yield the index of each key that came before."""
    known: set[Hashable] = set()
    for index, key in enumerate(keys):
        if key in known:
            yield index
        known.add(key)
