"""The strict base of the models, and findings: what validators report, all at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Strict, ValidationError
from pydantic_core import PydanticCustomError

MOST_FINDINGS: Final = 1_000
"""The most findings that one validator reports: more come from a program, or from an attacker."""

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of a value down to one of its parts."""

Text = Annotated[str, Strict()]
"""Text only; numbers, dates and the like are not converted."""


class Model(BaseModel):
    """A model that refuses keys it does not know, and checks assignments as well."""

    model_config = ConfigDict(
        extra="forbid", validate_assignment=True, validate_by_name=True, validate_by_alias=True
    )

    if not TYPE_CHECKING:  # a checker that saw this would allow any attribute

        def __setattr__(self, name: str, value: object) -> None:
            """Set a field. A refused value changes nothing, unlike in pydantic itself."""
            before = self.__dict__.copy()
            try:
                super().__setattr__(name, value)
            except ValidationError:
                self.__dict__.clear()
                self.__dict__.update(before)
                raise


def parts_of(value: object) -> Iterable[tuple[str | int, Any]]:
    """Return the keys or indexes and the values in a mapping or a list; none of other values."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the key of each field of a model as documents write it, in the order of fields."""
    return [field.serialization_alias or name for name, field in model.model_fields.items()]


class Finding(NamedTuple):
    """A broken rule, found by a validator.

    Attributes:
        code, what, remedy: as in `problems.Problem`.
        path: the path from the validated value down to the part with the problem.
        at_key: whether the finding is about the key instead of its value.
        values: the texts of the document in `what`, as they are written there; each may be the
            name of a person. Amounts, dates and valid names of profiles are not among them.
    """

    code: str
    what: str
    remedy: str
    path: Path = ()
    at_key: bool = False
    values: tuple[str, ...] = ()


def below(findings: Iterable[Finding], *prefix: str | int) -> list[Finding]:
    """Return findings with paths that start at a value around the validated one."""
    return [finding._replace(path=(*prefix, *finding.path)) for finding in findings]


def write_or(better: str | None, advice: str) -> str:
    """Return the remedy: to write what is better if that is known, else the advice."""
    return f"write: {better}" if better else advice


def refusal(*findings: Finding) -> PydanticCustomError:
    """Return the error to raise in a validator. It carries the findings, which `words` reads."""
    reported = findings[:MOST_FINDINGS]
    text = "; ".join(
        f"{finding.what}. {finding.remedy[:1].upper()}{finding.remedy[1:]}" for finding in reported
    )
    return PydanticCustomError("refused", "{text}", {"text": text, "findings": reported})


def refuse(findings: Iterable[Finding]) -> None:
    """Refuse a value if there are findings about it.

    Raises:
        PydanticCustomError: there are findings.
    """
    found = [*findings]
    if found:
        raise refusal(*found)


def no_items() -> list[Any]:
    """Return the default of a list.

    pydantic reads the signature of each default_factory when a class is defined. The signature of
    `list` is text: parsing it takes longer than the rest of the class, in every event of the charm.
    """
    return []


# Characters of a key that a path shows. Any key that Kubernetes accepts is shorter.
_LONGEST_KEY: Final = 400
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def path_text(path: Path) -> str:
    """Return a path as text: `profiles[0].resources.hard["limits.cpu"]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else _key_text(part, is_first=not text)
    return text


def _key_text(key: str, *, is_first: bool) -> str:
    shown = key if len(key) <= _LONGEST_KEY else f"{key[: _LONGEST_KEY - 3]}..."
    if not _PLAIN_KEY.fullmatch(shown):
        return f"[{json.dumps(shown, ensure_ascii=not shown.isprintable())}]"
    return shown if is_first else f".{shown}"
