"""The strict base of the models, and how a validator reports all that it found at once."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Strict, ValidationError
from pydantic_core import PydanticCustomError

MOST_FINDINGS: Final = 1_000
"""More of one mapping or list are not told: a document made by a machine, or by somebody who means ill."""

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of a value down to one of its parts."""

Text = Annotated[str, Strict()]
"""Text, and nothing that YAML or Python would turn into text."""


class Model(BaseModel):
    """A model that refuses keys it does not know, and checks assignments as well."""

    model_config = ConfigDict(
        extra="forbid", validate_assignment=True, validate_by_name=True, validate_by_alias=True
    )

    if not TYPE_CHECKING:  # a checker that saw this would allow any attribute

        def __setattr__(self, name: str, value: object) -> None:
            """Set a field. A value that is refused leaves the model as it was; pydantic alone does not promise it."""
            before = self.__dict__.copy()
            try:
                super().__setattr__(name, value)
            except ValidationError:
                self.__dict__.clear()
                self.__dict__.update(before)
                raise


class Finding(NamedTuple):
    """One broken rule, found by a validator. `path` starts at the value that was validated.

    The other fields are those of `problems.Problem`; `at_key` says that the key is meant rather
    than its value.
    """

    code: str
    what: str
    remedy: str
    path: Path = ()
    at_key: bool = False


def refusal(findings: Sequence[Finding]) -> PydanticCustomError:
    """Return the error to raise in a validator. It carries the findings; `documents` unfolds them again."""
    told = tuple(findings[:MOST_FINDINGS])
    text = "; ".join(
        f"{finding.what}. {finding.remedy[:1].upper()}{finding.remedy[1:]}" for finding in told
    )
    return PydanticCustomError("refused", "{text}", {"text": text, "findings": told})


def no_items() -> list[Any]:
    """Return the default of a list.

    pydantic reads the signature of each default_factory when a class is made. That of `list` is
    text, and to parse it takes longer than all the rest of the class, in every event of the charm.
    """
    return []


# characters of a key that a place shows: any key that Kubernetes takes is shorter
_LONGEST_KEY: Final = 400
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def path_text(path: Path) -> str:
    """Return a path as people read it: `profiles[0].resources.hard["limits.cpu"]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else _key_text(part, is_first=not text)
    return text


def _key_text(key: str, *, is_first: bool) -> str:
    shown = key if len(key) <= _LONGEST_KEY else f"{key[: _LONGEST_KEY - 3]}..."
    if not _PLAIN_KEY.fullmatch(shown):
        return f"[{json.dumps(shown, ensure_ascii=not shown.isprintable())}]"
    return shown if is_first else f".{shown}"
