"""The JSON Schema of a document, for editors. The models, its source, check more."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema

from profiles_management.pmr.classes import Addition, Defaults, Profile
from profiles_management.pmr.people import AUTOMATOR_SPELLINGS
from profiles_management.pmr.positions import SPELLINGS
from profiles_management.pmr.puhuri_section import Puhuri
from profiles_management.pmr.validation import VERSION

_DIALECT: Final = GenerateJsonSchema.schema_dialect


class _Document(BaseModel, extra="forbid"):
    """The Kubeflow profiles that should exist, their owners and contributors, and their limits."""

    version: int = Field(default=VERSION, ge=VERSION, le=VERSION)
    defaults: Defaults | None = None
    puhuri: Puhuri | None = None
    profiles: list[Profile | Addition]


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a document, as plain data.

    It accepts both spellings of keys (`scopeSelector`, `scope_selector`) and of kinds (`User`,
    `user`).
    """
    generated = _Document.model_json_schema(by_alias=True)
    definitions: dict[str, dict[str, Any]] = generated["$defs"]
    for definition in [generated, *definitions.values()]:
        _plain(definition)
        _both_spellings(definition)
    definitions["UserKind"]["enum"] += AUTOMATOR_SPELLINGS
    fields = definitions["Profile"]["properties"]
    fields["puhuri"] = {"anyOf": [{"const": False}, fields["puhuri"]]}
    return {"$schema": _DIALECT, **generated, "title": "Profiles Management Representation"}


def _plain(definition: dict[str, Any]) -> None:
    """Remove titles, which editors show in place of names, and allow null only for labels."""
    definition.pop("title", None)
    for name, field in definition.get("properties", {}).items():
        field.pop("title", None)
        choices = [choice for choice in field.get("anyOf", []) if choice != {"type": "null"}]
        if len(choices) == 1:
            del field["anyOf"]
            field.update(choices[0])
        if field.get("default", "") is None:
            del field["default"]
        if name == "spec":
            field["additionalProperties"] = True


def _both_spellings(definition: dict[str, Any]) -> None:
    fields: dict[str, Any] = definition.get("properties", {})
    required: list[str] = definition.get("required", [])
    for snake, camel in SPELLINGS.items():
        if camel not in fields:
            continue
        fields[snake] = fields[camel]
        if camel in required:
            required.remove(camel)
            definition.setdefault("allOf", []).append(
                {"oneOf": [{"required": [camel]}, {"required": [snake]}]}
            )
